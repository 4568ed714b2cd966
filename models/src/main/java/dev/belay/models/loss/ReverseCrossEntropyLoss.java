package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Reverse cross-entropy −Σ p·log label (Yao et al. 2025, arXiv 2502.11107): {@link ReverseKlLoss}
 * without the model's entropy, so it also drives the model to certainty. Its minimum is the label's
 * argmax.
 */
public final class ReverseCrossEntropyLoss implements LossFunction {
    @Override
    public String name() {
        return "reverse-cross-entropy";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(ReverseKlLoss.floor());
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double[][] costs = ReverseKlLoss.costs(batch.labels(), parameters);
        return p -> Gradient.expectedCost(p, costs, batch.weights());
    }
}
