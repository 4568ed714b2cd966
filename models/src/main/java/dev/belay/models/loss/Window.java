package dev.belay.models.loss;

/**
 * The last examples learned from, oldest first, those of the current batch last; as many as {@link
 * LossFunction#window} returns, fewer at the beginning. If the batch is larger, its last ones.
 */
public interface Window {
    /** Number of rows. */
    int size();

    /** Labels of the rows from {@code from} to before {@code to}, (rows, classes). */
    float[][] labels(int from, int to);

    /** Probabilities of these rows with the current weights, (rows, classes); a forward pass. */
    float[][] probabilities(int from, int to);
}
