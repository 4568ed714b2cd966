/**
 * Writing checkpoints: files first, then one transaction with the checkpoint event, predictions and
 * offsets; then deletion of files that the retention policy no longer keeps. A micro-epoch takes
 * effect when its transaction is committed.
 */
@NullMarked
package dev.belay.trainers.checkpoints;

import org.jspecify.annotations.NullMarked;
