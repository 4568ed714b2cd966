package dev.belay.labelers.dawidskene;

/**
 * The step sizes η_v = v^−α of stepwise EM (Liang, Klein 2009), for sums of statistics instead of
 * their means: with the mean s_v = (1 − η_v)·s_(v−1) + η_v·q, the sum n_v = s_v/η_v is
 *
 * <pre>n_v = ρ(v)·n_(v−1) + q,  ρ(v) = (1 − η_v)·η_(v−1)/η_v,  ρ(1) = 0</pre>
 *
 * <p>Sums are what pseudo-counts can be added to. The weights of v votes add up to v^α.
 *
 * @param exponent α, in (0.5, 1]
 */
record StepSizes(double exponent) {
    /**
     * ρ, in [0, 1]; 1 for α = 1, without the rounding of the formula.
     *
     * @param v number of the step, 1 or more
     */
    double rho(long v) {
        if (exponent == 1) {
            return 1;
        }
        double steps = v;
        return v == 1
                ? 0
                : (1 - Math.pow(steps, -exponent)) * Math.pow(steps / (steps - 1), exponent);
    }

    /**
     * What plain sums over v steps are multiplied by, that their weights add up to v^α.
     *
     * @param v 0 or more
     */
    double shrink(long v) {
        double steps = v;
        return v == 0 ? 1 : Math.pow(steps, exponent - 1);
    }
}
