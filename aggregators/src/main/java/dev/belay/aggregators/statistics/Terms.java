package dev.belay.aggregators.statistics;

/**
 * What one example adds to the sums of a {@link PairTable}, in fixed point.
 *
 * <p>Each term is computed in double from the float32 probabilities, by StrictMath and with classes
 * in ascending order, and rounded half-even to a multiple of 2⁻²⁴. So it is the same on every
 * machine, and sums of terms don't depend on the order: shards merge, replays repeat and late truth
 * takes back exactly. A long holds 5·10¹¹ such units of 1; the largest term, the log loss, is at
 * most 16.2.
 *
 * <p>y is the truth as a one-hot distribution, w the supervisor's distribution, s the student's.
 */
public final class Terms {
    /** Units in 1. */
    public static final double ONE = 1 << 24;

    /** Probabilities below this count as this in the log loss. */
    public static final double LEAST_PROBABILITY = 1e-7;

    /** Bins of the calibration error. */
    public static final int BINS = 15;

    // a half less 16 times the most by which two logarithms, each within an ulp, can differ
    private static final double CLEARLY_ROUNDED = 0.5 - 0x1p-19;

    private Terms() {}

    /** The value to the nearest unit, ties to even. */
    public static long fixed(double value) {
        return (long) Math.rint(value * ONE);
    }

    /** Σ_k (p_k − y_k)², in [0, 2] (Brier, Monthly Weather Review 78, 1950). */
    static long brier(float[] p, int from, int classes, int truth) {
        if (classes == 2) { // as below, without a loop, which would cost more than what is in it
            double d0 = (double) p[from] - (1 - truth);
            double d1 = (double) p[from + 1] - truth;
            return fixed(d0 * d0 + d1 * d1);
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            double d = (double) p[from + k] - (k == truth ? 1 : 0);
            sum += d * d;
        }
        return fixed(sum);
    }

    /**
     * −ln max(p_y, 1e-7), in nats: what StrictMath's logarithm is rounded to. Math's, some ten
     * times faster, is as that one within an ulp of the exact value, which here is at most 2⁻²⁴ of
     * a unit; so both round to the same unless it is close to a half, and then StrictMath is asked.
     */
    static long logLoss(float[] p, int from, int truth) {
        double probability = Math.max(p[from + truth], LEAST_PROBABILITY);
        double units = -Math.log(probability) * ONE;
        double rounded = Math.rint(units);
        return Math.abs(units - rounded) < CLEARLY_ROUNDED
                ? (long) rounded
                : fixed(-StrictMath.log(probability));
    }

    /** Σ_k (w_k − s_k)²: how far the student is from what it was taught. */
    static long misfit(float[] w, int wFrom, float[] s, int sFrom, int classes) {
        if (classes == 2) {
            double d0 = (double) w[wFrom] - s[sFrom];
            double d1 = (double) w[wFrom + 1] - s[sFrom + 1];
            return fixed(d0 * d0 + d1 * d1);
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            double d = (double) w[wFrom + k] - s[sFrom + k];
            sum += d * d;
        }
        return fixed(sum);
    }

    /** 2·Σ_k (w_k − s_k)(s_k − y_k): what the Brier gain has beyond the misfit. */
    static long cross(float[] w, int wFrom, float[] s, int sFrom, int classes, int truth) {
        if (classes == 2) {
            double s0 = s[sFrom];
            double s1 = s[sFrom + 1];
            return fixed(
                    2
                            * ((w[wFrom] - s0) * (s0 - (1 - truth))
                                    + (w[wFrom + 1] - s1) * (s1 - truth)));
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            double student = s[sFrom + k];
            sum += (w[wFrom + k] - student) * (student - (k == truth ? 1 : 0));
        }
        return fixed(2 * sum);
    }

    /**
     * The bin of a confidence: b for ({@code b/15}, {@code (b+1)/15}]. Exact: fifteen times a float
     * is exact in double. A confidence of 0 or a hair above 1 goes to the bin beside it.
     */
    static int bin(float confidence) {
        int bin = (int) Math.ceil(confidence * (double) BINS) - 1;
        return Math.min(Math.max(bin, 0), BINS - 1);
    }
}
