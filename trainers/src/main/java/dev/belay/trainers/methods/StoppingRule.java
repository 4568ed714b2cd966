package dev.belay.trainers.methods;

import dev.belay.models.loss.Progress;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;

/**
 * Decides after each micro-epoch whether a model stops before its budget ends: an extension point.
 * A pure function: the same arguments give the same result, and are not modified. A model whose
 * budget or labels end is FINISHED in any case.
 */
public interface StoppingRule extends Plugin {
    /**
     * A micro-epoch.
     *
     * @param number from 1
     * @param labels of its new examples, (rows, classes)
     * @param predictions of these examples before the model learned from them, (rows, classes): an
     *     unbiased sample of its performance on unseen labels
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

    /** The most numbers that its state has; part of the size of a checkpoint. */
    default long stateSize(Parameters parameters) {
        return 0;
    }

    /**
     * @param state returned by the previous call; empty at the first one
     */
    Decision decide(Observation observation, double[] state, Parameters parameters);
}
