package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * A stopping signal that needs no truth: the student's agreement with weak labels that it did not
 * learn from. It rises while the student learns the task, and rises on or falls when the student
 * begins to imitate the labels' errors (Burns et al. 2023, section 5.1.1: early stopping by
 * agreement with held-out weak labels).
 */
public final class LabelFree {
    private LabelFree() {}

    /**
     * P(ŝ = ŵ) over all examples that both have predicted, with or without truth.
     *
     * @param cells counts of examples with truth
     * @param withoutTruth number of examples without truth
     * @param sameWithoutTruth those of them for which both predict the same class
     * @return null if no example was predicted by both
     */
    public static @Nullable Measure agreement(
            CellTable cells, long withoutTruth, long sameWithoutTruth) {
        return Rate.of(
                Math.addExact(cells.same(), sameWithoutTruth),
                Math.addExact(cells.n(), withoutTruth));
    }
}
