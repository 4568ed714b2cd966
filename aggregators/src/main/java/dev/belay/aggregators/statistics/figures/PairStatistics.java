package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.CellTable;
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
     * All figures of a table.
     *
     * @throws IllegalArgumentException if a cell is negative
     */
    public static PairStatistics of(CellTable table, Pgr.Ceiling ceiling) {
        PairedMoments moments = PairedMoments.of(table);
        long n = moments.n();
        long right = table.supervisorRight();
        long corrected = table.studentRight() - table.sameAndSupervisorRight();
        boolean counted = ceiling == Pgr.Ceiling.COUNTED;
        return new PairStatistics(
                Rate.of(right, n),
                Rate.of(table.studentRight(), n),
                counted ? Rate.of(table.ceilingRight(), n) : null,
                n > 0 ? moments.gain() : null,
                counted && n > 0 ? moments.gap() : null,
                Pgr.of(table, ceiling),
                Rate.of(table.same(), n),
                Rate.of(table.sameAndSupervisorRight(), right),
                Rate.of(table.sameAndSupervisorWrong(), n - right),
                Rate.of(right - table.sameAndSupervisorRight(), right),
                Rate.of(corrected, n - right),
                Rate.of(corrected, n - table.same()));
    }
}
