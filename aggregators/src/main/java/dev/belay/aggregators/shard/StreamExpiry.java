package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.counting.ColumnKey;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.counting.PartitionState;
import java.util.HashMap;
import java.util.Map;

/**
 * Decides when PROGRESSIVE predictions are evicted. The predictions of an example, the newest at
 * event time t, are evicted together once the watermark of every active model exceeds t + horizon.
 * So a trainer that lags behind the labels by weeks, or history that is replayed at a thousand
 * times its speed, loses nothing. A model that has sent nothing for one horizon of wall-clock time
 * is inactive and does not hold eviction back. With no active model nothing is evicted.
 */
final class StreamExpiry {
    private static final int STEPS = 16; // of a horizon: eviction scans every example

    private final Lateness lateness;
    private final Catalog catalog;
    private final BlockStore blocks;
    private final Map<String, Long> receivedMs = new HashMap<>();

    StreamExpiry(Lateness lateness, Catalog catalog, BlockStore blocks) {
        this.lateness = lateness;
        this.catalog = catalog;
        this.blocks = blocks;
    }

    /** Registers activity of a model, in wall-clock time. */
    void received(String model, long nowMs) {
        receivedMs.put(model, nowMs);
    }

    /** Event time up to which predictions may expire now; never decreases. */
    long through(PartitionState board, long nowMs) {
        long horizonMs = lateness.horizon().toMillis();
        long slowest = Long.MAX_VALUE;
        for (Pair pair : catalog.pairs()) {
            for (Comparison comparison : Comparisons.progressive(pair)) {
                for (ColumnKey predicted : PartitionState.columnsOf(comparison)) {
                    if (board.has(comparison) && atWork(predicted.model(), nowMs)) {
                        slowest = Math.min(slowest, board.newestTimeMs(predicted));
                    }
                }
            }
        }
        long before = blocks.expiredMs();
        if (slowest == Long.MAX_VALUE || slowest < Long.MIN_VALUE + horizonMs) {
            return before;
        }
        // not beyond the clock: one example from the future must not make all others too late
        long through = Math.min(slowest, nowMs) - horizonMs - 1;
        boolean worthwhile =
                before == Long.MIN_VALUE || through - before > Math.max(1, horizonMs / STEPS);
        return worthwhile ? through : before;
    }

    private boolean atWork(String model, long nowMs) {
        return !catalog.over(model) && !quiet(model, nowMs);
    }

    /** Whether a model has sent nothing for one horizon of wall-clock time. */
    boolean quiet(String model, long nowMs) {
        long lastMs = receivedMs.computeIfAbsent(model, m -> nowMs);
        return nowMs - lastMs > lateness.horizon().toMillis();
    }
}
