package dev.belay.aggregators.statistics.noise;

import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.SplittableRandom;

/** Random counts for simulations. */
final class Draws {
    private static final double[] LOG_FACTORIALS = new double[20_001];

    static {
        for (int i = 1; i < LOG_FACTORIALS.length; i++) {
            LOG_FACTORIALS[i] = LOG_FACTORIALS[i - 1] + Math.log(i);
        }
    }

    private Draws() {}

    /** A draw of Binomial(n, p), n at most 20,000, by inversion outwards from the mode. */
    static int binomial(int n, double p, SplittableRandom random) {
        if (n == 0 || p <= 0) {
            return 0;
        }
        if (p >= 1) {
            return n;
        }
        int mode = Math.min(n, (int) ((n + 1) * p));
        double logMode =
                LOG_FACTORIALS[n]
                        - LOG_FACTORIALS[mode]
                        - LOG_FACTORIALS[n - mode]
                        + mode * Math.log(p)
                        + (n - mode) * Math.log1p(-p);
        double odds = p / (1 - p);
        double above = Math.exp(logMode);
        double below = above;
        double left = random.nextDouble() - above;
        int high = mode;
        int low = mode;
        while (left >= 0) {
            if (high == n && low == 0) {
                return mode; // rounding
            }
            if (high < n) {
                above *= (double) (n - high) / (high + 1) * odds;
                high++;
                left -= above;
                if (left < 0) {
                    return high;
                }
            }
            if (low > 0) {
                below *= (double) low / (n - low + 1) / odds;
                low--;
                left -= below;
                if (left < 0) {
                    return low;
                }
            }
        }
        return mode;
    }

    /** P(both) of two indicators with means a and b and a correlation. */
    static double both(double a, double b, double correlation) {
        return a * b + correlation * Math.sqrt(a * (1 - a) * b * (1 - b));
    }

    static boolean holds(Measure measure, double truth) {
        return measure.low() <= truth && truth <= measure.high();
    }
}
