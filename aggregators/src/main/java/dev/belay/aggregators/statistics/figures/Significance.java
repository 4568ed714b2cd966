package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.aggregators.statistics.intervals.StudentT;
import org.jspecify.annotations.Nullable;

/** Tests that two classifiers have the same accuracy, on the same examples. */
public final class Significance {
    private Significance() {}

    /**
     * Two-sided p: McNemar's exact test, or where examples have groups Student's t of the gain with
     * its cluster-robust standard error, below .05 if the interval of the gain leaves 0 out.
     *
     * @param moments of A as the student and B as the supervisor
     * @return null with too few groups
     */
    public static @Nullable Double p(PairedMoments moments) {
        PairedMoments.Clustered clustered = moments.clustered();
        if (clustered == null) {
            long onlyA = (moments.squareS() + moments.sumS()) / 2;
            return mcNemar(onlyA, moments.squareS() - onlyA);
        }
        PairedMoments.Means means = moments.means();
        return moments.hasLimits()
                ? (Double)
                        StudentT.twoSidedTail(
                                clustered.degrees(), Math.abs(means.s()) / Math.sqrt(means.ss()))
                : null;
    }

    /**
     * McNemar's exact test (Psychometrika 12, 1947): of d examples that exactly one classifies
     * right, the smaller count k has the distribution Binomial(d, ½), so p = min(1, 2·P(X ≤ k)).
     * Exact, not mid-p: under the hypothesis p ≤ α has at most the probability α. 1 where d is 0.
     *
     * @param onlyA examples that only A classifies right
     * @param onlyB those that only B does
     */
    static double mcNemar(long onlyA, long onlyB) {
        long k = Math.min(onlyA, onlyB);
        long d = onlyA + onlyB;
        if (onlyA == onlyB) {
            return 1;
        }
        // the sum of C(d, i)/C(d, k) over i = k, k − 1, …, 0; each term is at most the one before
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
