package com.example.belay;

import dev.belay.models.loss.Batch;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.loss.Gradient;
import dev.belay.models.loss.LossFunction;
import dev.belay.models.loss.Window;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Focal loss (Lin et al. 2017): −Σ label·(1 − p)^γ·log p. Examples that the model already predicts
 * as they are labelled count less.
 */
public final class FocalLoss implements LossFunction {
    private static final double SMALLEST = 1e-12;

    @Override
    public String name() {
        return "focal";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.number("gamma", 2, 1, 5, "how much less easy examples count"));
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double gamma = parameters.number("gamma");
        return p -> focal(p, batch.labels(), batch.weights(), gamma);
    }

    /** Mean of the rows' losses by their weights, and its slope by the logits, (rows, classes). */
    private static Gradient focal(float[][] p, float[][] labels, float[] weights, double gamma) {
        double total = 0;
        for (float weight : weights) total += weight;
        double loss = 0;
        float[][] slope = new float[p.length][];
        for (int i = 0; i < p.length; i++) {
            int classes = p[i].length;
            double w = weights[i] / total;
            double[] bySoftmax = new double[classes]; // dloss/dp_k · p_k
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                double pk = Math.max(p[i][k], SMALLEST);
                double log = Math.log(pk);
                double rest = Math.max(1 - pk, 0);
                loss -= w * labels[i][k] * Math.pow(rest, gamma) * log;
                bySoftmax[k] =
                        w
                                * labels[i][k]
                                * (gamma * Math.pow(rest, gamma - 1) * pk * log
                                        - Math.pow(rest, gamma));
                sum += bySoftmax[k];
            }
            slope[i] = new float[classes];
            for (int j = 0; j < classes; j++) slope[i][j] = (float) (bySoftmax[j] - p[i][j] * sum);
        }
        return new Gradient(loss, slope);
    }
}
