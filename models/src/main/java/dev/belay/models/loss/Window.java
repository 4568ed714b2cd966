package dev.belay.models.loss;

/**
 * The last examples learned from, oldest first, those of the current batch at the end; as many as
 * {@link LossFunction#window} asks for, fewer at the beginning. If a batch is larger, its last
 * ones.
 */
public interface Window {
    /** Rows in it. */
    int size();

    /** Labels of the rows from {@code from} to before {@code to}, (rows, classes). */
    float[][] labels(int from, int to);

    /** Probabilities of these rows by the current weights, (rows, classes); a forward pass. */
    float[][] probabilities(int from, int to);
}
