package dev.belay.aggregators.statistics.figures;

import static dev.belay.aggregators.statistics.counts.CellTable.CEILING;
import static dev.belay.aggregators.statistics.counts.CellTable.SAME;
import static dev.belay.aggregators.statistics.counts.CellTable.STUDENT;
import static dev.belay.aggregators.statistics.counts.CellTable.SUPERVISOR;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.intervals.ClusterRobust;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * Figures computed from the cells of a pair. A figure is null if its denominator has no example, or
 * it needs a ceiling and there is none.
 *
 * @param supervisorAccuracy P(ŵ right)
 * @param studentAccuracy P(ŝ right)
 * @param ceilingAccuracy P(ĉ right)
 * @param gain P(ŝ right) − P(ŵ right), paired
 * @param gap P(ĉ right) − P(ŵ right), paired
 * @param pgr gain / gap
 * @param agreement P(ŝ = ŵ)
 * @param agreementWhenSupervisorRight P(ŝ = ŵ | ŵ right)
 * @param agreementWhenSupervisorWrong P(ŝ = ŵ | ŵ wrong): error inheritance (Burns et al. 2023,
 *     section 5.1.3)
 * @param newErrorRate P(ŝ wrong | ŵ right): errors that are not in the labels; equal to 1 −
 *     agreementWhenSupervisorRight
 * @param correctedRate P(ŝ right | ŵ wrong): errors of the labels that the student does not repeat.
 *     With two classes 1 − agreementWhenSupervisorWrong, with more at most that
 * @param studentRightWhenDiffering c_s = P(ŝ right | ŝ ≠ ŵ); with c_w, the same for the supervisor,
 *     and D = 1 − agreement: gain = D·(c_s − c_w). With two classes exactly one is right, so gain =
 *     D·(2c_s − 1)
 */
public record PairStatistics(
        @Nullable Measure supervisorAccuracy,
        @Nullable Measure studentAccuracy,
        @Nullable Measure ceilingAccuracy,
        @Nullable Measure gain,
        @Nullable Measure gap,
        Pgr pgr,
        @Nullable Measure agreement,
        @Nullable Measure agreementWhenSupervisorRight,
        @Nullable Measure agreementWhenSupervisorWrong,
        @Nullable Measure newErrorRate,
        @Nullable Measure correctedRate,
        @Nullable Measure studentRightWhenDiffering) {

    /**
     * All figures of a table whose examples may have groups.
     *
     * @throws IllegalArgumentException if a cell is negative
     */
    public static PairStatistics of(PairTable table, Pgr.Ceiling ceiling) {
        return of(table.cells(), ClusterRobust.of(table), ceiling);
    }

    /** All figures of examples without groups. */
    public static PairStatistics of(CellTable cells, Pgr.Ceiling ceiling) {
        return of(cells, null, ceiling);
    }

    private static PairStatistics of(
            CellTable cells, @Nullable ClusterRobust robust, Pgr.Ceiling ceiling) {
        PairedMoments moments = PairedMoments.of(cells, robust == null ? null : robust.paired());
        boolean any = moments.n() > 0;
        boolean counted = ceiling == Pgr.Ceiling.COUNTED;
        Share all = new Share(cells, robust, 0, 0);
        Share supervisorRight = new Share(cells, robust, SUPERVISOR, SUPERVISOR);
        Share supervisorWrong = new Share(cells, robust, SUPERVISOR, 0);
        return new PairStatistics(
                all.of(SUPERVISOR, SUPERVISOR),
                all.of(STUDENT, STUDENT),
                counted ? all.of(CEILING, CEILING) : null,
                any ? moments.gain() : null,
                counted && any ? moments.gap() : null,
                Pgr.of(moments, ceiling),
                all.of(SAME, SAME),
                supervisorRight.of(SUPERVISOR | SAME, SUPERVISOR | SAME),
                supervisorWrong.of(SUPERVISOR | SAME, SAME),
                supervisorRight.of(SUPERVISOR | STUDENT, SUPERVISOR),
                supervisorWrong.of(SUPERVISOR | STUDENT, STUDENT),
                new Share(cells, robust, SAME, 0).of(SUPERVISOR | STUDENT, STUDENT));
    }

    /** Shares of the examples in the cells whose bits under {@code mask} are {@code bits}. */
    private record Share(CellTable cells, @Nullable ClusterRobust robust, int mask, int bits) {
        @Nullable Measure of(int maskOf, int bitsOf) {
            return robust == null
                    ? Rate.of(cells.sum(maskOf, bitsOf), cells.sum(mask, bits))
                    : robust.among(CellTable.indicator(mask, bits))
                            .share(CellTable.indicator(maskOf, bitsOf));
        }
    }
}
