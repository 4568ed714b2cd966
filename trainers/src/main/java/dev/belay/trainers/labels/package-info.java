/**
 * Labels as input of training: read and decoded once for all models that share a supervisor,
 * composed into micro-epochs round-robin over partitions. The order depends only on the content of
 * the partitions, and with a longest wait on the offsets that checkpoints record.
 *
 * <p>Threads: a {@link dev.belay.trainers.labels.LabelReader} owns its consumer; everything else
 * belongs to the training thread.
 */
@NullMarked
package dev.belay.trainers.labels;

import org.jspecify.annotations.NullMarked;
