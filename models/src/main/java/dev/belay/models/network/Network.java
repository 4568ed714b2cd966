package dev.belay.models.network;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import java.util.List;
import java.util.Map;

/**
 * A model as training sees it: texts → class probabilities, of which the head learns, or more.
 *
 * <p>May be shared between threads; calls on one network wait for each other, and learning waits
 * for all other networks of the process.
 *
 * @param <I> a text as the network takes it: what has to be made of it only once
 */
public interface Network<I> extends AutoCloseable {
    /** Name of its encoder. */
    String encoder();

    HeadShape head();

    /**
     * What {@link #predict} and {@link #learn} take, one a text. Frozen encoders do their work
     * here.
     */
    List<I> inputs(List<String> texts);

    /** These will be asked for soon: what can be begun for them, and kept, is. */
    default void expect(List<String> texts) {}

    /** Class probabilities of each input, (rows, classes); a row's bits depend on that row only. */
    float[][] predict(List<I> inputs);

    /** Encodes a fixed text, see {@link Encoder#probe}. */
    default void probe() {
        var unused = predict(inputs(List.of("probe")));
    }

    /**
     * One step of the optimizer on one batch. If loss or gradient is not finite, the weights stay
     * as they were: the caller must look.
     *
     * @param loss called once, with the batch's probabilities by the weights before the step
     */
    Step learn(List<I> batch, BatchLoss loss, Adam adam, Update update);

    /**
     * All that learns, safetensors, with {@code provenance} in the metadata; {@link Networks#read}
     * takes it.
     */
    byte[] write(Map<String, String> provenance);

    /** Number of weights of each parameter that learns. */
    Map<String, Integer> sizes();

    /** Frees what is its own; encoders and pretrained weights are shared and stay. */
    @Override
    void close();
}
