package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/** Cross-entropy −Σ label·log p. */
public final class CrossEntropyLoss implements LossFunction {
    private static final String HARD = "hard";

    @Override
    public String name() {
        return "cross-entropy";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.flag(HARD, false, "learns the label's argmax, not its distribution"));
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        float[][] targets = parameters.flag(HARD) ? hard(batch.labels()) : batch.labels();
        return p -> Gradient.crossEntropy(p, targets, batch.weights());
    }

    /** One-hot rows of the argmax; ties to the lowest class. */
    private static float[][] hard(float[][] labels) {
        float[][] hard = new float[labels.length][];
        for (int i = 0; i < labels.length; i++) {
            hard[i] = new float[labels[i].length];
            hard[i][BalancedPredictions.argmax(labels[i])] = 1;
        }
        return hard;
    }
}
