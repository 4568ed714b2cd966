package dev.belay.aggregators.topology;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a student's checkpoint stands among those before it that were told of the holdout. By
 * checkpoint number, not by the order in which sweeps came, so that it is the same however they
 * came.
 */
final class Standing {
    private final NavigableMap<Long, Told> told = new TreeMap<>();

    private record Told(@Nullable Double pgr, @Nullable Double agreement) {}

    /** A checkpoint with a figure. */
    record Best(long checkpoint, double value) {}

    /** Takes in a row that was told; returns whether that is news for checkpoints after it. */
    boolean add(Row row) {
        if (!row.told()) {
            return false;
        }
        Told now = new Told(row.pgr(), row.agreement());
        return !now.equals(told.put(row.any().checkpoint(), now));
    }

    /** Checkpoints told that come after one. */
    Set<Long> after(long checkpoint) {
        return told.tailMap(checkpoint, false).keySet();
    }

    /** The how manieth look at the holdout a checkpoint is, from 1. */
    int look(long checkpoint) {
        return told.headMap(checkpoint, false).size() + 1;
    }

    /** The greatest PGR up to a checkpoint, whose own is given; the first of equals. */
    @Nullable Best bestPgr(long checkpoint, @Nullable Double own) {
        return best(checkpoint, own, true);
    }

    /** The greatest agreement with the supervisor up to a checkpoint, whose own is given. */
    @Nullable Best bestAgreement(long checkpoint, @Nullable Double own) {
        return best(checkpoint, own, false);
    }

    private @Nullable Best best(long checkpoint, @Nullable Double own, boolean pgr) {
        Best best = null;
        for (Map.Entry<Long, Told> entry : told.headMap(checkpoint, false).entrySet()) {
            Told before = entry.getValue();
            best = better(best, entry.getKey(), pgr ? before.pgr() : before.agreement());
        }
        return better(best, checkpoint, own);
    }

    private static @Nullable Best better(
            @Nullable Best best, long checkpoint, @Nullable Double value) {
        return value != null && (best == null || value > best.value())
                ? new Best(checkpoint, value)
                : best;
    }
}
