package dev.belay.models.loss;

import java.util.function.UnaryOperator;

/**
 * Cross-entropy with targets that depend on the model's own probabilities and are constants in the
 * gradient.
 *
 * @param targets probabilities → distributions, both (rows, classes)
 * @param weights of the rows, in (0, 1]
 */
record TargetLoss(UnaryOperator<float[][]> targets, float[] weights) implements BatchLoss {
    @Override
    public Gradient of(float[][] p) {
        return Gradient.crossEntropy(p, targets.apply(p), weights);
    }

    @Override
    public BatchLoss at(float[][] p) {
        float[][] fixed = targets.apply(p);
        return new TargetLoss(q -> fixed, weights);
    }

    /** (1 − α)·label + α·own of one row. */
    static float[] mixed(float[] label, float[] own, double alpha) {
        float[] target = new float[label.length];
        for (int k = 0; k < target.length; k++)
            target[k] = (float) ((1 - alpha) * label[k] + alpha * own[k]);
        return target;
    }
}
