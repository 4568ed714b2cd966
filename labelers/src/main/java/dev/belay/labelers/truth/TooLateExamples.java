package dev.belay.labelers.truth;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Counts the examples that get no label because their truth is too late, for the log: a line for
 * the 1st, 10th, 100th and so on, so that the log grows with the logarithm of their number.
 */
final class TooLateExamples {
    private long count;
    private long nextLine = 1;
    private long leastMs = Long.MAX_VALUE;
    private long greatestMs;

    /**
     * Counts an example; returns the line to log now, or null.
     *
     * @param delayMs event time from the example to the truth that was later than the horizon
     */
    @Nullable String add(long delayMs, long horizonMs) {
        count++;
        leastMs = Math.min(leastMs, delayMs);
        greatestMs = Math.max(greatestMs, delayMs);
        if (count < nextLine) {
            return null;
        }
        nextLine *= 10;
        return "%,d examples skipped without a truth label: truth was %s to %s later, labeler.truth-horizon is %s. They stay skipped; another task.name reads all again (set truth-time or a greater labeler.truth-horizon before)"
                .formatted(count, words(leastMs), words(greatestMs), words(horizonMs));
    }

    /** In days, or for less than two in ISO 8601 without the fraction of a second. */
    private static String words(long ms) {
        Duration duration = Duration.ofMillis(ms);
        return duration.toDays() >= 2
                ? duration.toDays() + "d"
                : (ms < 1000 ? ms + "ms" : Duration.ofSeconds(duration.toSeconds()).toString());
    }
}
