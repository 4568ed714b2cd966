package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.intervals.ClusterRobust;
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
     * @param table those whose truth is known
     * @param withoutTruth those whose truth is not known
     * @param sameWithoutTruth those of them on which both say the same
     * @return null if nothing has been predicted by both; without limits where examples have groups
     *     but some are without truth, since only truth says of which group an example is
     */
    public static @Nullable Measure agreement(
            PairTable table, long withoutTruth, long sameWithoutTruth) {
        ClusterRobust robust = ClusterRobust.of(table);
        if (robust != null && withoutTruth == 0) {
            return robust.share(CellTable.indicator(CellTable.SAME, CellTable.SAME));
        }
        Measure all =
                Rate.of(
                        Math.addExact(table.cells().same(), sameWithoutTruth),
                        Math.addExact(table.n(), withoutTruth));
        return robust == null || all == null ? all : Measure.unbounded(all.value(), all.n());
    }
}
