package dev.belay.aggregators.counting;

import dev.belay.aggregators.statistics.counts.SparseCounts;

/**
 * Counts of a PROGRESSIVE stream for which truth is not needed; nothing is counted for HOLDOUT.
 *
 * @param ceilingSame examples in the table for which ceiling and supervisor predict the same class;
 *     0 without a ceiling
 * @param ceilingSameWithoutTruth the same of the examples without truth
 * @param labelsWithoutTruth examples without truth by the class that the supervisor predicts; empty
 *     for tasks of kind choice
 */
public record Signals(
        long ceilingSame, long ceilingSameWithoutTruth, SparseCounts labelsWithoutTruth) {
    public static final Signals NONE = new Signals(0, 0, SparseCounts.EMPTY);

    Signals merge(Signals other) {
        return new Signals(
                Math.addExact(ceilingSame, other.ceilingSame),
                Math.addExact(ceilingSameWithoutTruth, other.ceilingSameWithoutTruth),
                labelsWithoutTruth.combine(other.labelsWithoutTruth, 1));
    }

    Signals since(Signals earlier) {
        return new Signals(
                Math.subtractExact(ceilingSame, earlier.ceilingSame),
                Math.subtractExact(ceilingSameWithoutTruth, earlier.ceilingSameWithoutTruth),
                labelsWithoutTruth.combine(earlier.labelsWithoutTruth, -1));
    }
}
