package dev.belay.models.loss;

import java.util.Map;

/**
 * A case of a loss, computed by hand. The test of each loss supplies one, in {@code
 * META-INF/services/dev.belay.models.loss.LossCase}; {@link LossContractTest} runs them.
 */
public interface LossCase {
    /** Name of the loss. */
    String loss();

    Map<String, String> parameters();

    Batch batch();

    /** Labels of the examples before the batch, (earlier, classes). */
    default float[][] earlierLabels() {
        return new float[0][];
    }

    /** Probabilities of the examples before the batch, (earlier, classes). */
    default float[][] earlierProbabilities() {
        return new float[0][];
    }

    /** Probabilities of the batch, (rows, classes). */
    float[][] probabilities();

    /** What the loss is, nats, and its slope by the logits, (rows, classes). */
    Gradient expected();
}
