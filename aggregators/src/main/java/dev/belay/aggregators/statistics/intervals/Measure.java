package dev.belay.aggregators.statistics.intervals;

/**
 * An estimate with its two-sided 95 % interval.
 *
 * @param value the estimate
 * @param low lower limit, at most {@code value}
 * @param high upper limit, at least {@code value}
 * @param n number of examples, at least 1
 */
public record Measure(double value, double low, double high, long n) {
    /** Level of all intervals. */
    public static final double CONFIDENCE = 0.95;

    /** 0.975 quantile of the standard normal distribution. */
    public static final double Z = 1.959963984540054;

    /** An estimate with the interval (−∞, ∞): its limits are undefined. */
    public static Measure unbounded(double value, long n) {
        return new Measure(value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, n);
    }

    /** An interval around {@code centre}, within [−1, 1]; unbounded if {@code half} is infinite. */
    public static Measure around(double value, double centre, double half, long n) {
        return half == Double.POSITIVE_INFINITY
                ? unbounded(value, n)
                : new Measure(
                        value,
                        Math.min(value, Math.max(-1, centre - half)),
                        Math.max(value, Math.min(1, centre + half)),
                        n);
    }

    public Measure {
        // NaN fails too
        if (!(low <= value && value <= high) || n < 1) {
            throw new IllegalArgumentException(
                    "an interval must hold its estimate and rest on examples, got %s in [%s, %s], n = %d"
                            .formatted(value, low, high, n));
        }
    }
}
