package dev.belay.aggregators.statistics.noise;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * The share of wrong labels in one window of a stream, in which nothing is added any more. The
 * intervals are for each window alone: of many windows one in twenty misses.
 *
 * @param startMs event time, ms since the epoch
 * @param endMs exclusive
 * @param examples labelled and predicted
 * @param truth from the examples with truth alone; null: there are none
 * @param powered from the predictions on all examples as well; null: no example has truth
 * @param injected share of the labels that noise has changed; null: not known
 */
public record WindowEstimate(
        long startMs,
        long endMs,
        long examples,
        @Nullable Measure truth,
        @Nullable PredictionPowered powered,
        @Nullable Double injected) {
    /** From the counts of a window. */
    public static WindowEstimate of(
            long startMs, long endMs, PredictionPowered.Counts counts, @Nullable Double injected) {
        return new WindowEstimate(
                startMs,
                endMs,
                Math.addExact(counts.n(), counts.without()),
                Rate.of(counts.wrong(), counts.n()),
                PredictionPowered.of(counts),
                injected);
    }

    /** Whether the interval has the injected share; null: one of them is not known. */
    public @Nullable Boolean covers() {
        if (powered == null || injected == null) {
            return null;
        }
        return powered.rate().low() <= injected && injected <= powered.rate().high();
    }
}
