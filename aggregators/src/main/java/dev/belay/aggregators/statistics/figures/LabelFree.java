package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * The stopping signal that needs no truth: how often the student agrees with weak labels it did not
 * learn from. While a student learns what the labels mean this rises; it goes on rising, or turns,
 * as the student begins to imitate the labels' errors (Burns et al. 2023, section 5.1.1, stop early
 * by agreement with held-out weak labels).
 */
public final class LabelFree {
    private LabelFree() {}

    /**
     * P(ŝ = ŵ) over all examples that both have predicted, whether their truth is known or not.
     *
     * @param cells those whose truth is known
     * @param withoutTruth those whose truth is not known
     * @param sameWithoutTruth those of them on which both say the same
     * @return null if nothing has been predicted by both
     */
    public static @Nullable Measure agreement(
            CellTable cells, long withoutTruth, long sameWithoutTruth) {
        return Rate.of(
                Math.addExact(cells.same(), sameWithoutTruth),
                Math.addExact(cells.n(), withoutTruth));
    }
}
