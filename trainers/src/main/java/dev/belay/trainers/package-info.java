/**
 * Micro-epochs: take n labelled examples, predict them, learn from them, write a checkpoint.
 *
 * <p>{@link dev.belay.trainers.Learner} is the part that knows no Kafka: a function from (spec,
 * checkpoint, examples) to (predictions, checkpoint), the same bit for bit each time on one kind of
 * processor.
 */
@NullMarked
package dev.belay.trainers;

import org.jspecify.annotations.NullMarked;
