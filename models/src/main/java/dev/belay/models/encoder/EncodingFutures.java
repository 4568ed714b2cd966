package dev.belay.models.encoder;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Rows that are being encoded. */
final class EncodingFutures {
    private EncodingFutures() {}

    /** What a call gives, or how it fails, as a future that is complete. */
    static CompletableFuture<float[][]> of(Supplier<float[][]> call) {
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Waits for the rows; throws what they failed with, as a call by this thread would have. */
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

    /** What a stage failed with, without the wrapping that stages after it add. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
