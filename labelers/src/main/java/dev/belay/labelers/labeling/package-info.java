/**
 * The service that runs labelers: follows the models, keeps one {@link
 * dev.belay.labelers.labeling.Labeling} per labeler that is wanted now, and commits labels,
 * predictions, progress and offsets together.
 *
 * <p>A {@link dev.belay.labelers.labeling.ExampleLabeler} decides which examples get a label and
 * computes their class distributions. Labels keep the offset order of their examples.
 */
@NullMarked
package dev.belay.labelers.labeling;

import org.jspecify.annotations.NullMarked;
