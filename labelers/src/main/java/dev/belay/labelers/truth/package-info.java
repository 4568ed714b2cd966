/**
 * The labeler named {@code truth}: joins examples with their truth, one-hot. An example waits for
 * late truth within a horizon; memory is bounded.
 */
@NullMarked
package dev.belay.labelers.truth;

import org.jspecify.annotations.NullMarked;
