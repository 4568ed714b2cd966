package dev.belay.models.input;

import dev.belay.schemas.TaskKind;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The input of one example. */
public sealed interface Input {
    /** Separator of the texts of parts that are read as one text. */
    String SEPARATOR = " [SEP] ";

    /** Kind of an input. */
    enum Kind {
        TEXT,
        PARTS,
        VECTOR,
        CONTENT,
        CHOICE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Kind kind();

    /**
     * The input as one text; parts are joined by {@link #SEPARATOR}.
     *
     * @throws IllegalArgumentException if it is neither text nor parts
     */
    default String text() {
        throw new IllegalArgumentException("found an input of kind " + kind() + ", expected text");
    }

    /** What an encoder gets: the input itself, of a choice one input for each option. */
    default List<Input> encoded() {
        return List.of(this);
    }

    /** An input that is a text. */
    static Input of(String text) {
        return new Text(text);
    }

    /** Inputs that are texts, in the same order. */
    static List<Input> texts(String... texts) {
        return Stream.of(texts).map(Input::of).toList();
    }

    /** Inputs that are texts, in the same order. */
    static List<Input> texts(Collection<String> texts) {
        return texts.stream().map(Input::of).toList();
    }

    record Text(String text) implements Input {
        @Override
        public Kind kind() {
            return Kind.TEXT;
        }
    }

    /** One of several named texts. */
    record Part(String name, String text) {}

    /**
     * Named texts, such as premise and hypothesis.
     *
     * @param parts at least two
     */
    record Parts(List<Part> parts) implements Input {
        public Parts {
            parts = List.copyOf(parts);
            if (parts.size() < 2)
                throw new IllegalArgumentException(
                        "found " + parts.size() + " part(s), expected at least two");
        }

        @Override
        public Kind kind() {
            return Kind.PARTS;
        }

        @Override
        public String text() {
            return parts.stream().map(Part::text).collect(Collectors.joining(SEPARATOR));
        }
    }

    /**
     * A feature vector.
     *
     * @param features all finite; must not be modified
     */
    record Vector(float[] features) implements Input {
        @Override
        public Kind kind() {
            return Kind.VECTOR;
        }
    }

    /**
     * Options of which one is right.
     *
     * @param prompt text or parts, what all options share; an empty text: nothing
     * @param options 2 to 256, all texts or, without a prompt, all vectors
     */
    record Choice(Input prompt, List<Input> options) implements Input {
        public Choice {
            options = List.copyOf(options);
            int size = options.size();
            if (size < TaskKind.MIN_OPTIONS || size > TaskKind.MAX_OPTIONS)
                throw new IllegalArgumentException(
                        "found %s option(s), expected %s to %s"
                                .formatted(size, TaskKind.MIN_OPTIONS, TaskKind.MAX_OPTIONS));
            boolean texts = options.stream().allMatch(Text.class::isInstance);
            boolean vectors = options.stream().allMatch(Vector.class::isInstance);
            boolean read = prompt.kind() == Kind.TEXT || prompt.kind() == Kind.PARTS;
            if (!(texts && read) && !(vectors && isEmpty(prompt)))
                throw new IllegalArgumentException(
                        "found options of several kinds, or after an input of kind "
                                + prompt.kind()
                                + "; expected all texts after text or parts, or all vectors after"
                                + " nothing");
        }

        @Override
        public Kind kind() {
            return Kind.CHOICE;
        }

        /** Prompt and option as two parts; without a prompt the option alone. */
        @Override
        public List<Input> encoded() {
            if (isEmpty(prompt)) return options;
            Part shared = new Part("prompt", prompt.text());
            return options.stream()
                    .<Input>map(o -> new Parts(List.of(shared, new Part("option", o.text()))))
                    .toList();
        }

        private static boolean isEmpty(Input prompt) {
            return prompt instanceof Text text && text.text().isEmpty();
        }
    }

    /**
     * Bytes of a media type, inline or by reference.
     *
     * @param bytes must not be modified; null: by reference
     * @param uri of the bytes in the store; null: inline, or only {@code sha256} is known
     * @param sha256 of the bytes, hex
     */
    record Content(String mediaType, byte @Nullable [] bytes, @Nullable String uri, String sha256)
            implements Input {
        @Override
        public Kind kind() {
            return Kind.CONTENT;
        }
    }
}
