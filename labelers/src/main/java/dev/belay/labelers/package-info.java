/**
 * Whatever attaches predictions to examples: the labeler named truth, models that supervise others,
 * and the evaluators that predict the holdout with each checkpoint.
 *
 * <p><b>Exactly once.</b> What a service writes, its {@code Progress}, its dead letters and the
 * offsets of what it read are one Kafka transaction, opened when all of it is computed. After a
 * crash, a rebalance or being fenced it resumes at the committed offsets. Offsets are committed
 * under the consumer's group generation, so a process that lost its partitions cannot commit.
 *
 * <p><b>Order.</b> Each labels partition follows the offset order of its examples; an example that
 * waits (for its truth or sources) delays those behind it.
 *
 * <p><b>End.</b> A reader has read a partition to its end once all its writers have marked it ended
 * in their {@code Progress} and the reader's position has reached the end that it had then. Offsets
 * are compared, never subtracted: they have gaps where transactions ended.
 *
 * <p><b>Threads.</b> Each service has a polling thread, which alone uses Kafka clients, and a
 * computing thread for all that may take long. Its public counters may be read from any other.
 *
 * <p><b>Texts that cannot be encoded</b> go to the dead letters, in the transaction that lacks
 * their label or prediction; an encoder that fails on every text is a trouble, and is tried again.
 */
@NullMarked
package dev.belay.labelers;

import org.jspecify.annotations.NullMarked;
