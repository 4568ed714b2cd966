package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.ExampleTerms;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Moment;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.counts.PairTable.Sum;
import dev.belay.aggregators.statistics.intervals.ClusterRobust;
import dev.belay.aggregators.statistics.intervals.Measure;
import org.jspecify.annotations.Nullable;

/**
 * Intervals of means over examples, from n, ΣX and ΣX². With s² = (ΣX² − n·m²) / (n − 1), h =
 * t·s/√n and t the .975 quantile of Student's distribution with n − 1 degrees of freedom:
 *
 * <ul>
 *   <li>Brier gain, of either sign: m ± h;
 *   <li>log loss, positive and skewed to the right: m·exp(±h/m), the same for ln m by the delta
 *       method.
 * </ul>
 *
 * <p>Both use the central limit theorem. If few examples dominate the log loss (a confident model
 * that is seldom wrong), even 500 examples are too few; decision 026 has the simulated coverage.
 *
 * <p>If examples have groups, h is cluster-robust ({@link ClusterRobust}).
 *
 * <p>Null below {@value #LEAST} examples, with too few groups, if all X are equal, and if the
 * second moments of some examples are missing ({@link PairTable#hasMoments}).
 */
public final class MeanInterval {
    static final int LEAST = 30;

    private MeanInterval() {}

    /** Mean Brier score of the supervisor minus that of the student; see {@link BrierGain}. */
    public static @Nullable Measure brierGain(PairTable table) {
        return of(
                table,
                table.sum(Sum.SUPERVISOR_BRIER) - table.sum(Sum.STUDENT_BRIER),
                Moment.BRIER_GAIN,
                false);
    }

    /** Mean log loss of one model, in nats; see {@link Calibration}. */
    public static @Nullable Measure logLoss(PairTable table, Side side) {
        return side == Side.STUDENT
                ? of(table, table.sum(Sum.STUDENT_LOG_LOSS), Moment.STUDENT_LOG_LOSS, true)
                : of(table, table.sum(Sum.SUPERVISOR_LOG_LOSS), Moment.SUPERVISOR_LOG_LOSS, true);
    }

    private static @Nullable Measure of(
            PairTable table, long sum, Moment squares, boolean positive) {
        long n = table.n();
        if (n < LEAST || !table.hasMoments()) {
            return null;
        }
        double mean = sum / ExampleTerms.ONE / n;
        double meanSquare = table.moment(squares) / ExampleTerms.ONE_SQUARE / n;
        ClusterRobust robust = ClusterRobust.of(table);
        double half =
                robust == null
                        ? t(n - 1) * Math.sqrt(Math.max(0, meanSquare - mean * mean) / (n - 1))
                        : robust.half(table, squares, mean);
        // NaN too: too few groups, all of them alike
        if (!(half > 0 && half < Double.POSITIVE_INFINITY) || (positive && mean <= 0)) {
            return null;
        }
        return positive
                ? new Measure(mean, mean * Math.exp(-half / mean), mean * Math.exp(half / mean), n)
                : new Measure(mean, mean - half, mean + half, n);
    }

    /**
     * The .975 quantile of Student's distribution by its expansion in 1/degrees (Abramowitz &amp;
     * Stegun 26.7.5), within 1e-5 for the 29 or more degrees used here.
     */
    static double t(long degrees) {
        double z = Measure.Z;
        double z3 = z * z * z;
        double z5 = z3 * z * z;
        double z7 = z5 * z * z;
        double v = degrees;
        return z
                + (z3 + z) / (4 * v)
                + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v)
                + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
    }
}
