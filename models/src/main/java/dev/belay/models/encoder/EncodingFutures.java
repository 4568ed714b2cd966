package dev.belay.models.encoder;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Futures of rows that are being encoded. */
final class EncodingFutures {
    private EncodingFutures() {}

    /** The result or failure of a call as a completed future. */
    static CompletableFuture<float[][]> of(Supplier<float[][]> call) {
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Waits for the rows; throws their failure as a call by this thread would. */
    static float[][] await(CompletableFuture<float[][]> rows) {
        try {
            return rows.join();
        } catch (CompletionException e) {
            Throwable cause = cause(e);
            if (cause instanceof RuntimeException failure) throw failure;
            if (cause instanceof Error failure) throw failure;
            throw e;
        }
    }

    /** The failure of a stage, without the wrappers of later stages. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
