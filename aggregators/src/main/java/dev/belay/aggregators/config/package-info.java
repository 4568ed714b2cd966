/** Parameters of a task's topology: partitions, lateness, windows, flush policy. Immutable. */
@NullMarked
package dev.belay.aggregators.config;

import org.jspecify.annotations.NullMarked;
