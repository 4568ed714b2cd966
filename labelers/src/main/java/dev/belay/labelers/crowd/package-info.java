/**
 * Labelers of kind {@code crowd}: the votes of many annotators on an example, as shares or as their
 * majority.
 */
@NullMarked
package dev.belay.labelers.crowd;

import org.jspecify.annotations.NullMarked;
