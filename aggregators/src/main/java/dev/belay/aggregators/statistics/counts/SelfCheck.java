package dev.belay.aggregators.statistics.counts;

import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.counts.PairTable.Confusion;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.counts.PairTable.Sum;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Checks whether a table can be a count of examples, by identities between redundant counts. */
public final class SelfCheck {
    private SelfCheck() {}

    /**
     * The first identity that a table without a ceiling violates, or null. Exact except for the
     * Brier gain, whose four terms are rounded separately: tolerance 2 units per example.
     */
    public static @Nullable String of(PairTable table) {
        CellTable cells = table.cells();
        long n = cells.n();
        for (long cell : cells.toArray()) {
            if (cell < 0) {
                return "a negative cell in " + cells;
            }
        }
        long differ = n - cells.same();
        long studentAlone = cells.studentRight() - cells.sameAndSupervisorRight();
        long supervisorAlone = cells.supervisorRight() - cells.sameAndSupervisorRight();
        if (studentAlone + supervisorAlone > differ
                || (table.classes() == 2 && studentAlone + supervisorAlone < differ)) {
            // gain·n = D·n·(c_s − c_w); with two classes one is right where they differ
            return differ + " differ, yet " + studentAlone + " + " + supervisorAlone + " are right";
        }
        String bins = bins(table, Side.SUPERVISOR, cells.supervisorRight());
        if (bins == null) {
            bins = bins(table, Side.STUDENT, cells.studentRight());
        }
        if (bins != null) {
            return bins;
        }
        long brierGain = table.sum(Sum.SUPERVISOR_BRIER) - table.sum(Sum.STUDENT_BRIER);
        long parts = table.sum(Sum.MISFIT) + table.sum(Sum.CROSS);
        if (Math.abs(brierGain - parts) > 2 * n) {
            return "Brier gain " + brierGain + ", misfit + cross " + parts;
        }
        return table.hasClasses() ? classes(table, cells) : null;
    }

    private static @Nullable String bins(PairTable table, Side side, long right) {
        long count = 0;
        long binsRight = 0;
        for (int b = 0; b < ExampleTerms.BINS; b++) {
            count += table.bin(side, b).count();
            binsRight += table.bin(side, b).right();
        }
        return count == table.n() && binsRight == right
                ? null
                : side + ": bins of " + count + ", " + binsRight + " right, cells " + right;
    }

    private static @Nullable String classes(PairTable table, CellTable cells) {
        long supervisorRight = 0;
        long confused = 0;
        for (Confusion part : table.confusion()) {
            confused += part.count();
            supervisorRight += part.truth() == part.predicted() ? part.count() : 0;
        }
        if (confused != cells.n()
                || supervisorRight != cells.supervisorRight()
                || sum(table, ByClass.TRUTH) != cells.n()
                || sum(table, ByClass.STUDENT_PREDICTS) != cells.n()
                || sum(table, ByClass.STUDENT_RIGHT) != cells.studentRight()
                || (table.hasMoments() && sum(table, ByClass.BOTH_PREDICT) != cells.same())) {
            return "counts by class don't sum to the cells: " + table;
        }
        return null;
    }

    private static long sum(PairTable table, ByClass kind) {
        return IntStream.range(0, table.classes()).mapToLong(k -> table.of(kind, k)).sum();
    }
}
