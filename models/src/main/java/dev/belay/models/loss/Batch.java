package dev.belay.models.loss;

/**
 * A batch to be learned from.
 *
 * @param labels distributions over the classes, (rows, classes)
 * @param weights of the examples, (rows), in (0, 1]: a row of weight 0.5 counts half as much as one
 *     of weight 1
 */
public record Batch(float[][] labels, float[] weights, Progress progress) {}
