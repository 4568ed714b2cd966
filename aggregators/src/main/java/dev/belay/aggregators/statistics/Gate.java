package dev.belay.aggregators.statistics;

/**
 * One of many tries to show, on the same holdout, that a checkpoint is better than its supervisor.
 * The k-th try spends α/(k(k + 1)) of α = .05; all of them ever together spend α, so the chance
 * that any checkpoint passes that is no better is 5 % at most, however many there will be.
 *
 * <p>Tries are numbered in the order in which checkpoints come, not by their results. Sequences
 * over examples are no help here: each checkpoint is judged on the same examples.
 *
 * @param k which try this is, from 1
 * @param level what it spends: probability of passing though no better
 * @param spent what all tries up to this one have spent
 * @param left what there is for all that come
 * @param low lower limit of the gain, one-sided, at {@code level}; 0 where the normal approximation
 *     behind it says more than the exact sign test on the discordant examples does, so that passing
 *     keeps its level on few examples too
 */
public record Gate(long k, double level, double spent, double left, double low) {
    private static final double ALPHA = 1 - Measure.CONFIDENCE;

    /** Whether the checkpoint is shown to be better. */
    public boolean passed() {
        return low > 0;
    }

    /**
     * The k-th try.
     *
     * @param k from 1
     * @param cells the checkpoint's, at least one example
     */
    public static Gate of(long k, CellTable cells) {
        if (k < 1) {
            throw new IllegalArgumentException("gates are numbered from 1, got " + k);
        }
        double level = ALPHA / ((double) k * (k + 1));
        double left = ALPHA / (k + 1);
        PairedMoments moments = PairedMoments.of(cells);
        double low = moments.gain(Normal.upperQuantile(level)).low();
        long discordant = moments.squareS();
        if (low > 0 && signTail((discordant + moments.sumS()) / 2, discordant) > level) {
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
