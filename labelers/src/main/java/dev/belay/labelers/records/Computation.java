package dev.belay.labelers.records;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A computation on another thread than the polling one, which must poll at least every {@code
 * max.poll.interval.ms} to keep its partitions. Belongs to the polling thread.
 */
public final class Computation<T> {
    private final FutureTask<T> task;

    private Computation(FutureTask<T> task) {
        this.task = task;
    }

    public static <T> Computation<T> start(Executor executor, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        executor.execute(task);
        return new Computation<>(task);
    }

    /** Waits for the result, at most so long; returns whether it is there. */
    public boolean await(Duration atMost) {
        try {
            var unused = task.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // thrown by result()
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * The result, once {@link #await} has returned true.
     *
     * @throws RuntimeException what the computation has thrown; errors too
     */
    public T result() {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("a computation failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a computation", e);
        }
    }
}
