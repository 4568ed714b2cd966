/**
 * Counting one partition as a processor: stores, the in-memory state rebuilt from them, eviction of
 * predictions, and the deltas sent to the merger.
 */
@NullMarked
package dev.belay.aggregators.shard;

import org.jspecify.annotations.NullMarked;
