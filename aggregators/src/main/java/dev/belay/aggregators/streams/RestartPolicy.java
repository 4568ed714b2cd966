package dev.belay.aggregators.streams;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When to begin again after a death, and when to give up. Each death without progress since the one
 * before doubles the pause, from one second to 30; so many such deaths over so long a time are the
 * end. Whoever makes progress now and then is never given up, however long it lives. Belongs to one
 * thread.
 */
final class RestartPolicy {
    /** Deaths in a row that are never the end: a slow death may take minutes. */
    private static final int DEATHS = 10;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Duration patience;
    private int deaths;
    private long firstNs;

    /**
     * @param patience for how long to try without progress; not negative
     */
    RestartPolicy(Duration patience) {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience must not be negative, got " + patience);
        }
        this.patience = patience;
    }

    /**
     * After a death.
     *
     * @param progressed whether something was committed since the last one
     * @param nowNs as of {@link System#nanoTime}
     * @return how long to wait before the next life; null: give up
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

    /** Deaths in a row without progress. */
    int deaths() {
        return deaths;
    }
}
