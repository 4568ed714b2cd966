package dev.belay.aggregators.statistics.intervals;

/**
 * Limits for a mean that may be read after every example: with probability 1 − α they contain it at
 * all times simultaneously.
 *
 * <p>X_i in [−1, 1] are observed in sequence, μ_i = E[X_i | the past] may change. With S = ΣX_i, V
 * = ΣX_i² and λ in (0, 1), exp(λ(S − Σμ_i) − ψ(λ)·V), ψ(λ) = −ln(1 − λ) − λ, is a nonnegative
 * supermartingale (Fan, Grama and Liu, 2015; Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform,
 * nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49, 2021: the empirical
 * Bernstein bound with predictor 0). So is a mixture over a grid of λ, which by Ville's inequality
 * ever reaches 2/α with probability at most α/2. The limits are the points where it does: S ± r, r
 * the root of Σ_k w_k·exp(λ_k·r − ψ(λ_k)·V) = 2/α. They depend on S, V and n only, so they can be
 * computed from merged counts.
 *
 * <p>The weights w_k are log-normal in λ, median .06 and σ 1.25 (as in Howard et al., section 3.3:
 * the best λ at V is about √(2·ln(2/α)/V), so the mixture is narrowest around V = 2,000, and widens
 * slowly on both sides). Decision 025 has their number and alternatives.
 *
 * <p>The target is (1/n)·Σμ_i, the mean so far; for fixed models it is the difference of their
 * accuracies. The order is that in which examples were first counted. There is no running
 * intersection, because the target moves.
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
            // at this distance one component alone reaches 2/α
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
