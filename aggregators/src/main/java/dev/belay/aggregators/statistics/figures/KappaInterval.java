package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.intervals.ClusterRobust;
import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Intervals of the two κ of {@link Kappa}: κ ± z standard errors of Fleiss, Cohen &amp; Everitt
 * (Psychological Bulletin 72, 1969), after adding two pseudo-examples: half of each agrees, spread
 * evenly over the classes, half disagrees, spread evenly over the pairs of classes. Without them
 * intervals are too narrow with few disagreements. With p_ij the shares of (supervisor predicts i,
 * student predicts j), r and c their margins, and e = Σ r_i·c_i,
 *
 * <pre>n·(1 − e)²·var = Σ p_ii·(1 − (r_i + c_i)(1 − κ))² + (1 − κ)²·D − (κ − e(1 − κ))²</pre>
 *
 * <p>with D = Σ_{i≠j} p_ij·(c_i + r_j)². With two classes the margins and the agreement determine
 * all p_ij. With more classes only p_ii is counted, not the K² pairs: D = A + B + 2·Σ p_ij·c_i·r_j,
 * A = Σ (r_i − p_ii)·c_i², B = Σ (c_j − p_jj)·r_j², is then replaced by its upper bound (√A + √B)²
 * (Cauchy–Schwarz), which it reaches if both predict all classes equally often. So the interval is
 * never narrower than the exact one; in the simulations it is at most 1.23 times as wide for three
 * classes, 1.12 for four and 1.02 for ten.
 */
public final class KappaInterval {
    private static final double ADDED = 2;

    private KappaInterval() {}

    /**
     * Cohen's κ with its interval.
     *
     * @param table without a ceiling
     * @return null if {@link Kappa#cohen} is null; with more than two classes if moments of some
     *     examples are missing ({@link PairTable#hasMoments}); and if examples have groups, because
     *     the counts by class are not kept by cluster
     */
    public static @Nullable Measure cohen(PairTable table) {
        Double value = Kappa.cohen(table);
        int classes = table.classes();
        if (value == null || (classes > 2 && !table.hasMoments()) || table.clusters() != null) {
            return null;
        }
        double[] supervisor = Kappa.supervisorPredicts(table);
        double[] student = new double[classes];
        double[] both = new double[classes];
        for (int k = 0; k < classes; k++) {
            student[k] = table.of(ByClass.STUDENT_PREDICTS, k);
            both[k] = table.of(ByClass.BOTH_PREDICT, k);
        }
        if (classes == 2) {
            double disagree = table.n() - table.cells().same();
            both[0] = (supervisor[0] + student[0] - disagree) / 2;
            both[1] = table.n() - disagree - both[0];
        }
        return of(value, table.n(), both, supervisor, student);
    }

    /**
     * Error consistency with its interval; null if {@link Kappa#errorConsistency} is null.
     *
     * <p>If examples have groups, the delta method is applied to clusters. With a_w and a_s the
     * accuracies and o the share of examples on which both are right or both wrong, κ = (o − e) /
     * (1 − e) has the influence ((o_i − o) − (1 − κ)·((2·a_w − 1)(s_i − a_s) + (2·a_s − 1)(w_i −
     * a_w))) / (1 − e) of example i.
     */
    public static @Nullable Measure errorConsistency(PairTable table) {
        ClusterRobust robust = ClusterRobust.of(table);
        Double value = Kappa.errorConsistency(table.cells());
        return robust == null || value == null
                ? errorConsistency(table.cells())
                : errorConsistency(value, table.n(), robust);
    }

    static @Nullable Measure errorConsistency(CellTable cells) {
        Double value = Kappa.errorConsistency(cells);
        if (value == null) {
            return null;
        }
        double n = cells.n();
        double w = cells.supervisorRight();
        double s = cells.studentRight();
        double right = cells.sameAndSupervisorRight();
        return of(
                value,
                cells.n(),
                new double[] {n - w - s + right, right},
                new double[] {n - w, w},
                new double[] {n - s, s});
    }

    private static Measure errorConsistency(double value, long n, ClusterRobust robust) {
        double[] w = CellTable.indicator(CellTable.SUPERVISOR, CellTable.SUPERVISOR);
        double[] s = CellTable.indicator(CellTable.STUDENT, CellTable.STUDENT);
        double[] alike = new double[w.length];
        Arrays.setAll(alike, cell -> w[cell] == s[cell] ? 1 : 0);
        double ofW = robust.mean(w);
        double ofS = robust.mean(s);
        double observed = robust.mean(alike);
        double rest = 1 - ofS * ofW - (1 - ofS) * (1 - ofW);
        double kappa = 1 - (1 - observed) / rest;
        double[] influence = new double[w.length];
        for (int cell = 0; cell < w.length; cell++) {
            double chance = (2 * ofW - 1) * (s[cell] - ofS) + (2 * ofS - 1) * (w[cell] - ofW);
            influence[cell] = (alike[cell] - observed - (1 - kappa) * chance) / rest;
        }
        return Measure.around(value, kappa, robust.half(influence), n);
    }

    /**
     * @param both by class, examples for which both predict it
     * @param supervisor by class, examples for which the supervisor predicts it
     * @param student by class, examples for which the student predicts it
     */
    private static Measure of(
            double value, long n, double[] both, double[] supervisor, double[] student) {
        int classes = both.length;
        double m = n + ADDED;
        double observed = 0;
        double expected = 0;
        for (int k = 0; k < classes; k++) {
            both[k] = (both[k] + ADDED / 2 / classes) / m;
            supervisor[k] = (supervisor[k] + ADDED / classes) / m;
            student[k] = (student[k] + ADDED / classes) / m;
            observed += both[k];
            expected += supervisor[k] * student[k];
        }
        double kappa = (observed - expected) / (1 - expected);
        double agreeing = 0;
        double a = 0;
        double b = 0;
        for (int k = 0; k < classes; k++) {
            double weight = 1 - (supervisor[k] + student[k]) * (1 - kappa);
            agreeing += both[k] * weight * weight;
            a += (supervisor[k] - both[k]) * student[k] * student[k];
            b += (student[k] - both[k]) * supervisor[k] * supervisor[k];
        }
        double mixed =
                classes == 2
                        ? (supervisor[0] - both[0]) * student[0] * supervisor[1]
                                + (supervisor[1] - both[1]) * student[1] * supervisor[0]
                        : Math.sqrt(Math.max(0, a) * Math.max(0, b));
        double last = kappa - expected * (1 - kappa);
        double variance =
                (agreeing + (1 - kappa) * (1 - kappa) * (a + b + 2 * mixed) - last * last)
                        / (m * (1 - expected) * (1 - expected));
        double half = Measure.Z * Math.sqrt(Math.max(0, variance));
        return Measure.around(value, kappa, half, n);
    }
}
