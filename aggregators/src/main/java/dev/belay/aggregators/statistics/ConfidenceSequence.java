package dev.belay.aggregators.statistics;

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
 * <p>The target is (1/n)·Σμ_i, the mean so far, which for fixed models is their accuracy's
 * difference. The order is the order in which examples were first counted; there is no running
 * intersection, as the target moves.
 */
public final class ConfidenceSequence {
    // half-octaves from .95 down to 2e-4: tight for V from a few to 1e8, valid everywhere
    static final double[] LAMBDAS = lambdas(25);

    private static final double[] PSI = psi();

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
        for (int k = 0; k < LAMBDAS.length; k++) {
            // one part of the mixture alone reaches the goal here
            high =
                    Math.min(
                            high,
                            (goal + Math.log(LAMBDAS.length) + PSI[k] * squares) / LAMBDAS[k]);
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

    /** ln of the mixture, all weights alike, for S − Σμ = {@code distance}. */
    static double logMixture(double distance, double squares) {
        double[] terms = new double[LAMBDAS.length];
        for (int k = 0; k < terms.length; k++) {
            terms[k] = LAMBDAS[k] * distance - PSI[k] * squares;
        }
        return logMeanExp(terms);
    }

    static double logMeanExp(double[] terms) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (double term : terms) {
            greatest = Math.max(greatest, term);
        }
        double sum = 0;
        for (double term : terms) {
            sum += Math.exp(term - greatest);
        }
        return greatest + Math.log(sum / terms.length);
    }

    private static double[] lambdas(int size) {
        double[] lambdas = new double[size];
        for (int k = 0; k < size; k++) {
            lambdas[k] = 0.95 * Math.pow(2, -k / 2.0);
        }
        return lambdas;
    }

    private static double[] psi() {
        double[] psi = new double[LAMBDAS.length];
        for (int k = 0; k < psi.length; k++) {
            psi[k] = -Math.log1p(-LAMBDAS[k]) - LAMBDAS[k];
        }
        return psi;
    }
}
