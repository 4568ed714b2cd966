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
 * When PROGRESSIVE predictions may be forgotten: those of an example go together, once every model
 * that is still at work has come, in event time, a horizon past the newest of them. So a trainer
 * that lags behind the labels by weeks, or history that is read at a thousand times its speed,
 * loses nothing. A model from which nothing has come for a horizon by the clock holds nothing up;
 * while no model is at work nothing is forgotten, and nothing comes.
 */
final class StreamExpiry {
    private static final int STEPS = 16; // of a horizon: forgetting looks at every example

    private final Lateness lateness;
    private final Catalog catalog;
    private final BlockStore blocks;
    private final Map<String, Long> heardMs = new HashMap<>();

    StreamExpiry(Lateness lateness, Catalog catalog, BlockStore blocks) {
        this.lateness = lateness;
        this.catalog = catalog;
        this.blocks = blocks;
    }

    /** A model has said something, by the clock. */
    void heard(String model, long nowMs) {
        heardMs.put(model, nowMs);
    }

    /** Event time up to which predictions may pass now; at least what it was. */
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
        long before = blocks.passedMs();
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

    /** Whether nothing has come from a model for a horizon by the clock. */
    boolean quiet(String model, long nowMs) {
        long heard = heardMs.computeIfAbsent(model, m -> nowMs);
        return nowMs - heard > lateness.horizon().toMillis();
    }
}
