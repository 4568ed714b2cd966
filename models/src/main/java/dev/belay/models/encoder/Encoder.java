package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Maps inputs to feature vectors. Thread-safe. */
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
     * Whether the network standardises the features by their running moments: for features of
     * unknown scale.
     */
    default boolean standardized() {
        return false;
    }

    /**
     * Features of each input, float32.
     *
     * @return one row of {@link #dimensions()} per input, in the order given; a row depends on its
     *     input only; rows are shared and must not be modified
     * @throws IllegalArgumentException if an input is of a kind that it does not accept
     */
    float[][] encode(List<Input> inputs);

    /**
     * The asynchronous form. An encoder with its own threads queues the work and returns, so that
     * the work of successive calls leaves no gap. Never throws; the future fails instead.
     */
    default CompletableFuture<float[][]> begin(List<Input> inputs) {
        return EncodingFutures.of(() -> encode(inputs));
    }

    /**
     * Announces inputs that will be encoded. Encodes nothing: an encoder that reports its progress
     * knows what it is a part of.
     */
    default void announce(List<Input> inputs) {}

    /** Inputs encoded so far that had more tokens than the encoder reads, and were truncated. */
    default long truncated() {
        return 0;
    }

    /** Encodes a fixed input without caches; throws if the encoder fails for every input. */
    default void probe() {
        var unused = encode(Input.texts("probe"));
    }

    @Override
    void close();
}
