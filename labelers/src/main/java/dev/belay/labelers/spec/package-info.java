/**
 * Runs the labelers of {@code belay.labelers}: those of {@link dev.belay.labelers.api}, which label
 * examples, joined with the labels of the labelers that they read, and external ones, whose labels
 * are copied to the predictions.
 */
@NullMarked
package dev.belay.labelers.spec;

import org.jspecify.annotations.NullMarked;
