package dev.belay.models.loss;

/** The loss of a batch as a function of its probabilities. */
@FunctionalInterface
public interface BatchLoss {
    /**
     * @param p probabilities before the step, (rows, classes); rows sum to 1
     */
    Gradient of(float[][] p);
}
