package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Cross-entropy with the target label^α·p^β / Σ label^α·p^β: a product of experts, supervisor and
 * model; p is a constant in the target's gradient (loss {@code product} of openai/weak-to-strong).
 * Each row by itself.
 */
public final class ProductLoss implements LossFunction {
    private static final String ALPHA = "alpha";
    private static final String BETA = "beta";

    @Override
    public String name() {
        return "product";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Schedule.parameter(ALPHA, 1, 0, 10, "exponent of the label"),
                Schedule.parameter(BETA, 1, 0, 10, "exponent of the model's own prediction"));
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double alpha = Schedule.of(parameters.text(ALPHA)).at(batch.progress());
        double beta = Schedule.of(parameters.text(BETA)).at(batch.progress());
        float[][] labels = batch.labels();
        return new TargetLoss(
                p -> {
                    float[][] targets = new float[p.length][];
                    for (int i = 0; i < p.length; i++)
                        targets[i] = product(labels[i], alpha, p[i], beta);
                    return targets;
                },
                batch.weights());
    }

    private static float[] product(float[] label, double alpha, float[] p, double beta) {
        double[] score = new double[p.length];
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < p.length; k++) {
            score[k] = alpha * Gradient.log(label[k]) + beta * Gradient.log(p[k]);
            max = Math.max(max, score[k]);
        }
        double total = 0;
        for (int k = 0; k < p.length; k++) {
            score[k] = Math.exp(score[k] - max);
            total += score[k];
        }
        float[] target = new float[p.length];
        for (int k = 0; k < p.length; k++) target[k] = (float) (score[k] / total);
        return target;
    }
}
