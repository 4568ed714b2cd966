package dev.belay.schemas;

import dev.belay.schemas.events.Example;
import org.jspecify.annotations.Nullable;

/** What a distribution over classes, or over the options of an example, must be. */
public final class Distributions {
    private static final double SUM_TOLERANCE = 1e-3;

    private Distributions() {}

    /**
     * Number of probabilities that a prediction of an example has.
     *
     * @param classes of the task; 0 for choice
     */
    public static int size(int classes, Example example) {
        return classes == 0 ? example.getOptions().size() : classes;
    }

    /** The most probable class or option, of equally probable ones the lowest; -1 of none. */
    public static int best(float[] distribution) {
        int best = -1;
        for (int k = 0; k < distribution.length; k++) {
            if (best < 0 || distribution[k] > distribution[best]) {
                best = k;
            }
        }
        return best;
    }

    /**
     * What is wrong with a distribution over this many classes or options, or null: its length, a
     * probability outside [0, 1] or NaN, or a sum that differs from 1 by 0.001 or more.
     */
    public static @Nullable String problem(float[] distribution, int size) {
        if (distribution.length != size) {
            return "expected " + size + " probabilities, found " + distribution.length;
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
    public static @Nullable String problem(float[] distribution, boolean abstained, int size) {
        if (!abstained) {
            return problem(distribution, size);
        }
        return distribution.length == 0
                ? null
                : "an abstention with " + distribution.length + " probabilities, expected none";
    }
}
