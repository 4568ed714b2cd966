package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.counting.ColumnKey;
import dev.belay.aggregators.counting.ColumnKey.Reading;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.counting.PartitionState;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides which checkpoints' HOLDOUT predictions a shard releases: those that the model's spec does
 * not keep ({@link Catalog#kept}), that received no block for {@link #SETTLE}, that no other row
 * reads or may read later, and whose own row is final.
 *
 * <p>A row is final in this shard once the catalog can no longer change its comparison, all three
 * models have predicted every holdout example of the shard, and the truth of each is known; or, of
 * one generation of a rolling holdout, every example that the checkpoint has predicted, and it has
 * received no block for one horizon of wall-clock time; or once none of them has for so long. So a
 * row is released before the sweeps it is compared with, and those of a kept row are kept too.
 *
 * <p>A sweep of a checkpoint without an event keeps others for one horizon only, because any client
 * can send one.
 *
 * <p>Decisions use the shard's own state only, so no shard waits for another. After a restart every
 * sweep counts as just active, so it is released later, never earlier.
 */
public final class SweepRetention {
    /** Least wall-clock time between a sweep's last block and its release. */
    public static final Duration SETTLE = Duration.ofMinutes(10);

    private final Lateness lateness;
    private final Catalog catalog;
    private final BlockStore blocks;
    private final StreamExpiry passing;
    private final Map<ColumnKey, Long> heardMs = new HashMap<>(); // of sweeps that are there

    SweepRetention(Lateness lateness, Catalog catalog, BlockStore blocks, StreamExpiry passing) {
        this.lateness = lateness;
        this.catalog = catalog;
        this.blocks = blocks;
        this.passing = passing;
    }

    /** Registers a new block, in wall-clock time. */
    void received(BlockColumns block, long nowMs) {
        if (block.phase() == Phase.HOLDOUT) {
            heardMs.put(sweep(block.model(), block.checkpoint()), nowMs);
        }
    }

    /** Whether a block belongs to a released sweep. */
    boolean isTooLate(BlockColumns block) {
        return block.phase() == Phase.HOLDOUT
                && blocks.isReleased(block.model(), block.checkpoint());
    }

    /**
     * Releases the sweeps that may be released now, with the comparisons of their rows. Their
     * tallies must have been sent.
     *
     * @param board state of the HOLDOUT, in which all rows known to the catalog are open
     * @param unsettled by student: checkpoints whose comparisons may still change
     */
    void release(
            PartitionState board,
            Map<String, NavigableSet<Long>> unsettled,
            SentTallies counted,
            long nowMs) {
        List<ColumnKey> due = due(board, unsettled, nowMs);
        for (ColumnKey sweep : due) {
            for (Comparison comparison : board.readersOf(sweep)) {
                board.close(comparison);
                counted.forget(comparison);
            }
            blocks.release(sweep.model(), sweep.checkpoint());
            unsettled.getOrDefault(sweep.model(), new TreeSet<>()).remove(sweep.checkpoint());
            heardMs.remove(sweep);
        }
        if (!due.isEmpty()) {
            board.forgetUnpredicted();
        }
    }

    private List<ColumnKey> due(
            PartitionState board, Map<String, NavigableSet<Long>> unsettled, long nowMs) {
        Map<String, List<Pair>> readers = new HashMap<>(); // by supervisor and ceiling
        for (Pair pair : catalog.pairs()) {
            for (String read : pair.members()) {
                if (!read.equals(pair.student())) {
                    readers.computeIfAbsent(read, r -> new ArrayList<>()).add(pair);
                }
            }
        }
        List<ColumnKey> due = new ArrayList<>();
        for (String model : blocks.sweptModels()) {
            Set<Long> kept = catalog.kept(model);
            if (kept == null) {
                continue;
            }
            for (long number : blocks.sweeps(model)) {
                ColumnKey sweep = sweep(model, number);
                if (!kept.contains(number)
                        && (catalog.checkpoint(model, number) != null || kept.isEmpty())
                        && isQuiet(sweep, SETTLE, nowMs)
                        && board.readersOf(sweep).stream().allMatch(c -> isOwn(sweep, c))
                        && readers.getOrDefault(model, List.of()).stream()
                                .noneMatch(pair -> mayRead(pair, unsettled, sweep, nowMs))
                        && isOver(board, sweep, nowMs)) {
                    due.add(sweep);
                }
            }
        }
        return due;
    }

    private static ColumnKey sweep(String model, long checkpoint) {
        return new ColumnKey(model, Reading.SWEEP, checkpoint);
    }

    private static boolean isOwn(ColumnKey sweep, Comparison reader) {
        return reader.student().equals(sweep.model()) && reader.checkpoint() == sweep.checkpoint();
    }

    private boolean isQuiet(ColumnKey sweep, Duration time, long nowMs) {
        return nowMs - heardMs.computeIfAbsent(sweep, s -> nowMs) > time.toMillis();
    }

    /** Whether a row of the pair that is not open, or not settled, may read a sweep later. */
    private boolean mayRead(
            Pair pair, Map<String, NavigableSet<Long>> unsettled, ColumnKey sweep, long nowMs) {
        String student = pair.student();
        long from = Long.MAX_VALUE;
        if (!passing.quiet(student, nowMs)) {
            from = blocks.newestSweep(student, number -> counts(student, number, nowMs));
            if (from < 0) {
                return true; // its first checkpoint is not written yet
            }
        }
        for (long number : unsettled.getOrDefault(student, new TreeSet<>()).headSet(from)) {
            if (counts(student, number, nowMs)) {
                from = number;
                break;
            }
        }
        return from < Long.MAX_VALUE
                && Comparisons.mayRead(catalog, pair, from, sweep.model(), sweep.checkpoint());
    }

    /** False for a swept checkpoint whose event has been missing for one horizon. */
    private boolean counts(String student, long number, long nowMs) {
        return Comparisons.isWritten(catalog, student, number)
                || !isQuiet(sweep(student, number), lateness.horizon(), nowMs);
    }

    private boolean isOver(PartitionState board, ColumnKey sweep, long nowMs) {
        Pair pair = catalog.pairOf(sweep.model());
        if (pair == null) {
            return true; // compared with none: it has no row
        }
        List<Comparison> row = Comparisons.holdout(catalog, pair, sweep.checkpoint());
        boolean settled = Comparisons.settled(catalog, pair, sweep.checkpoint());
        if (settled && !row.isEmpty() && board.isDone(row.get(0))) {
            return true;
        }
        if (settled
                && !row.isEmpty()
                && board.isCovered(row.get(0))
                && isQuiet(sweep, lateness.horizon(), nowMs)) {
            return true; // a rolling holdout has later examples, which it does not predict
        }
        List<ColumnKey> read =
                row.isEmpty() ? List.of(sweep) : PartitionState.columnsOf(row.get(0));
        if (!read.stream().allMatch(s -> isQuiet(s, lateness.horizon(), nowMs))) {
            return false;
        }
        String awaited =
                row.isEmpty() || pair.ceiling() == null ? pair.supervisor() : pair.ceiling();
        return settled || passing.quiet(awaited, nowMs);
    }
}
