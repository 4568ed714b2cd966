package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.counts.PairTable.Confusion;
import org.jspecify.annotations.Nullable;

/**
 * Agreement beyond chance, (observed − expected) / (1 − expected), of two kinds; each at most 1.
 */
public final class Kappa {
    private Kappa() {}

    /**
     * Cohen's κ of the predicted classes of student and supervisor: observed P(ŝ = ŵ), expected p_e
     * = Σ_k P(ŵ = k)·P(ŝ = k) (Cohen, Educational and Psychological Measurement 20, 1960).
     *
     * @param table without a ceiling
     * @return null if there are no examples, no counts by class, or p_e is 1: both always predict
     *     one class
     */
    public static @Nullable Double cohen(PairTable table) {
        long n = table.n();
        if (n == 0 || !table.hasClasses()) {
            return null;
        }
        double[] bySupervisor = supervisorPredicts(table);
        double expected = 0;
        for (int k = 0; k < bySupervisor.length; k++) {
            long byStudent = table.of(ByClass.STUDENT_PREDICTS, k);
            if (bySupervisor[k] == n && byStudent == n) {
                return null;
            }
            expected += (bySupervisor[k] / n) * ((double) byStudent / n);
        }
        return kappa((double) table.cells().same() / n, expected);
    }

    /** Number of examples for which the supervisor predicts each class. */
    static double[] supervisorPredicts(PairTable table) {
        double[] counts = new double[table.classes()];
        for (Confusion part : table.confusion()) {
            counts[part.predicted()] += part.count();
        }
        return counts;
    }

    /**
     * Error consistency: κ of the models' correctness. Observed: both right or both wrong,
     * expected: a_s·a_w + (1 − a_s)(1 − a_w) (Geirhos, Meding and Wichmann, "Beyond accuracy:
     * quantifying trial-by-trial behaviour of CNNs and humans by measuring error consistency",
     * NeurIPS 2020).
     *
     * @return null if there are no examples, or expected is 1: both are always right, or always
     *     wrong
     */
    public static @Nullable Double errorConsistency(CellTable cells) {
        long n = cells.n();
        long w = cells.supervisorRight();
        long s = cells.studentRight();
        if (n == 0 || (w == 0 && s == 0) || (w == n && s == n)) {
            return null;
        }
        long bothRight = cells.sameAndSupervisorRight();
        long bothWrong = n - w - s + bothRight;
        double supervisor = (double) w / n;
        double student = (double) s / n;
        return kappa(
                (double) (bothRight + bothWrong) / n,
                student * supervisor + (1 - student) * (1 - supervisor));
    }

    private static double kappa(double observed, double expected) {
        return (observed - expected) / (1 - expected);
    }
}
