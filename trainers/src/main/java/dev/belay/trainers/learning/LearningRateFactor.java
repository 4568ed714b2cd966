package dev.belay.trainers.learning;

import dev.belay.schemas.events.LearningRateSchedule;
import dev.belay.schemas.events.Optimizer;

/** How the learning rate moves with the examples consumed. */
final class LearningRateFactor {
    private LearningRateFactor() {}

    /**
     * What the learning rates are multiplied by, in [0, 1]: rises linearly from 0 over the warm-up,
     * then stays, or falls to 0 at the end of the budget. Endless models don't fall.
     *
     * @param consumed examples so far, fractional inside a micro-epoch; at most the budget
     * @param budget of the model; 0 = endless
     */
    static double factor(Optimizer optimizer, double consumed, long budget) {
        double warmUp =
                budget > 0
                        ? optimizer.getWarmUp() * budget
                        : (double) optimizer.getWarmUpExamples();
        if (consumed < warmUp) return consumed / warmUp;
        if (budget == 0 || optimizer.getSchedule() == LearningRateSchedule.CONSTANT) return 1;
        double left = Math.max(0, (budget - consumed) / (budget - warmUp));
        return optimizer.getSchedule() == LearningRateSchedule.LINEAR
                ? left
                : 0.5 - 0.5 * StrictMath.cos(Math.PI * left);
    }
}
