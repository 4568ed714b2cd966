package dev.belay.models.loss;

import dev.belay.schemas.TaskKind;

/**
 * A batch to be learned from.
 *
 * @param labels distributions over the classes, (rows, classes); of choices over the options of
 *     each row, so that rows differ in length
 * @param weights of the examples, (rows), in (0, 1]: a row of weight 0.5 counts half as much as one
 *     of weight 1
 */
public record Batch(float[][] labels, float[] weights, Progress progress, TaskKind task) {
    /** Of a class task. */
    public Batch(float[][] labels, float[] weights, Progress progress) {
        this(labels, weights, progress, TaskKind.CLASSES);
    }
}
