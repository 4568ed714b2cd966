package dev.belay.aggregators.statistics.intervals;

import org.jspecify.annotations.Nullable;

/**
 * A single proportion with its interval: Clopper–Pearson below {@value #EXACT_BELOW} examples, else
 * Wilson.
 *
 * <p>Clopper &amp; Pearson (Biometrika 26, 1934): the p at which the observed count or a more
 * extreme one has probability .025 on its side; covers at least 95 % whatever p is. Wilson (JASA
 * 22, 1927): the p for which |k/n − p| ≤ z·√(p(1−p)/n), closed form {@code (k + z²/2 ± z·√(k(n−k)/n
 * + z²/4)) / (n + z²)}; covers 95 % on average and is recommended for larger n by Brown, Cai &amp;
 * DasGupta (Statistical Science 16, 2001).
 */
public final class Rate {
    static final int EXACT_BELOW = 200;

    private static final double TAIL = (1 - Measure.CONFIDENCE) / 2;

    private Rate() {}

    /**
     * The share {@code k / n}.
     *
     * @return null if n is 0
     * @throws IllegalArgumentException unless 0 ≤ k ≤ n
     */
    public static @Nullable Measure of(long k, long n) {
        if (k < 0 || k > n) {
            throw new IllegalArgumentException("a share needs 0 <= k <= n, got " + k + " of " + n);
        }
        if (n == 0) {
            return null;
        }
        return n < EXACT_BELOW
                ? clopperPearson((int) k, (int) n)
                : wilson((double) k / n, (double) k, (double) n, n);
    }

    /**
     * Wilson's interval for k / n.
     *
     * @param share k / n
     * @param n independent examples, or as many as the examples are worth
     */
    static Measure wilson(double share, double k, double n, long examples) {
        double z2 = Measure.Z * Measure.Z;
        double centre = (k + z2 / 2) / (n + z2);
        double half = Measure.Z * Math.sqrt(share * (1 - share) * n + z2 / 4) / (n + z2);
        // at shares of 0 and 1 the limits are 0 and 1 in exact arithmetic
        double low = share == 0 ? 0 : Math.min(share, centre - half);
        double high = share == 1 ? 1 : Math.max(share, centre + half);
        return new Measure(share, low, high, examples);
    }

    static Measure clopperPearson(int k, int n) {
        double share = (double) k / n;
        // the lower limit for k successes is 1 − the upper limit for n − k
        double low = k == 0 ? 0 : Math.min(share, crossing(n - k, n));
        double high = k == n ? 1 : Math.max(share, 1 - crossing(k, n));
        return new Measure(share, low, high, n);
    }

    /**
     * 1 − the upper limit for k successes of n: the failure probability q at which P(at most k
     * successes) is the tail. Bisection to the last bit; P falls as q falls.
     */
    private static double crossing(int k, int n) {
        double low = 0;
        double high = 1;
        while (true) {
            double q = (low + high) / 2;
            if (q <= low || q >= high) {
                return q;
            }
            if (atMost(k, n, 1 - q) < TAIL) {
                low = q;
            } else {
                high = q;
            }
        }
    }

    /**
     * P(Binomial(n, p) ≤ k) for n below {@value #EXACT_BELOW}: no term under- or overflows in log.
     */
    public static double atMost(int k, int n, double p) {
        if (p <= 0) {
            return 1;
        }
        if (p >= 1) {
            return k >= n ? 1 : 0;
        }
        double logOdds = Math.log(p) - Math.log1p(-p);
        double logTerm = n * Math.log1p(-p);
        double sum = Math.exp(logTerm);
        for (int i = 1; i <= k; i++) {
            logTerm += Math.log((double) (n - i + 1) / i) + logOdds;
            sum += Math.exp(logTerm);
        }
        return Math.min(1, sum);
    }
}
