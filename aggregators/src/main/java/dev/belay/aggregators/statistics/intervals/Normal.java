package dev.belay.aggregators.statistics.intervals;

/** The standard normal distribution: quantiles and tail probabilities. */
public final class Normal {
    private static final double DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);

    private Normal() {}

    /**
     * The z that is exceeded with probability {@code tail}, exact to the last bits for tails from
     * 1e-14 to .5.
     */
    public static double upperQuantile(double tail) {
        if (!(tail > 0 && tail <= 0.5)) {
            throw new IllegalArgumentException("expected a tail in (0, .5], got " + tail);
        }
        double low = 0;
        double high = 40;
        while (true) {
            double z = (low + high) / 2;
            if (z <= low || z >= high) {
                return z;
            }
            if (upperTail(z) > tail) {
                low = z;
            } else {
                high = z;
            }
        }
    }

    /**
     * P(Z &gt; z) for z ≥ 0: up to 3 by ½ − φ(z)·(z + z³/3 + z⁵/(3·5) + …) (Marsaglia, Journal of
     * Statistical Software 11, 2004), above by the continued fraction φ(z) / (z + 1/(z + 2/(z +
     * 3/(z + …)))) (Laplace).
     */
    public static double upperTail(double z) {
        double density = DENSITY_AT_0 * Math.exp(-z * z / 2);
        if (z > 3) {
            double fraction = z;
            for (int i = 200; i > 0; i--) {
                fraction = z + i / fraction;
            }
            return density / fraction;
        }
        double sum = z;
        double term = z;
        for (int i = 3; term > sum * 1e-18; i += 2) {
            term *= z * z / i;
            sum += term;
        }
        return 0.5 - density * sum;
    }
}
