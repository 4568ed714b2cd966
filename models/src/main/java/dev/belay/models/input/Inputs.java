package dev.belay.models.input;

import com.google.common.hash.Hashing;
import dev.belay.schemas.Images;
import dev.belay.schemas.events.Content;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Option;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/** Inputs of {@code Example} events. */
public final class Inputs {
    /** Maximum size of inline content, in bytes. */
    public static final int MAX_INLINE_BYTES = Images.MAX_INLINE_BYTES;

    private Inputs() {}

    /**
     * The input of an example.
     *
     * @throws IllegalArgumentException if the event contradicts its schema's documentation: more
     *     than one kind of input, parts of the same name, a vector that is empty or not finite,
     *     inline content that is too large or has another SHA-256, fewer than 2 or more than 256
     *     options, or options of several kinds
     */
    public static Input of(Example example) {
        Input input = withoutOptions(example);
        return example.getOptions().isEmpty()
                ? input
                : new Input.Choice(
                        input, example.getOptions().stream().map(Inputs::option).toList());
    }

    private static Input option(Option option) {
        return option.getVector() == null ? Input.of(option.getText()) : vector(option.getVector());
    }

    private static Input withoutOptions(Example example) {
        long kinds =
                Stream.of(
                                example.getParts() != null,
                                example.getVector() != null,
                                example.getContent() != null)
                        .filter(set -> set)
                        .count();
        if (kinds > 1)
            throw new IllegalArgumentException(
                    "found more than one of parts, vector and content, expected at most one");
        if (example.getParts() != null) return parts(example);
        if (example.getVector() != null) return vector(example.getVector());
        if (example.getContent() != null) return content(example.getContent());
        return Input.of(example.getText());
    }

    /** Inputs of several examples, in their order. */
    public static List<Input> of(List<Example> examples) {
        return examples.stream().map(Inputs::of).toList();
    }

    private static Input parts(Example example) {
        List<Input.Part> parts =
                example.getParts().stream()
                        .map(part -> new Input.Part(part.getName(), part.getText()))
                        .toList();
        var names = new HashSet<String>();
        for (Input.Part part : parts)
            if (!names.add(part.name()))
                throw new IllegalArgumentException(
                        "found two parts named '" + part.name() + "', expected different names");
        return new Input.Parts(parts);
    }

    private static Input vector(List<Float> values) {
        if (values.isEmpty())
            throw new IllegalArgumentException(
                    "found a vector without features, expected at least one");
        float[] features = new float[values.size()];
        for (int i = 0; i < features.length; i++) {
            features[i] = values.get(i);
            if (!Float.isFinite(features[i]))
                throw new IllegalArgumentException(
                        "found feature " + i + " = " + features[i] + ", expected a finite number");
        }
        return new Input.Vector(features);
    }

    private static Input content(Content content) {
        if (content.getBytes() == null)
            return new Input.Content(
                    content.getMediaType(), null, content.getUri(), content.getSha256());
        byte[] bytes = new byte[content.getBytes().remaining()];
        content.getBytes().duplicate().get(bytes);
        if (bytes.length > MAX_INLINE_BYTES)
            throw new IllegalArgumentException(
                    "found %s bytes of inline content, expected at most %s"
                            .formatted(bytes.length, MAX_INLINE_BYTES));
        String sha256 = Hashing.sha256().hashBytes(bytes).toString();
        if (!sha256.equals(content.getSha256()))
            throw new IllegalArgumentException(
                    "found content with SHA-256 " + sha256 + ", expected " + content.getSha256());
        return new Input.Content(content.getMediaType(), bytes, content.getUri(), sha256);
    }
}
