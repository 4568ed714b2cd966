package dev.belay.aggregators.statistics.intervals;

/** Student's t distribution with a whole number of degrees of freedom. */
public final class StudentT {
    private StudentT() {}

    /** The .975 quantile. */
    static double quantile(int degrees) {
        return twoSidedQuantile(degrees, Measure.CONFIDENCE);
    }

    /**
     * The t that |T| exceeds with probability 1 − {@code level}. By bisection on the angle φ, t =
     * √ν·tan φ, exact to the last bit.
     *
     * @param degrees degrees of freedom ν, at least 1
     * @param level in (0, 1)
     */
    public static double twoSidedQuantile(int degrees, double level) {
        if (degrees < 1 || !(level > 0 && level < 1)) {
            throw new IllegalArgumentException(
                    "expected 1 or more degrees of freedom and a level in (0, 1), got %d and %s"
                            .formatted(degrees, level));
        }
        double low = 0;
        double high = Math.PI / 2;
        while (true) {
            double angle = (low + high) / 2;
            if (angle <= low || angle >= high) {
                return Math.sqrt(degrees) * Math.tan(angle);
            }
            if (within(degrees, angle) < level) {
                low = angle;
            } else {
                high = angle;
            }
        }
    }

    /** P(|T| &gt; t), t not negative. */
    public static double twoSidedTail(int degrees, double t) {
        return Math.max(0, 1 - within(degrees, Math.atan(t / Math.sqrt(degrees))));
    }

    /** P(|T| ≤ √ν·tan φ), a finite sum (Abramowitz &amp; Stegun 1964, 26.7.3 and 26.7.4). */
    private static double within(int degrees, double angle) {
        double cosine = Math.cos(angle);
        boolean odd = degrees % 2 == 1;
        double term = odd ? cosine : 1;
        double sum = degrees == 1 ? 0 : term;
        for (int j = odd ? 3 : 2; j <= degrees - 2; j += 2) {
            term *= cosine * cosine * (j - 1) / j;
            sum += term;
        }
        double sine = Math.sin(angle);
        return odd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
    }
}
