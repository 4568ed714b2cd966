/**
 * Writing checkpoints: files first, then one transaction with the checkpoint event, predictions and
 * offsets; then removal of files that the retention policy no longer keeps. An uncommitted
 * micro-epoch has not happened.
 */
@NullMarked
package dev.belay.trainers.checkpoints;

import org.jspecify.annotations.NullMarked;
