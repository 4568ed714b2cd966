package dev.belay.aggregators.statistics.change;

/**
 * The likelihood ratio of two multinomials against one, from counts.
 *
 * <p>With n₀ and n₁ examples of shares p₀ and p₁, together n of shares p, the generalized
 * log-likelihood ratio is n₀·KL(p₀‖p) + n₁·KL(p₁‖p) in nats: 0 for equal shares.
 */
final class LikelihoodRatio {
    private LikelihoodRatio() {}

    /**
     * The log-likelihood ratio of one part against the rest.
     *
     * @param part counts by category of n₁ examples, not above those of the whole
     * @param whole counts by category of n examples, n₁ among them; 0 &lt; n₁ &lt; n
     */
    static double of(long[] part, long n1, long[] whole, long n) {
        double ratio = 0;
        for (int k = 0; k < whole.length; k++) {
            ratio += term(part[k], n1, whole[k], n) + term(whole[k] - part[k], n - n1, whole[k], n);
        }
        return Math.max(0, ratio);
    }

    private static double term(long count, long n1, long whole, long n) {
        return count == 0 ? 0 : count * Math.log((double) count / n1 * ((double) n / whole));
    }

    /**
     * Pearson's χ² of the same table. It is never below the ratio, because KL(q‖p) ≤ Σ (q − p)² /
     * p, and takes no logarithm: where it is below the threshold, the ratio need not be computed.
     */
    static double upperBound(long[] part, long n1, long[] whole, long n) {
        double share = (double) n1 / n;
        double sum = 0;
        for (int k = 0; k < whole.length; k++) {
            if (whole[k] > 0) {
                double difference = part[k] - share * whole[k];
                sum += difference * difference / whole[k];
            }
        }
        return sum / (share * (1 - share));
    }
}
