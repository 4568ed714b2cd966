package dev.belay.models;

import java.nio.file.Path;

/**
 * What a network is made of.
 *
 * @param encoder its name
 * @param encoderSha256 of encoders from a folder, what its files must be; else empty
 * @param hidden units of an MLP head's hidden layer; 0 if linear
 * @param classes at least 2
 */
public record Design(
        String encoder,
        String encoderSha256,
        HeadShape.Kind head,
        int hidden,
        int classes,
        FineTune fineTune) {
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
        HeadShape shape = head(Encoders.dimensions(encoder, encodersDir));
        return Encoders.parameters(encoder, encodersDir) + Parameter.count(shape.parameters());
    }
}
