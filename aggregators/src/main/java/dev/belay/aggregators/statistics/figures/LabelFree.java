package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.intervals.ClusterRobust;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * A stopping signal that needs no truth: the student's agreement with weak labels that it did not
 * learn from. It rises while the student learns the task; once the student imitates the labels'
 * errors it may rise further or fall (Burns et al. 2023, section 5.1.1: early stopping by agreement
 * with held-out weak labels).
 */
public final class LabelFree {
    private LabelFree() {}

    /**
     * P(ŝ = ŵ) over all examples that both have predicted, with or without truth.
     *
     * @param table examples with truth
     * @param withoutTruth number of examples without truth
     * @param sameWithoutTruth number of these for which both predict the same class
     * @return null if both have predicted no example; without limits if examples have groups and
     *     some are without truth, because the group of an example is part of its truth
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
