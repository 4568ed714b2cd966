/**
 * Micro-epochs: take n labelled examples, predict them, learn from them, write a checkpoint.
 *
 * <p>{@link dev.belay.trainers.learning.Learner} does not use Kafka: a function from (spec,
 * checkpoint, examples) to (predictions, checkpoint), bit for bit reproducible on one kind of
 * processor.
 *
 * <p>Threads: one trains all models of a process and selects their examples. Concurrently, {@link
 * dev.belay.trainers.labels.LabelReader} reads and decodes labels, one thread per stream; {@link
 * dev.belay.trainers.labels.EncodingPrefetch} encodes texts; {@link
 * dev.belay.trainers.checkpoints.CheckpointWriter} writes the previous micro-epoch, one thread per
 * model; {@link dev.belay.trainers.fleet.Ownership} keeps the group membership.
 */
@NullMarked
package dev.belay.trainers;

import org.jspecify.annotations.NullMarked;
