/**
 * Micro-epochs: take n labelled examples, predict them, learn from them, write a checkpoint.
 *
 * <p>{@link dev.belay.trainers.learning.Learner} is the part that knows no Kafka: a function from
 * (spec, checkpoint, examples) to (predictions, checkpoint), the same bit for bit each time on one
 * kind of processor.
 *
 * <p>Threads: one trains all models of a process, and decides what each learns from. Beside it
 * {@link dev.belay.trainers.labels.LabelReader} reads and decodes labels, one thread a stream;
 * {@link dev.belay.trainers.labels.EncodingPrefetch} encodes texts; {@link
 * dev.belay.trainers.checkpoints.CheckpointWriter} writes down the micro-epoch before the one that
 * learns, one thread a model; {@link dev.belay.trainers.fleet.Ownership} keeps the membership.
 */
@NullMarked
package dev.belay.trainers;

import org.jspecify.annotations.NullMarked;
