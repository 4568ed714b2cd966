package dev.belay.aggregators.statistics.change;

/**
 * What a log-likelihood ratio must reach to be a change, so that false alarms are on average at
 * least a wanted number of examples apart (average run length, ARL).
 *
 * <p>The threshold h of a cut between n₀ and n₁ examples depends on its scale m = n₀·n₁ / (n₀ +
 * n₁), near the smaller of the two, and on d = K − 1 degrees of freedom. It is the larger solution
 * of
 *
 * <pre>
 * h − (d/2 + 1)·ln h = ln( F·ARL·(1 + ((log₂ m − 9) / 1.5)²) / (m·Γ(d/2)) )
 * </pre>
 *
 * <p>Without a change, ratios above h at scales from m to 2m occur about ln 2·h^(d/2 + 1)·e^−h /
 * (m·Γ(d/2)) times per example: the tail of χ² times the independent cuts and times, h/m of each
 * (Siegmund &amp; Venkatraman, Annals of Statistics 23, 1995, for d = 1, without their factor ν² ≤
 * 1 for overshoot). Long windows overlap more, so they are fewer independent tests, and one
 * threshold for all scales spends nearly all false alarms on windows of tens of examples. Here each
 * octave of m has a share of the false alarms, by a Cauchy density: half of it is between 181 and
 * 1448. The shares sum to 1 over all scales, so the formula needs no bound on the length of a
 * stream.
 *
 * <p>For shares of 1 in all F would be 1.5π·ln 2 = 3.3; ν² and the spacing of the borders make it
 * less, and further alarms after a false one, from a baseline that was selected for being unusual,
 * make it more. {@value #FACTOR} is set by simulation, false alarms of both kinds counted: at ARL
 * 10⁵ and 3·10⁵ with single examples they are .1 to .9 of what was asked for rates of .01 to .5 and
 * less with more categories; .2 to .5 in batches of 20, and at most .15 in batches of 300. At ARL
 * 10³ and 10⁴, where long windows do not occur, they are at most .03 and .15.
 */
final class Threshold {
    static final double FACTOR = 4;

    private static final double CENTRE = 9; // log₂ of examples
    private static final double WIDTH = 1.5; // octaves

    private final double power; // of h, d/2 + 1
    private final double constant;
    private final double largest;
    private final double least;

    /**
     * @param categories K, at least 2
     * @param runLength wanted average number of examples between false alarms, at least 1000
     */
    Threshold(int categories, double runLength) {
        int degrees = categories - 1;
        power = degrees / 2.0 + 1;
        constant = Math.log(FACTOR * runLength) - logGamma(degrees);
        // a window near the run length would need hardly any evidence
        largest = runLength / 64;
        least = of(largest);
    }

    /**
     * The threshold in nats.
     *
     * @param m scale of the cut, n₀·n₁ / (n₀ + n₁), above 0
     */
    double of(double m) {
        double scale = Math.min(m, largest);
        double octaves = (Math.log(scale) / Math.log(2) - CENTRE) / WIDTH;
        double target = constant + Math.log((1 + octaves * octaves) / scale);
        // Newton's method on a convex function, from above its larger root
        double h = 2 * Math.abs(target) + 8 * power * Math.log(power + 2) + 20;
        while (true) {
            double step = (h - power * Math.log(h) - target) / (1 - power / h);
            h -= step;
            if (step < 1e-9 * h) {
                return h;
            }
        }
    }

    /** The lowest threshold of any scale. */
    double least() {
        return least;
    }

    /** ln Γ(degrees / 2). */
    static double logGamma(int degrees) {
        double log = degrees % 2 == 0 ? 0 : Math.log(Math.PI) / 2;
        for (int twice = 2 - degrees % 2; twice < degrees; twice += 2) {
            log += Math.log(twice / 2.0);
        }
        return log;
    }
}
