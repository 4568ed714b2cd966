package dev.belay.trainers.methods;

import dev.belay.models.loss.Progress;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;

/**
 * Decides after each micro-epoch whether a model stops before its budget ends: an extension point.
 * A pure function: the same arguments give the same result, and are not written to. A model whose
 * budget or labels end is FINISHED whatever the rule says.
 */
public interface StoppingRule extends Plugin {
    /**
     * A micro-epoch.
     *
     * @param number from 1
     * @param labels of its new examples, (rows, classes)
     * @param predictions of these examples before the model learned from them, (rows, classes): an
     *     honest estimate of how it does on labels it has not seen
     * @param meanLoss over the steps, nats; NaN if nothing was learned
     * @param progress after it
     */
    record Observation(
            long number,
            float[][] labels,
            float[][] predictions,
            double meanLoss,
            Progress progress) {}

    /**
     * @param stop whether this was the last micro-epoch
     * @param state for the next call
     */
    record Decision(boolean stop, double[] state) {}

    /**
     * @param state of the call before; empty at the first one
     */
    Decision decide(Observation observation, double[] state, Parameters parameters);
}
