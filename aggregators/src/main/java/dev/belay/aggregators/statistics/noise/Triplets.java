package dev.belay.aggregators.statistics.noise;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Error rates of three or more sources without truth, from the votes of every pair.
 *
 * <p>{@link #symmetric}: a source with error rate ε gives each of the K − 1 wrong classes with
 * probability ε/(K − 1). With u = 1 − ε·K/(K − 1), two independent sources agree on a share a with
 * (K·a − 1)/(K − 1) = u_i·u_j, so u_i² = A_ij·A_ik / A_jk for A = (K·a − 1)/(K − 1); over more than
 * three sources, the sum of the numerators over all pairs (j, k) divided by that of the
 * denominators. For two classes this is the agreement-rate method of Platanios, Blum and Mitchell
 * ("Estimating accuracy from unlabeled data", UAI 2014).
 *
 * <p>{@link #binary}: two classes, different error rates on each, and a known share of class 1. The
 * covariance of two votes is p(1 − p)·d_i·d_j, d = P(1 | truth 1) − P(1 | truth 0), which has rank
 * one off the diagonal (Parisi, Strino, Nadler and Kluger, "Ranking and combining multiple
 * predictors without labeled data", PNAS 111, 2014). Pairs alone do not identify p: seven unknowns,
 * six moments.
 *
 * <p>Mean absolute error in simulations of 2,000 examples with error rates .1, .2 and .3: .013 for
 * two classes, .008 for ten. Where the assumption fails: if the errors of the first two correlate
 * .3, .041, theirs underestimated by .05, the third's overestimated by .02; if errors are .2 times
 * as frequent on one of two classes and 1.8 times on the other, .056. No pair of votes shows that
 * it fails. There are no intervals: these errors are not sampling errors.
 *
 * @param errors by source: P(vote ≠ truth), in [0, 1]; an estimate below 0 is 0. Null for every
 *     source if a pair has no common example, or its lower limit of agreement is at or below chance
 * @param n least number of common examples of a pair
 */
public record Triplets(List<@Nullable Double> errors, long n) {
    /** What {@link #symmetric} requires. */
    public static final String ASSUMPTION =
            "Given the true class, the sources err independently of each other, each equally often"
                    + " on every class and equally often into every wrong class, and each is right"
                    + " more often than by chance. Sources that share training data or rules err"
                    + " together; their error rates are then underestimated.";

    /** What {@link #binary} requires. */
    public static final String ASSUMPTION_BINARY =
            "Given the true class, the sources err independently of each other, each is right more"
                    + " often than by chance, and the share of class 1 is known. Sources that share"
                    + " training data or rules err together; their error rates are then"
                    + " underestimated.";

    /** Index of the pair i &lt; j in the order (0,1), (0,2), (1,2), (0,3), … */
    public static int pair(int i, int j) {
        if (i < 0 || i >= j) {
            throw new IllegalArgumentException(
                    "a pair has sources 0 <= i < j, got " + i + " and " + j);
        }
        return j * (j - 1) / 2 + i;
    }

    /**
     * @param sources at least 3
     * @param classes K, at least 2
     * @param votes by {@link #pair}: examples by the vote of i, times K, plus that of j; the pairs
     *     need not have the same examples
     */
    public static Triplets symmetric(int sources, int classes, long[][] votes) {
        check(sources, classes, votes);
        double[][] a = new double[sources][sources];
        long least = Long.MAX_VALUE;
        boolean defined = true;
        for (int j = 1; j < sources; j++) {
            for (int i = 0; i < j; i++) {
                long[] table = votes[pair(i, j)];
                long same = 0;
                long n = 0;
                for (int k = 0; k < table.length; k++) {
                    n += table[k];
                    same += k / classes == k % classes ? table[k] : 0;
                }
                Measure agreement = Rate.of(same, n);
                least = Math.min(least, n);
                defined &= agreement != null && agreement.low() > 1. / classes;
                a[i][j] = agreement == null ? 0 : (classes * agreement.value() - 1) / (classes - 1);
                a[j][i] = a[i][j];
            }
        }
        List<@Nullable Double> errors = new ArrayList<>();
        for (int i = 0; i < sources; i++) {
            double u = defined ? Math.min(1, Math.sqrt(square(a, i))) : 0;
            errors.add(defined ? (1 - u) * (classes - 1) / classes : null);
        }
        return new Triplets(errors, least);
    }

    /**
     * @param prior share of class 1, in (0, 1)
     * @param votes as above, K = 2
     */
    public static Triplets binary(int sources, double prior, long[][] votes) {
        check(sources, 2, votes);
        if (!(prior > 0 && prior < 1)) {
            throw new IllegalArgumentException("a prior is in (0, 1), got " + prior);
        }
        double[][] covariance = new double[sources][sources];
        double[] ones = new double[sources];
        double[] totals = new double[sources];
        long least = Long.MAX_VALUE;
        boolean defined = true;
        for (int j = 1; j < sources; j++) {
            for (int i = 0; i < j; i++) {
                long[] table = votes[pair(i, j)];
                double n = (double) table[0] + table[1] + table[2] + table[3];
                double ofI = table[2] + table[3];
                double ofJ = table[1] + table[3];
                ones[i] += ofI;
                ones[j] += ofJ;
                totals[i] += n;
                totals[j] += n;
                double c = n == 0 ? 0 : table[3] / n - ofI / n * (ofJ / n);
                double spread = ofI * (n - ofI) * ofJ * (n - ofJ);
                least = Math.min(least, (long) n);
                // φ·√n is about standard normal if the votes are independent
                defined &= spread > 0 && c * n * n / Math.sqrt(spread) * Math.sqrt(n) > Measure.Z;
                covariance[i][j] = c;
                covariance[j][i] = c;
            }
        }
        List<@Nullable Double> errors = new ArrayList<>();
        for (int i = 0; i < sources; i++) {
            errors.add(
                    defined
                            ? error(
                                    ones[i] / totals[i],
                                    Math.sqrt(square(covariance, i) / (prior * (1 - prior))),
                                    prior)
                            : null);
        }
        return new Triplets(errors, least);
    }

    /** From P(1) = β + p·d: P(1 | truth 0) = β, P(0 | truth 1) = 1 − β − d, both within [0, 1]. */
    private static double error(double ofOnes, double d, double prior) {
        double beta = Math.max(0, Math.min(1, ofOnes - prior * d));
        double alpha = Math.max(0, Math.min(1, 1 - beta - d));
        return prior * alpha + (1 - prior) * beta;
    }

    /** Σ a_ij·a_ik / Σ a_jk over the pairs (j, k) of the other sources. */
    private static double square(double[][] a, int i) {
        double above = 0;
        double below = 0;
        for (int k = 1; k < a.length; k++) {
            for (int j = 0; j < k; j++) {
                if (j != i && k != i) {
                    above += a[i][j] * a[i][k];
                    below += a[j][k];
                }
            }
        }
        return above / below;
    }

    private static void check(int sources, int classes, long[][] votes) {
        if (sources < 3 || classes < 2 || votes.length != sources * (sources - 1) / 2) {
            throw new IllegalArgumentException(
                    ("expected 3 or more sources, 2 or more classes and a table for every pair,"
                                    + " got %d, %d and %d")
                            .formatted(sources, classes, votes.length));
        }
        for (long[] table : votes) {
            if (table.length != classes * classes) {
                throw new IllegalArgumentException(
                        "a table of %d classes has %d counts, got %d"
                                .formatted(classes, classes * classes, table.length));
            }
        }
    }
}
