package dev.belay.aggregators.statistics;

import dev.belay.aggregators.statistics.PairTable.Bin;
import dev.belay.aggregators.statistics.PairTable.Side;
import dev.belay.aggregators.statistics.PairTable.Sum;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model's probabilities mean what they say.
 *
 * @param brier mean Σ_k (p_k − y_k)², in [0, 2] (Brier 1950)
 * @param logLoss mean −ln max(p_y, 1e-7), in nats, at most 16.2
 * @param ece top-label expected calibration error, in [0, 1]: Σ_b (n_b/n)·|right_b/n_b − mean
 *     confidence_b| over 15 equal, right-closed bins of the confidence (the probability of the
 *     class predicted); Guo et al., "On calibration of modern neural networks", ICML 2017
 * @param eceExpected what ece would be on average if each example were right with exactly the
 *     probability of its confidence c: ece never is 0 on few examples. In bin b the right answers
 *     minus Σc then have the variance V_b = Σ c(1 − c), and ece is Σ_b E|right_b − Σc| / n. For
 *     each bin the smaller of √(2V_b/π), the normal approximation, and 2·V_b, the upper bound Σ E|x
 *     − c|, which is near the truth where V_b is small. Within a tenth of it on 100 examples and
 *     more (tested by simulation)
 */
public record Calibration(double brier, double logLoss, double ece, double eceExpected) {

    /** Of one model over the examples of a table without a ceiling; null if there are none. */
    public static @Nullable Calibration of(PairTable table, Side side) {
        long n = table.n();
        if (n == 0) {
            return null;
        }
        double ece = 0;
        double expected = 0;
        for (int b = 0; b < Terms.BINS; b++) {
            Bin bin = table.bin(side, b);
            ece += Math.abs(bin.right() - bin.confidence() / Terms.ONE);
            // rounding and probabilities a hair above 1 may leave it a hair below 0
            double variance = Math.max(0, (bin.confidence() - bin.confidenceSquare()) / Terms.ONE);
            expected += Math.min(Math.sqrt(2 * variance / Math.PI), 2 * variance);
        }
        boolean student = side == Side.STUDENT;
        double units = n * Terms.ONE;
        return new Calibration(
                table.sum(student ? Sum.STUDENT_BRIER : Sum.SUPERVISOR_BRIER) / units,
                table.sum(student ? Sum.STUDENT_LOG_LOSS : Sum.SUPERVISOR_LOG_LOSS) / units,
                ece / n,
                expected / n);
    }
}
