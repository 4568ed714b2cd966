package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Cross-entropy with the target (1 − α)·label + α·p: the model's own soft prediction, a constant in
 * the gradient, instead of the hard one of {@link ConfidenceLoss} (loss {@code entropy} of
 * EleutherAI/w2s). Each row by itself: needs no class balance. The gradient is (1 − α)·(p − label):
 * that of cross-entropy, but smaller.
 */
public final class EntropyLoss implements LossFunction {
    @Override
    public String name() {
        return "entropy";
    }

    @Override
    public List<Parameter> parameters() {
        return Alpha.parameters();
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double alpha = Alpha.value(batch.progress(), parameters);
        float[][] labels = batch.labels();
        return new TargetLoss(
                p -> {
                    float[][] targets = new float[p.length][];
                    for (int i = 0; i < p.length; i++)
                        targets[i] = TargetLoss.mixed(labels[i], p[i], alpha);
                    return targets;
                },
                batch.weights());
    }
}
