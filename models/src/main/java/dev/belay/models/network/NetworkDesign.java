package dev.belay.models.network;

import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.transformer.FineTune;
import dev.belay.models.transformer.TransformerShape;
import java.nio.file.Path;

/**
 * What a network is made of.
 *
 * @param hidden units of an MLP head's hidden layer; 0 if linear
 * @param classes at least 2
 */
public record NetworkDesign(
        EncoderRef encoder, HeadShape.Kind head, int hidden, int classes, FineTune fineTune) {
    HeadShape head(int inputs) {
        return new HeadShape(head, inputs, hidden, classes);
    }

    /**
     * Weights of the network, encoder and head, whether they learn or not; embeddings are counted
     * like all others. Cheap: opens no model.
     *
     * @param encodersDir where the folders of encoders {@code hf:NAME} are
     * @throws IllegalArgumentException if the encoder is unknown, or its folder not as it should be
     */
    public long parameters(Path encodersDir) {
        HeadShape shape = head(width(encodersDir));
        return Encoders.parameters(encoder.name(), encodersDir)
                + Parameter.count(shape.parameters());
    }

    /**
     * Those of its weights that learn: the head's, and what of the encoder is fine-tuned. Cheap:
     * opens no model.
     *
     * @param encodersDir where the folders of encoders {@code hf:NAME} are
     * @throws IllegalArgumentException if the encoder is unknown, has too few layers, or its folder
     *     is not as it should be
     */
    public long learning(Path encodersDir) {
        return fineTune.frozen()
                ? learningHead(width(encodersDir))
                : learning(Encoders.shape(encoder.name(), encodersDir));
    }

    private int width(Path encodersDir) {
        return Encoders.dimensions(encoder, encodersDir);
    }

    /** The same with a frozen encoder of this width. */
    long learningHead(int width) {
        return Parameter.count(head(width).parameters());
    }

    /** The same with an encoder of this shape, some of which learns. */
    long learning(TransformerShape shape) {
        return learningHead(shape.width())
                + Parameter.count(shape.learning(fineTune, encoder.name()));
    }
}
