package dev.belay.aggregators.streams;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides when to restart after a failure and when to give up. Each failure without progress since
 * the last one doubles the pause, from 1 s to 30 s. It gives up after a number of such failures
 * over a minimum time; an application that makes progress between failures always restarts. Belongs
 * to one thread.
 */
final class RestartPolicy {
    /** Failures in a row that always restart, because a single failure may take minutes. */
    private static final int DEATHS = 10;

    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Duration patience;
    private int deaths;
    private long firstNs;

    /**
     * @param patience how long to retry without progress; not negative
     */
    RestartPolicy(Duration patience) {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience must not be negative, got " + patience);
        }
        this.patience = patience;
    }

    /**
     * Registers a failure.
     *
     * @param progressed whether something was committed since the last one
     * @param nowNs as of {@link System#nanoTime}
     * @return how long to wait before the restart; null: give up
     */
    @Nullable Duration pause(boolean progressed, long nowNs) {
        if (deaths == 0 || progressed) {
            deaths = 0;
            firstNs = nowNs;
        }
        deaths++;
        if (deaths >= DEATHS && nowNs - firstNs >= patience.toNanos()) {
            return null;
        }
        Duration pause = Duration.ofSeconds(1L << Math.min(deaths - 1, 5));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** Failures in a row without progress. */
    int deaths() {
        return deaths;
    }
}
