package dev.belay.models.input;

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
        CONTENT;

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
