/** Adding up the shards' deltas and emitting metrics rows, and the meters and queries over them. */
@NullMarked
package dev.belay.aggregators.merge;

import org.jspecify.annotations.NullMarked;
