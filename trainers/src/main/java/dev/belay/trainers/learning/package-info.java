/**
 * Learning, without Kafka: a deterministic function from (spec, checkpoint, examples) to
 * (predictions, checkpoint). All randomness is derived from (seed, micro-epoch, purpose). {@link
 * dev.belay.trainers.learning.Learner} is the training loop. One thread.
 */
@NullMarked
package dev.belay.trainers.learning;

import org.jspecify.annotations.NullMarked;
