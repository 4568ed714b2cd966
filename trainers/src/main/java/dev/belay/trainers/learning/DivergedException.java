package dev.belay.trainers.learning;

import dev.belay.models.optimizer.Step;

/** Training has diverged: a loss or gradient is not finite. The learner can't be used any more. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private DivergedException(String message) {
        super(message);
    }

    /**
     * @throws DivergedException if loss or gradient of a step is not finite
     */
    static void requireFinite(Step done, int step, long microEpoch, String model) {
        if (!Double.isFinite(done.loss()) || !Double.isFinite(done.gradientNorm()))
            throw new DivergedException(
                    "loss %s, gradient norm %s at step %d of micro-epoch %d of %s, expected finite numbers"
                            .formatted(done.loss(), done.gradientNorm(), step, microEpoch, model));
    }
}
