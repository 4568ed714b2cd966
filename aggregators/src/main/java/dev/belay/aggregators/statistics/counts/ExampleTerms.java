package dev.belay.aggregators.statistics.counts;

/**
 * The terms of one example in the sums of a {@link PairTable}, in fixed point.
 *
 * <p>Each term is computed in double from the float32 probabilities, by StrictMath and with classes
 * in ascending order, and rounded half-even to a multiple of 2⁻²⁴. So it is the same on every
 * machine, and sums do not depend on the order: merging shards, replays and corrections by late
 * truth are exact. A long can represent sums up to 5·10¹¹; the largest term, the log loss, is at
 * most 16.2.
 *
 * <p>y is the truth as a one-hot distribution, w the supervisor's distribution, s the student's.
 */
public final class ExampleTerms {
    /** Units in 1. */
    public static final double ONE = 1 << 24;

    /** Units in 1 of squares of terms. */
    public static final double ONE_SQUARE = 1 << 20;

    /** Lower bound of probabilities in the log loss. */
    public static final double LEAST_PROBABILITY = 1e-7;

    /** Bins of the calibration error. */
    public static final int BINS = 15;

    // ½ minus four times the greatest difference of the two logarithms, in units
    private static final double CLEARLY_ROUNDED = 0.5 - 0x1p-19;

    private static final long GREATEST_LOG_LOSS = fixed(-StrictMath.log(LEAST_PROBABILITY));
    private static final double LN_2 = StrictMath.log(2);
    private static final double[] RECIPROCALS = new double[128];
    private static final double[] LOG_RECIPROCALS = new double[128];

    static {
        for (int i = 0; i < 128; i++) {
            RECIPROCALS[i] = Math.rint(1024 / (1 + (i + .5) / 128)) / 1024;
            LOG_RECIPROCALS[i] = StrictMath.log(RECIPROCALS[i]);
        }
    }

    private ExampleTerms() {}

    /** The value rounded to units, ties to even. */
    public static long fixed(double value) {
        return (long) Math.rint(value * ONE);
    }

    /**
     * The square of a term of at most 2²⁹ units, in units of 2⁻²⁰, halves rounded up: coarser than
     * the terms, so that a long can hold as many squares of the greatest log loss as log losses.
     */
    static long square(long term) {
        return (term * term + (1L << 27)) >> 28;
    }

    /** Σ_k (p_k − y_k)², in [0, 2] (Brier, Monthly Weather Review 78, 1950). */
    static long brier(float[] p, int from, int classes, int truth) {
        if (classes == 2) { // as below, without the cost of a loop
            double right = p[from + truth] - 1.;
            double wrong = p[from + 1 - truth];
            return fixed(right * right + wrong * wrong);
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            double d = (double) p[from + k] - (k == truth ? 1 : 0);
            sum += d * d;
        }
        return fixed(sum);
    }

    /**
     * −ln max(p_y, 1e-7), in nats, equal to the rounded logarithm of StrictMath. {@link #minusLog}
     * is many times faster and differs from StrictMath by less than 2⁻²¹ of a unit, so both round
     * to the same unit unless the value is close to a half; then StrictMath is used.
     */
    static long logLoss(float[] p, int from, int truth) {
        float probability = p[from + truth];
        if (probability < LEAST_PROBABILITY) {
            return GREATEST_LOG_LOSS;
        }
        double units = minusLog(probability) * ONE;
        double rounded = Math.rint(units);
        return Math.abs(units - rounded) < CLEARLY_ROUNDED
                ? (long) rounded
                : fixed(-StrictMath.log(probability));
    }

    /**
     * −ln p within 2⁻⁴⁵, for p in [1e-7, 2). p = m·2ᵉ with m in [1, 2); the first seven bits of m
     * select c, close to 1/m and with so few bits that r = m·c − 1 is exact; ln p = e·ln 2 − ln c +
     * ln(1 + r), the last by six terms of its series, as |r| < .005 (after Tang, ACM TOMS 16,
     * 1990).
     */
    static double minusLog(float p) {
        int bits = Float.floatToRawIntBits(p);
        int e = (bits >>> 23) - 127;
        int i = (bits >>> 16) & 127;
        double m = Float.intBitsToFloat((bits & 0x7fffff) | 0x3f800000);
        double r = m * RECIPROCALS[i] - 1;
        double series = r * (1 - r * (1. / 2 - r * (1. / 3 - r * (1. / 4 - r * (1. / 5 - r / 6)))));
        return LOG_RECIPROCALS[i] - e * LN_2 - series;
    }

    /** Σ_k (w_k − s_k)²: squared distance of the student from its label. */
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

    /** 2·Σ_k (w_k − s_k)(s_k − y_k): Brier gain minus misfit. */
    static long cross(float[] w, int wFrom, float[] s, int sFrom, int classes, int truth) {
        if (classes == 2) {
            double right = s[sFrom + truth];
            double wrong = s[sFrom + 1 - truth];
            return fixed(
                    2
                            * ((w[wFrom + truth] - right) * (right - 1)
                                    + (w[wFrom + 1 - truth] - wrong) * wrong));
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
     * is exact in double. A confidence of 0 is in the first bin, one slightly above 1 in the last.
     */
    static int bin(float confidence) {
        int bin = (int) Math.ceil(confidence * (double) BINS) - 1;
        return Math.min(Math.max(bin, 0), BINS - 1);
    }
}
