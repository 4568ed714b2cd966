package dev.belay.models.encoder;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Turns texts into feature vectors. Safe for use by many threads. */
public interface Encoder extends AutoCloseable {
    /** The name it is opened by, such as {@code bge}. */
    String name();

    /** Length of each row, at least 1. */
    int dimensions();

    /**
     * Features of each text, float32.
     *
     * @return one row of {@link #dimensions()} a text, in the order given; a row depends on its
     *     text only, not on the others; rows are shared and must not be written to
     */
    float[][] encode(List<String> texts);

    /**
     * The same, begun now: an encoder with threads of its own does not wait for them, so that work
     * asked for in two calls follows without a gap. Never throws; the future fails instead.
     */
    default CompletableFuture<float[][]> begin(List<String> texts) {
        return EncodingFutures.of(() -> encode(texts));
    }

    /**
     * Encodes a fixed text, past every cache: throws what the encoder throws if it is broken
     * whatever the text is.
     */
    default void probe() {
        var unused = encode(List.of("probe"));
    }

    @Override
    void close();
}
