package dev.belay.models.network;

import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.Softmax;
import java.util.List;

/** A network whose logits are available: predicts classes, or scores the options of choices. */
interface LogitNetwork<I> extends Network<I> {
    /** Logits of each input, one after the other; those of one depend on that input only. */
    float[] logits(List<I> inputs);

    /**
     * As {@link Network#learn}, with other rows of probabilities.
     *
     * @param sizes logits of each row
     */
    Step learn(List<I> batch, int[] sizes, BatchLoss loss, Adam adam, Update update);

    @Override
    default float[][] predict(List<I> inputs) {
        return Softmax.rows(logits(inputs), head().sizes(inputs.size()));
    }

    @Override
    default Step learn(List<I> batch, BatchLoss loss, Adam adam, Update update) {
        return learn(batch, head().sizes(batch.size()), loss, adam, update);
    }
}
