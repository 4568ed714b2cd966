/**
 * Kind {@code noise}: labels of another labeler, or truth, some of them replaced by wrong ones.
 * Whether a label is replaced follows from the example's id, event time and input alone, so a
 * killed or repeated run replaces the same ones, and those of a lower rate are among those of a
 * higher one.
 */
@NullMarked
package dev.belay.labelers.noise;

import org.jspecify.annotations.NullMarked;
