package dev.belay.models.network;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import java.util.List;
import java.util.Map;

/**
 * A model as training sees it: inputs → class probabilities, of which the head learns, or more.
 *
 * <p>May be shared between threads; calls on one network wait for each other, and learning waits
 * for all other networks of the process.
 *
 * @param <I> an input as the network takes it: what has to be made of it only once
 */
public interface Network<I> extends AutoCloseable {
    /** Name of its encoder. */
    String encoder();

    HeadShape head();

    /**
     * What {@link #predict} and {@link #learn} take, one an input. Frozen encoders do their work
     * here.
     *
     * @throws IllegalArgumentException if an input is of a kind that the encoder does not accept
     */
    List<I> inputs(List<Input> inputs);

    /**
     * What replay has to keep of an input, so that {@link #recall} gives the same again: the input
     * itself, or its features where it is large and the encoder frozen.
     */
    default Input kept(Input input, I encoded) {
        return input;
    }

    /** {@link #inputs} of what {@link #kept} gave. */
    default List<I> recall(List<Input> kept) {
        return inputs(kept);
    }

    /** These will be asked for soon: what can be begun for them, and kept, is. */
    default void expect(List<Input> inputs) {}

    /**
     * New inputs of a micro-epoch, after they were predicted and before they are learned from: what
     * the network knows of inputs without their labels may change now, and only now.
     */
    default void observe(List<I> fresh) {}

    /** Class probabilities of each input, (rows, classes); a row's bits depend on that row only. */
    float[][] predict(List<I> inputs);

    /** Encodes a fixed input, see {@link Encoder#probe}. */
    default void probe() {
        var unused = predict(inputs(Input.texts("probe")));
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
