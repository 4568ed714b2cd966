package dev.belay.schemas;

import org.jspecify.annotations.Nullable;

/** What a class distribution must be. */
public final class Distributions {
    private static final double SUM_TOLERANCE = 1e-3;

    private Distributions() {}

    /**
     * What is wrong with a distribution over this many classes, or null: its length, a probability
     * outside [0, 1] or NaN, or a sum that differs from 1 by 0.001 or more.
     */
    public static @Nullable String problem(float[] distribution, int classes) {
        if (distribution.length != classes) {
            return "expected " + classes + " probabilities, found " + distribution.length;
        }
        double sum = 0;
        for (float p : distribution) {
            if (!(p >= 0 && p <= 1)) { // NaN too
                return "expected probabilities in [0, 1], found " + p;
            }
            sum += p;
        }
        return Math.abs(sum - 1) < SUM_TOLERANCE
                ? null
                : "expected probabilities that sum to 1, found " + sum;
    }

    /** The same of a label, which is empty where the labeler abstained. */
    public static @Nullable String problem(float[] distribution, boolean abstained, int classes) {
        if (!abstained) {
            return problem(distribution, classes);
        }
        return distribution.length == 0
                ? null
                : "an abstention with " + distribution.length + " probabilities, expected none";
    }
}
