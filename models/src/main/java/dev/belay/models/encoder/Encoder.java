package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Turns inputs into feature vectors. Safe for use by many threads. */
public interface Encoder extends AutoCloseable {
    /** The name it is opened by, such as {@code bge}. */
    String name();

    /** Length of each row, at least 1. */
    int dimensions();

    /** Kinds of inputs that it encodes. */
    default Set<Input.Kind> accepts() {
        return Set.of(Input.Kind.TEXT, Input.Kind.PARTS);
    }

    /**
     * Whether the network on top standardises the features by their running moments: for features
     * of unknown scale.
     */
    default boolean standardized() {
        return false;
    }

    /**
     * Features of each input, float32.
     *
     * @return one row of {@link #dimensions()} an input, in the order given; a row depends on its
     *     input only, not on the others; rows are shared and must not be written to
     * @throws IllegalArgumentException if an input is of a kind that it does not accept
     */
    float[][] encode(List<Input> inputs);

    /**
     * The same, begun now: an encoder with threads of its own does not wait for them, so that work
     * asked for in two calls follows without a gap. Never throws; the future fails instead.
     */
    default CompletableFuture<float[][]> begin(List<Input> inputs) {
        return EncodingFutures.of(() -> encode(inputs));
    }

    /**
     * Encodes a fixed input, past every cache: throws what the encoder throws if it is broken
     * whatever the input is.
     */
    default void probe() {
        var unused = encode(Input.texts("probe"));
    }

    @Override
    void close();
}
