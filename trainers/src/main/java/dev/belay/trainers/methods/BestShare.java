package dev.belay.trainers.methods;

import java.util.Arrays;

/**
 * Keeps the examples whose scores are among the lowest share of the last ones. The share holds over
 * the window, not in each micro-epoch: a micro-epoch of bad examples may keep none. Equal scores
 * are kept or not together.
 */
final class BestShare {
    private BestShare() {}

    /**
     * 1 or 0 for each score: 1 if fewer than {@code share} of all scores are lower.
     *
     * @param scores of the new examples; finite, lower is better
     * @param earlier scores of the examples before them
     */
    static float[] weights(double[] scores, double[] earlier, double share) {
        double[] all = joined(earlier, scores);
        Arrays.sort(all);
        float[] weights = new float[scores.length];
        if (all.length == 0) return weights;
        double limit = all[Math.max(0, (int) Math.ceil(share * all.length) - 1)];
        for (int i = 0; i < weights.length; i++) weights[i] = scores[i] <= limit ? 1 : 0;
        return weights;
    }

    /** The last {@code window} scores, oldest first. */
    static double[] last(double[] earlier, double[] scores, int window) {
        double[] all = joined(earlier, scores);
        return Arrays.copyOfRange(all, Math.max(0, all.length - window), all.length);
    }

    private static double[] joined(double[] first, double[] second) {
        double[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
