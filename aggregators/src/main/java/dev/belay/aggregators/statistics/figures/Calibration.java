package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.ExampleTerms;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Bin;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.counts.PairTable.Sum;
import org.jspecify.annotations.Nullable;

/**
 * Scores and calibration of a model's probabilities.
 *
 * @param brier mean Σ_k (p_k − y_k)², in [0, 2] (Brier 1950)
 * @param logLoss mean −ln max(p_y, 1e-7), in nats, at most 16.2
 * @param ece top-label expected calibration error, in [0, 1]: Σ_b (n_b/n)·|right_b/n_b − mean
 *     confidence_b| over 15 equal, right-closed bins of the confidence (the probability of the
 *     class predicted); Guo et al., "On calibration of modern neural networks", ICML 2017
 * @param eceExpected expectation of ece if each example were right with exactly the probability of
 *     its confidence c: ece is above 0 also for a calibrated model. It is Σ_b E|wrong_b − Σ(1 − c)|
 *     / n, wrong_b a sum of independent indicators with the variance V_b = Σ c(1 − c). The mean
 *     absolute deviation of a bin is approximated by that of a binomial with the same n_b and mean
 *     (de Moivre: 2·m·C(n, m)·pᵐ·qⁿ⁻ᵐ⁺¹ with m = ⌊np⌋ + 1), times the ratio of standard deviations;
 *     for V_b ≥ 25 it is √(2V_b/π). Exact where all confidences of a bin are equal and V_b is below
 *     25; at most 2 % off elsewhere (tested against the exact distribution)
 */
public record Calibration(double brier, double logLoss, double ece, double eceExpected) {
    private static final double NORMAL_FROM = 25;

    /** For one model over the examples of a table without a ceiling; null if there are none. */
    public static @Nullable Calibration of(PairTable table, Side side) {
        long n = table.n();
        if (n == 0) {
            return null;
        }
        double ece = 0;
        double expected = 0;
        for (int b = 0; b < ExampleTerms.BINS; b++) {
            Bin bin = table.bin(side, b);
            ece += Math.abs(bin.right() - bin.confidence() / ExampleTerms.ONE);
            // may be slightly below 0 because of rounding and probabilities slightly above 1
            double variance =
                    Math.max(0, (bin.confidence() - bin.confidenceSquare()) / ExampleTerms.ONE);
            double wrong = Math.max(0, bin.count() - bin.confidence() / ExampleTerms.ONE);
            expected += meanAbsoluteDeviation(bin.count(), wrong, variance);
        }
        boolean student = side == Side.STUDENT;
        double units = n * ExampleTerms.ONE;
        return new Calibration(
                table.sum(student ? Sum.STUDENT_BRIER : Sum.SUPERVISOR_BRIER) / units,
                table.sum(student ? Sum.STUDENT_LOG_LOSS : Sum.SUPERVISOR_LOG_LOSS) / units,
                ece / n,
                expected / n);
    }

    /**
     * E|X − EX| of the number of successes in n independent trials.
     *
     * @param mean of X, at most n
     * @param variance of X
     */
    static double meanAbsoluteDeviation(long n, double mean, double variance) {
        if (variance >= NORMAL_FROM || mean <= 0 || mean >= n) {
            return Math.sqrt(2 * variance / Math.PI);
        }
        double p = mean / n;
        long m = (long) mean + 1;
        double logTerm = m * Math.log(p) + (n - m + 1) * Math.log1p(-p);
        for (long i = 1; i <= m; i++) {
            logTerm += Math.log((double) (n - m + i) / i);
        }
        return 2 * m * Math.exp(logTerm) * Math.sqrt(variance / (mean * (1 - p)));
    }
}
