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

    public Measure {
        // NaN fails too
        if (!(low <= value && value <= high) || n < 1) {
            throw new IllegalArgumentException(
                    "an interval must contain its estimate and n be at least 1, got "
                            + value
                            + " in ["
                            + low
                            + ", "
                            + high
                            + "], n = "
                            + n);
        }
    }
}
