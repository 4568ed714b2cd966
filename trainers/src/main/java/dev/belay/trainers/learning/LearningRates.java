package dev.belay.trainers.learning;

import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Update;
import dev.belay.schemas.events.LearningRateSchedule;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;

/** The optimizer of a spec, and its learning rates as a function of the examples consumed. */
final class LearningRates {
    private LearningRates() {}

    /** Fresh; only AdamW decays weights. */
    static Adam adam(Optimizer optimizer) {
        boolean decoupled = optimizer.getKind() == OptimizerKind.ADAMW;
        return new Adam(decoupled ? optimizer.getWeightDecay() : 0);
    }

    /**
     * The learning rates and the penalty of a step.
     *
     * @param consumed examples at the middle of the step
     * @param seen examples at the end of its micro-epoch, n of the ridge penalty
     */
    static Update update(ModelSpec spec, double consumed, long seen) {
        Optimizer optimizer = spec.getOptimizer();
        double factor = factor(optimizer, consumed, spec.getBudget());
        double rate = optimizer.getLearningRate();
        double headRate = optimizer.getHeadLearningRate();
        double ridgeC = optimizer.getRidgeC();
        return new Update(
                rate * factor,
                (headRate > 0 ? headRate : rate) * factor,
                ridgeC > 0 ? 1 / (ridgeC * seen) : 0,
                optimizer.getClipNorm());
    }

    /**
     * Factor of the learning rates, in [0, 1]: rises linearly from 0 during the warm-up, then is
     * constant or falls to 0 at the end of the budget. Constant after the warm-up for endless
     * models.
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
