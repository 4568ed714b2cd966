package dev.belay.models.network;

import dev.belay.models.encoder.ConvEncoders;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.encoder.TokenEncoders;
import dev.belay.models.image.ConvShape;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.transformer.FineTune;
import dev.belay.models.transformer.TransformerShape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The architecture of a network.
 *
 * @param hidden units of an MLP head's hidden layer; 0 if linear
 * @param classes at least 2; 1: a score for each option of a choice
 */
public record NetworkDesign(
        EncoderRef encoder, HeadShape.Kind head, int hidden, int classes, FineTune fineTune) {
    HeadShape head(int inputs) {
        return new HeadShape(head, inputs, hidden, classes);
    }

    /**
     * Number of weights of encoder and head, trained or not, including embeddings. Cheap: opens no
     * model.
     *
     * @param encodersDir parent of the folders of encoders {@code hf:NAME}
     * @throws IllegalArgumentException if the encoder is unknown, or its folder is invalid
     */
    public long parameters(Path encodersDir) {
        HeadShape shape = head(width(encodersDir));
        return Encoders.parameters(encoder, encodersDir) + Parameter.count(shape.parameters());
    }

    /**
     * Number of trained weights: the head's and the fine-tuned ones of the encoder. Cheap: opens no
     * model.
     *
     * @param encodersDir parent of the folders of encoders {@code hf:NAME}
     * @throws IllegalArgumentException if the encoder is unknown, has too few layers, or its folder
     *     is invalid
     */
    public long learning(Path encodersDir) {
        if (isConvolutional()) return learningConvolutions();
        return fineTune.frozen()
                ? learningHead(width(encodersDir))
                : learning(TokenEncoders.shape(encoder, encodersDir));
    }

    /**
     * Layers that are trained here and have the same shape there, from input to output. Cheap:
     * opens no model.
     *
     * @param encodersDir parent of the folders of encoders {@code hf:NAME}
     * @return none of another encoder
     * @throws IllegalArgumentException if an encoder is unknown, or its folder is invalid
     */
    public List<String> sharedLayers(NetworkDesign other, Path encodersDir) {
        return encoder.name().equals(other.encoder.name())
                ? SharedLayers.names(trained(encodersDir), other.trained(encodersDir))
                : List.of();
    }

    /** Shape of each trained parameter, from input to output. */
    private Map<String, long[]> trained(Path encodersDir) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        if (isConvolutional()) shapes.putAll(convolutions().parameters());
        else if (!fineTune.frozen())
            shapes.putAll(
                    TokenEncoders.shape(encoder, encodersDir).learning(fineTune, encoder.name()));
        shapes.putAll(head(width(encodersDir)).parameters());
        return shapes;
    }

    boolean isConvolutional() {
        return ConvEncoders.isName(encoder.name());
    }

    /**
     * @throws IllegalArgumentException if the encoder's parameters are not accepted
     */
    ConvShape convolutions() {
        return ConvEncoders.shape(encoder);
    }

    long learningConvolutions() {
        return learningHead(convolutions().features()) + convolutions().weights();
    }

    /**
     * Features of an example, as the encoder returns them. Cheap: opens no model.
     *
     * @throws IllegalArgumentException if the encoder is unknown, or its folder is invalid
     */
    public int width(Path encodersDir) {
        return Encoders.dimensions(encoder, encodersDir);
    }

    /** Trained weights with a frozen encoder of this width. */
    long learningHead(int width) {
        return Parameter.count(head(width).parameters());
    }

    /** Trained weights with a fine-tuned encoder of this shape. */
    long learning(TransformerShape shape) {
        return learningHead(shape.width())
                + Parameter.count(shape.learning(fineTune, encoder.name()));
    }
}
