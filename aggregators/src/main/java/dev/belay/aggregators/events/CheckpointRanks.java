package dev.belay.aggregators.events;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.GatePlan;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.aggregators.statistics.figures.Gate;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.schemas.events.ModelSpec;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rank of each checkpoint among the student's evaluated checkpoints: the best one so far, ordered
 * by checkpoint number so that the result does not depend on arrival order; and the numbers of its
 * gates.
 */
public final class CheckpointRanks {
    private final NavigableMap<Long, Emitted> emitted = new TreeMap<>();
    private long greatestK;

    private record Emitted(
            MetricsRow.@Nullable Figure pgr, MetricsRow.@Nullable Figure agreement) {}

    /** A checkpoint with a figure. */
    record Best(long checkpoint, MetricsRow.Figure figure) {
        double value() {
            return figure.value();
        }
    }

    /** Adds an emitted row; returns whether it changes rows of later checkpoints. */
    public boolean add(MetricsRow row) {
        if (row.tested() != null) {
            greatestK = Math.max(greatestK, row.tested().k());
        }
        if (!row.isEmitted()) {
            return false;
        }
        Emitted now = new Emitted(row.pgr(), row.agreement());
        return !now.equals(emitted.put(row.any().checkpoint(), now));
    }

    /** Emitted checkpoints with greater numbers. */
    public Set<Long> after(long checkpoint) {
        return emitted.tailMap(checkpoint, false).keySet();
    }

    /**
     * The row with the first result of its gate. Unchanged while the row is not complete, if the
     * gate was tested before, or if there is none. A checkpoint without a planned gate takes the
     * next number, once.
     *
     * @param base tally without a ceiling
     */
    public MetricsRow test(Catalog catalog, MetricsRow row, Tally base) {
        MetricsRow.Tested before = row.tested();
        ModelSpec student = catalog.spec(row.any().student());
        if (student == null || !isTestable(base)) {
            return row;
        }
        long k;
        if (GatePlan.isPlanned(student)) {
            k = GatePlan.k(catalog, student, row.any().checkpoint());
        } else {
            k = before == null ? greatestK + 1 : before.k();
        }
        if (k == GatePlan.NO_GATE) {
            return row.tested(null);
        }
        if (before != null && before.k() == k && Double.isFinite(before.low())) {
            return row;
        }
        greatestK = Math.max(greatestK, k);
        return row.tested(
                new MetricsRow.Tested(k, Gate.of(k, PairedMoments.of(base.table())).low()));
    }

    /** The gate of a row as it is now; null while the row is not complete, or without one. */
    public static @Nullable Gate gate(MetricsRow row, Tally base) {
        MetricsRow.Tested first = row.tested();
        return first == null || !isTestable(base)
                ? null
                : Gate.of(first.k(), PairedMoments.of(base.table())).notAbove(first.low());
    }

    /** Complete, and of enough groups for a limit. */
    private static boolean isTestable(Tally base) {
        return base.closed()
                && base.withoutTruth() == 0
                && PairedMoments.of(base.table()).hasLimits();
    }

    /** The greatest PGR up to a checkpoint, whose own is given; the first of equals. */
    @Nullable Best bestPgr(long checkpoint, MetricsRow.@Nullable Figure own) {
        return best(checkpoint, own, true);
    }

    /** The greatest agreement with the supervisor up to a checkpoint, whose own is given. */
    @Nullable Best bestAgreement(long checkpoint, MetricsRow.@Nullable Figure own) {
        return best(checkpoint, own, false);
    }

    private @Nullable Best best(long checkpoint, MetricsRow.@Nullable Figure own, boolean pgr) {
        Best best = null;
        for (Map.Entry<Long, Emitted> entry : emitted.headMap(checkpoint, false).entrySet()) {
            Emitted before = entry.getValue();
            best = better(best, entry.getKey(), pgr ? before.pgr() : before.agreement());
        }
        return better(best, checkpoint, own);
    }

    private static @Nullable Best better(
            @Nullable Best best, long checkpoint, MetricsRow.@Nullable Figure figure) {
        return figure != null && (best == null || figure.value() > best.value())
                ? new Best(checkpoint, figure)
                : best;
    }
}
