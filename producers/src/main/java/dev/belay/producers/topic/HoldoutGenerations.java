package dev.belay.producers.topic;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which of the examples that are drawn for the holdout it takes. A generation is complete with so
 * many; a frozen holdout has one. A rolling one begins the next with the first example that is
 * drawn a period or more, in event time, after the newest example so far: at most one generation a
 * period, however late or skewed the partitions are read. One example far in the future freezes it
 * until then.
 *
 * <p>It is a function of the holdout's examples alone, in any order, so that a resumed producer
 * takes the same ones as one that was never stopped.
 */
final class HoldoutGenerations {
    private final long size;
    private final @Nullable Duration rolling;
    private int newest;
    private long examples; // of the newest
    private long newestMs = Long.MIN_VALUE; // of all

    /**
     * @param size examples of a generation, at least 1
     * @param rolling period; null: frozen
     */
    HoldoutGenerations(long size, @Nullable Duration rolling) {
        this.size = size;
        this.rolling = rolling;
    }

    /** Whether an example of this event time, ms since the epoch, is taken if it is drawn. */
    boolean takes(long timeMs) {
        return !isComplete() || (rolling != null && timeMs - newestMs >= rolling.toMillis());
    }

    /** The generation, from 0, of the next example that is taken. */
    int next() {
        return isComplete() ? newest + 1 : newest;
    }

    /** Whether the newest generation is complete. */
    boolean isComplete() {
        return examples >= size;
    }

    /** Registers an example of the holdout. */
    void add(int generation, long timeMs) {
        if (generation > newest) {
            newest = generation;
            examples = 0;
        }
        examples += generation == newest ? 1 : 0;
        newestMs = Math.max(newestMs, timeMs);
    }
}
