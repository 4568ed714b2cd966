package dev.belay.models.loss;

import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;

/**
 * A loss: an extension point, see {@link dev.belay.plugins}. Deterministic: the same arguments give
 * the same bits. Must not modify its arguments.
 */
public interface LossFunction extends Plugin {
    /**
     * Number of the last examples learned from that it uses ({@link Window}); 0 = none. They are
     * part of the training state, so the number must not change during training.
     *
     * @param classes of the task; 0: a choice task
     */
    default int window(int classes, Parameters parameters) {
        return 0;
    }

    /**
     * The loss of a batch as a function of its probabilities. Called before the step: the window's
     * probabilities are available here only, with the weights before the step.
     *
     * @param window the last examples learned from, those of the batch at the end; empty if {@link
     *     #window} is 0
     */
    BatchLoss of(Batch batch, Window window, Parameters parameters);
}
