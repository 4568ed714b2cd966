package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * Two classifiers on the same examples: the 2×2 table of right and wrong.
 *
 * @param bothRight examples that both classify right
 * @param onlyA those that only A does
 * @param onlyB those that only B does
 * @param bothWrong those that neither does
 */
public record PairedComparison(long bothRight, long onlyA, long onlyB, long bothWrong) {

    /**
     * @throws IllegalArgumentException if a count is negative
     */
    public PairedComparison {
        if (bothRight < 0 || onlyA < 0 || onlyB < 0 || bothWrong < 0) {
            throw new IllegalArgumentException(
                    "a table needs counts, got %d, %d, %d, %d"
                            .formatted(bothRight, onlyA, onlyB, bothWrong));
        }
    }

    /** Examples. */
    public long n() {
        return bothRight + onlyA + onlyB + bothWrong;
    }

    /** Accuracy of A; null without examples. */
    public @Nullable Measure accuracyOfA() {
        return Rate.of(bothRight + onlyA, n());
    }

    /** Accuracy of B; null without examples. */
    public @Nullable Measure accuracyOfB() {
        return Rate.of(bothRight + onlyB, n());
    }

    /**
     * Accuracy of A minus that of B, with the interval of the gain of metrics rows (Agresti &amp;
     * Min 2005, see {@link PairedMoments}); null without examples.
     */
    public @Nullable Measure difference() {
        return n() == 0
                ? null
                : new PairedMoments(n(), onlyA - onlyB, 0, onlyA + onlyB, 0, 0).gain();
    }

    /**
     * Two-sided p of McNemar's exact test that both have the same accuracy (Psychometrika 12,
     * 1947): of d examples that exactly one classifies right, the smaller count k has the
     * distribution Binomial(d, ½), so p = min(1, 2·P(X ≤ k)). Exact, not mid-p: under the
     * hypothesis, p ≤ α has at most probability α. 1 if d is 0.
     */
    public double mcNemar() {
        long k = Math.min(onlyA, onlyB);
        long d = onlyA + onlyB;
        if (onlyA == onlyB) {
            return 1;
        }
        // Σ C(d, i)/C(d, k) over i = k, k − 1, …, 0; terms do not increase
        double sum = 0;
        double term = 1;
        for (long i = k; i >= 0 && term > sum * 1e-17; i--) {
            sum += term;
            term *= (double) i / (d - i + 1);
        }
        double logGreatest = -d * Math.log(2); // of C(d, k)/2ᵈ
        for (long i = 1; i <= k; i++) {
            logGreatest += Math.log((double) (d - k + i) / i);
        }
        return Math.min(1, 2 * sum * Math.exp(logGreatest));
    }
}
