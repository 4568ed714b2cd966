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
 * A trainable model: inputs → class probabilities. The head is trained, and optionally layers of
 * the encoder.
 *
 * <p>Thread-safe; calls on one network are serialised, and learning is serialised over all networks
 * of the process.
 *
 * @param <I> preprocessed input: features of a frozen encoder, tokens of a fine-tuned one
 */
public interface Network<I> extends AutoCloseable {
    /** Name of its encoder. */
    String encoder();

    HeadShape head();

    /**
     * Preprocesses inputs for {@link #predict} and {@link #learn}. Frozen encoders encode here.
     *
     * @throws IllegalArgumentException if an input is of a kind that the encoder does not accept
     */
    List<I> inputs(List<Input> inputs);

    /**
     * The form of an input that replay stores, from which {@link #recall} restores the same: the
     * input itself, or its features if they are smaller than content and the encoder frozen.
     */
    default Input kept(Input input, I encoded) {
        return input;
    }

    /** {@link #inputs} of results of {@link #kept}. */
    default List<I> recall(List<Input> kept) {
        return inputs(kept);
    }

    /**
     * Features of inputs, (rows, features), as the encoder returns them.
     *
     * @throws IllegalStateException if the encoder is trained, so that they change
     */
    default float[][] features(List<I> inputs) {
        throw new IllegalStateException(
                "the encoder " + encoder() + " is trained and has no features that stay");
    }

    /** Announces inputs that will be needed soon, so that their encoding can start. */
    default void expect(List<Input> inputs) {}

    /**
     * New inputs of a micro-epoch, after they were predicted and before they are learned from. Only
     * here may state change that depends on inputs without labels (moments).
     */
    default void observe(List<I> fresh) {}

    /** Class probabilities of each input, (rows, classes); a row's bits depend on that row only. */
    float[][] predict(List<I> inputs);

    /** Encodes a fixed input, see {@link Encoder#probe}. */
    default void probe() {
        var unused = predict(inputs(Input.texts("probe")));
    }

    /**
     * One step of the optimizer on one batch. If loss or gradient is not finite, the weights are
     * unchanged; the caller must check.
     *
     * @param loss called once, with the batch's probabilities before the step
     */
    Step learn(List<I> batch, BatchLoss loss, Adam adam, Update update);

    /**
     * The trained weights as safetensors, with {@code provenance} in the metadata; {@link
     * Networks#read} reads them.
     */
    byte[] write(Map<String, String> provenance);

    /** Number of weights of each trained parameter. */
    Map<String, Integer> sizes();

    /** Frees its own memory; encoders and pretrained weights are shared and stay open. */
    @Override
    void close();
}
