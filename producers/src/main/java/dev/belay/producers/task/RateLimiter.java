package dev.belay.producers.task;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Limits a producer's rate, counted from its first row. */
final class RateLimiter {
    private static final long ASK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final double rowsPerSecond;
    private final long startNanos = System.nanoTime();
    private long rows;

    /**
     * @param rowsPerSecond 0: no limit
     */
    RateLimiter(double rowsPerSecond) {
        this.rowsPerSecond = rowsPerSecond;
    }

    /**
     * Waits until the next rows are due.
     *
     * @return false when it was stopped or interrupted while waiting
     */
    boolean await(int nextRows, BooleanSupplier stopped) {
        if (rowsPerSecond == 0) {
            return true;
        }
        long due = startNanos + (long) (rows / rowsPerSecond * TimeUnit.SECONDS.toNanos(1));
        rows += nextRows;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            if (stopped.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(Math.min(left, ASK_EVERY_NANOS));
        }
        return true;
    }
}
