package dev.belay.models.loss;

/** The loss of a batch as a function of its probabilities. */
@FunctionalInterface
public interface BatchLoss {
    /**
     * @param p probabilities before the step, (rows, classes); rows sum to 1
     */
    Gradient of(float[][] p);

    /**
     * This loss with everything that is a constant in its gradient (targets computed from the
     * model's own probabilities) fixed at its value for {@code p}: the function whose derivative at
     * {@code p} is {@code of(p)}. A loss without such constants is its own.
     */
    default BatchLoss at(float[][] p) {
        return this;
    }
}
