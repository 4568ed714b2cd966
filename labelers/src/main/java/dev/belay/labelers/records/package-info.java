/**
 * Reading records, computing away from the polling thread, and committing results with the offsets
 * they complete in one transaction.
 *
 * <p>Threads: consumers, producers and queues belong to the polling thread; {@link
 * dev.belay.labelers.records.ComputeThread} runs computations that may exceed {@code
 * max.poll.interval.ms}.
 */
@NullMarked
package dev.belay.labelers.records;

import org.jspecify.annotations.NullMarked;
