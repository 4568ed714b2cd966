package dev.belay.models;

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
}
