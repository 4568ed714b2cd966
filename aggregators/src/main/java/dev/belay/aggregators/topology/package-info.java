/**
 * The Kafka Streams application of one task: truth and predictions in, {@code PairMetrics} out. See
 * {@link dev.belay.aggregators.topology.AggregatorTopology} for the picture.
 *
 * <p>Ordering: none is needed; any order of truth and predictions ends with the same metrics.
 * Durability: exactly-once; the shards' stores hold the records received, all state on the heap is
 * rebuilt from them. Threads: a processor belongs to its task's thread, the catalog is shared.
 * Records that can't be read or are invalid go to the dead letters in the same transaction.
 */
@NullMarked
package dev.belay.aggregators.topology;

import org.jspecify.annotations.NullMarked;
