package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;

/**
 * One of a sequence of tests, on the same holdout, that a checkpoint is better than its supervisor.
 * The k-th test has the level α/(k(k + 1)), α = .05. The levels sum to α, so the probability that
 * any checkpoint passes without being better is at most 5 %, for any number of checkpoints. This
 * requires that the checkpoints of a student have different k, and that k does not depend on the
 * results.
 *
 * <p>Confidence sequences over examples do not apply: all checkpoints are tested on the same
 * examples.
 *
 * @param k number of the test, from 1
 * @param level probability of passing though no better
 * @param spent the levels of all k up to this one, whether tested yet or not
 * @param left the levels of all greater k
 * @param low lower limit of the gain, one-sided, at {@code level}; 0 where the normal approximation
 *     behind it says more than the exact sign test on the discordant examples does, so that passing
 *     keeps its level on few examples too. Where examples have groups, the limit is cluster-robust,
 *     and both counts of the sign test are divided by the design effect of the gain
 */
public record Gate(long k, double level, double spent, double left, double low) {
    private static final double ALPHA = 1 - Measure.CONFIDENCE;

    /** Whether the checkpoint is shown to be better. */
    public boolean passed() {
        return low > 0;
    }

    /**
     * The same test after a correction: passes only if it passed before too, so that testing a
     * checkpoint twice does not increase the probability of a false pass.
     *
     * @param first lower limit when the checkpoint was first tested
     */
    public Gate notAbove(double first) {
        return new Gate(k, level, spent, left, Math.min(low, first));
    }

    /**
     * The k-th test.
     *
     * @param k from 1
     * @param moments the checkpoint's, of at least one example, which have limits
     */
    public static Gate of(long k, PairedMoments moments) {
        if (k < 1) {
            throw new IllegalArgumentException("gates are numbered from 1, got k = " + k);
        }
        double level = ALPHA / ((double) k * (k + 1));
        double left = ALPHA / (k + 1.0);
        double low = moments.gain(level).low();
        // as many independent discordant examples as they are worth
        long discordant = (long) (moments.squareS() / moments.design());
        long better = (long) ((moments.squareS() + moments.sumS()) / 2.0 / moments.design());
        if (low > 0 && signTail(better, discordant) > level) {
            low = 0;
        }
        return new Gate(k, level, ALPHA - left, left, low);
    }

    /**
     * P(Binomial(m, ½) ≥ a) for a ≥ m/2: the sign test on the discordant examples, exact (McNemar).
     */
    static double signTail(long a, long m) {
        double logTerm = -m * Math.log(2);
        for (long i = 1; i <= m - a; i++) {
            logTerm += Math.log((double) (a + i) / i);
        }
        double sum = 0;
        double term = 1;
        for (long i = a; i <= m && term > sum * 1e-17; i++) {
            sum += term;
            term *= (double) (m - i) / (i + 1);
        }
        return Math.exp(logTerm) * sum;
    }
}
