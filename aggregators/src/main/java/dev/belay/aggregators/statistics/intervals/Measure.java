package dev.belay.aggregators.statistics.intervals;

/**
 * An estimate with its two-sided 95 % interval.
 *
 * @param value the estimate
 * @param low lower limit, at most {@code value}
 * @param high upper limit, at least {@code value}
 * @param n examples it rests on, at least 1
 */
public record Measure(double value, double low, double high, long n) {
    /** Level of every interval here. */
    public static final double CONFIDENCE = 0.95;

    /** 0.975 quantile of the standard normal distribution. */
    public static final double Z = 1.959963984540054;

    public Measure {
        // written so that NaN fails too
        if (!(low <= value && value <= high) || n < 1) {
            throw new IllegalArgumentException(
                    "an interval must hold its estimate and rest on examples, got "
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
