/**
 * The Kafka Streams application of one task: truth and predictions in, {@code PairMetrics} out. See
 * {@link dev.belay.aggregators.topology.AggregatorTopology} for the picture.
 *
 * <p>Ordering: none is needed; any order of truth and predictions ends with the same metrics.
 * Durability: exactly-once; the shards' stores hold what came, everything on the heap is made again
 * from them. Threads: a processor belongs to its task's thread, the catalog is shared. What can't
 * be read or makes no sense goes to the dead letters in the same transaction.
 */
@NullMarked
package dev.belay.aggregators.topology;

import org.jspecify.annotations.NullMarked;
