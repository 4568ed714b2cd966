package dev.belay.aggregators.statistics.intervals;

/**
 * Limits for a mean that may be looked at after every example: with probability 1 − α they are
 * right at all times at once.
 *
 * <p>X_i in [−1, 1] come one after another, μ_i = E[X_i | the past] may change all the time. With S
 * = ΣX_i, V = ΣX_i² and λ in (0, 1), exp(λ(S − Σμ_i) − ψ(λ)·V), ψ(λ) = −ln(1 − λ) − λ, is a
 * nonnegative supermartingale (Fan, Grama and Liu, 2015; Howard, Ramdas, McAuliffe and Sekhon,
 * "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49, 2021:
 * the empirical Bernstein bound with predictor 0). So is a mixture over a grid of λ, which by
 * Ville's inequality ever reaches 2/α with probability α/2 at most. The limits are where it would:
 * S ± r, r the root of Σ_k w_k·exp(λ_k·r − ψ(λ_k)·V) = 2/α. They need S, V and n only, so they
 * merge as counts do.
 *
 * <p>The weights w_k are log-normal in λ, median .06 and σ 1.25 (the idea of Howard et al., section
 * 3.3: the λ that is best at V is about √(2·ln(2/α)/V), so the mixture is narrowest around V =
 * 2,000, and loses only slowly on both sides). Their number, and what they are compared with, is in
 * decision 025.
 *
 * <p>The target is (1/n)·Σμ_i, the mean so far, which for fixed models is their accuracy's
 * difference. The order is the order in which examples were first counted; there is no running
 * intersection, as the target moves.
 */
public final class ConfidenceSequence {
    // half-octaves from .95 down to 2e-4: a finer grid makes no interval narrower by more than 1 %
    private static final int GRID = 25;
    private static final double MEDIAN = 0.06;
    private static final double SIGMA = 1.25;

    static final double[] LAMBDAS = new double[GRID];
    static final double[] LOG_WEIGHTS = new double[GRID];
    private static final double[] PSI = new double[GRID];

    static {
        double sum = 0;
        for (int k = 0; k < GRID; k++) {
            LAMBDAS[k] = 0.95 * Math.pow(2, -k / 2.0);
            PSI[k] = -Math.log1p(-LAMBDAS[k]) - LAMBDAS[k];
            double deviation = Math.log(LAMBDAS[k] / MEDIAN) / SIGMA;
            LOG_WEIGHTS[k] = -deviation * deviation / 2;
            sum += Math.exp(LOG_WEIGHTS[k]);
        }
        for (int k = 0; k < GRID; k++) {
            LOG_WEIGHTS[k] -= Math.log(sum);
        }
    }

    private ConfidenceSequence() {}

    /**
     * Limits for the mean of the μ so far, two-sided.
     *
     * @param sum ΣX
     * @param squares ΣX², for differences of right answers the number of discordant examples
     * @param n examples, at least 1
     * @param alpha probability of ever missing, in (0, 1)
     */
    static Measure limits(long sum, long squares, long n, double alpha) {
        double radius = radius((double) squares, alpha / 2);
        return new Measure(
                (double) sum / n,
                Math.max(-1, (sum - radius) / n),
                Math.min(1, (sum + radius) / n),
                n);
    }

    /**
     * How far S may be from Σμ on one side.
     *
     * @param tail probability of ever missing on that side
     */
    static double radius(double squares, double tail) {
        double goal = -Math.log(tail);
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        for (int k = 0; k < GRID; k++) {
            // one part of the mixture alone reaches the goal here
            high = Math.min(high, (goal - LOG_WEIGHTS[k] + PSI[k] * squares) / LAMBDAS[k]);
        }
        while (true) {
            double r = (low + high) / 2;
            if (r <= low || r >= high) {
                return high;
            }
            if (logMixture(r, squares) < goal) {
                low = r;
            } else {
                high = r;
            }
        }
    }

    /** ln of the mixture for S − Σμ = {@code distance}. */
    static double logMixture(double distance, double squares) {
        double[] terms = new double[GRID];
        for (int k = 0; k < GRID; k++) {
            terms[k] = LAMBDAS[k] * distance - PSI[k] * squares;
        }
        return logWeightedSum(terms);
    }

    /** ln Σ_k w_k·exp(terms_k). */
    static double logWeightedSum(double[] terms) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < GRID; k++) {
            greatest = Math.max(greatest, LOG_WEIGHTS[k] + terms[k]);
        }
        double sum = 0;
        for (int k = 0; k < GRID; k++) {
            sum += Math.exp(LOG_WEIGHTS[k] + terms[k] - greatest);
        }
        return greatest + Math.log(sum);
    }
}
