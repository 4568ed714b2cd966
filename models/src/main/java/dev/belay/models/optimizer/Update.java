package dev.belay.models.optimizer;

/**
 * Settings of one step of the optimizer.
 *
 * @param learningRate of the encoder's trained parameters; at least 0
 * @param headLearningRate of the head; at least 0
 * @param ridge adds ridge·‖W‖² of the head's matrices to the loss; 0 = none
 * @param clipNorm a gradient whose L2 norm over all parameters is greater is scaled down to this; 0
 *     = never
 */
public record Update(double learningRate, double headLearningRate, double ridge, double clipNorm) {
    public Update {
        if (!(learningRate >= 0 && headLearningRate >= 0 && ridge >= 0 && clipNorm >= 0))
            throw new IllegalArgumentException(
                    "learning rates, ridge and clip norm must be at least 0, got %s, %s, %s and %s"
                            .formatted(learningRate, headLearningRate, ridge, clipNorm));
    }

    /** One learning rate for all parameters, without ridge and clipping. */
    public static Update of(double learningRate) {
        return new Update(learningRate, learningRate, 0, 0);
    }
}
