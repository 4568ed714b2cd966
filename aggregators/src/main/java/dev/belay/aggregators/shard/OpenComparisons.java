package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.comparison.TaskOwner;
import dev.belay.aggregators.counting.BlockCheck;
import dev.belay.aggregators.counting.ColumnKey;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.counting.PartitionState;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The state of a partition on the heap, by phase: rebuilt from the stores, with the comparisons of
 * the catalog that are counted. Discarded and rebuilt if the task turns out to have other classes.
 */
final class OpenComparisons {
    private final Lateness lateness;
    private final Catalog catalog;
    private final KeyValueStore<byte[], TruthHistory> truths;
    private final BlockStore blocks;
    private final SentTallies counted;
    private final BiConsumer<BlockStore.Kept, String> refused;
    private final Map<Phase, PartitionState> boards = new EnumMap<>(Phase.class);
    private final Map<String, NavigableSet<Long>> unsettled = new HashMap<>();
    private int catalogVersion;
    private @Nullable TaskOwner owner; // number of classes of the partition states
    private int classes; // or CHOICE; 0: not known

    /**
     * @param refused takes stored blocks that contradict a spec received after them, and why
     */
    OpenComparisons(
            Lateness lateness,
            Catalog catalog,
            KeyValueStore<byte[], TruthHistory> truths,
            BlockStore blocks,
            SentTallies counted,
            BiConsumer<BlockStore.Kept, String> refused) {
        this.lateness = lateness;
        this.catalog = catalog;
        this.truths = truths;
        this.blocks = blocks;
        this.counted = counted;
        this.refused = refused;
        beginAnew();
    }

    /** Discards the state; {@link #follow} rebuilds it. */
    private void beginAnew() {
        boards.clear();
        unsettled.clear();
        catalogVersion = 0;
        owner = catalog.owner();
        classes = owner == null ? 0 : owner.number();
    }

    /** The state of a phase in which something is counted, or null. */
    @Nullable PartitionState of(Phase phase) {
        return boards.get(phase);
    }

    /** The state that a block belongs to; null: of other classes, by an earlier spec. */
    @Nullable PartitionState of(BlockColumns block) {
        int expected = classes == PairTable.CHOICE ? 0 : classes;
        return block.classes() == expected ? boards.get(block.phase()) : null;
    }

    /** The student's checkpoints whose comparisons may still change, by student. */
    Map<String, NavigableSet<Long>> unsettled() {
        return unsettled;
    }

    /** Whether all rows known to the catalog are open. */
    boolean isCurrent() {
        return catalog.version() == catalogVersion;
    }

    /** Registers a change of an example's truth. */
    void setTruths(byte[] id, TruthHistory now) {
        boards.values().forEach(board -> board.setTruths(id, valid(now)));
    }

    /**
     * Greatest number of options that an example of a task of kind choice has by the predictions on
     * the heap; 0: none, or the task has classes.
     */
    int options(byte[] id) {
        return boards.values().stream().mapToInt(board -> board.options(id)).max().orElse(0);
    }

    /** Of a task of kind choice only predictions say which truths are valid. */
    private TruthHistory valid(TruthHistory truths) {
        return classes == PairTable.CHOICE ? truths : truths.below(classes);
    }

    /** The state of the stream. */
    PartitionState stream() {
        return boards.computeIfAbsent(Phase.PROGRESSIVE, this::board);
    }

    /** Registers the task's owner as it is now. */
    void followClasses() {
        TaskOwner now = catalog.owner();
        if (now == null || (now.equals(owner) && now.equals(blocks.owner()))) {
            return;
        }
        blocks.own(now);
        if (owner == null || !owner.classes().equals(now.classes())) {
            beginAnew();
        }
        owner = now;
    }

    /** Opens the comparisons that are new since the last call. */
    void follow() {
        followClasses();
        int version = catalog.version();
        if (version == catalogVersion || classes == 0) {
            return;
        }
        Catalog.Changes changes = catalog.changedSince(catalogVersion);
        catalogVersion = version;
        for (Pair pair : catalog.pairs()) {
            if (changes.redefine(pair)) {
                unsettledOf(pair).addAll(blocks.sweeps(pair.student()));
            }
            if (changes.touch(pair)) {
                open(pair);
            }
        }
    }

    /** Opens the comparisons of a student that has predicted for the first time. */
    void open(BlockColumns first) {
        Pair pair = catalog.pairOf(first.model());
        if (pair == null || classes == 0) {
            return;
        }
        if (first.phase() == Phase.HOLDOUT) {
            unsettledOf(pair).add(first.checkpoint());
        }
        open(pair);
    }

    /** Opens the known comparisons of a pair that are not counted yet. */
    private void open(Pair pair) {
        unsettledOf(pair)
                .removeIf(
                        checkpoint -> {
                            // read first: changes of the catalog in between are in the comparisons
                            boolean settled = Comparisons.settled(catalog, pair, checkpoint);
                            open(Phase.HOLDOUT, Comparisons.holdout(catalog, pair, checkpoint));
                            return settled;
                        });
        if (blocks.progressive(pair.student())) {
            open(Phase.PROGRESSIVE, Comparisons.progressive(pair));
        }
    }

    /** The student's checkpoints whose comparisons may still change. */
    private NavigableSet<Long> unsettledOf(Pair pair) {
        return unsettled.computeIfAbsent(pair.student(), s -> new TreeSet<>());
    }

    private void open(Phase phase, List<Comparison> comparisons) {
        PartitionState board = boards.computeIfAbsent(phase, this::board);
        Set<ColumnKey> empty = new LinkedHashSet<>();
        for (Comparison comparison : comparisons) {
            if (!board.has(comparison) && allows(comparison)) {
                for (ColumnKey predicted : PartitionState.columnsOf(comparison)) {
                    if (!board.has(predicted)) {
                        board.open(predicted);
                        empty.add(predicted);
                    }
                }
                board.open(comparison);
                counted.recall(comparison, board);
            }
        }
        // now, so that they are counted block by block: that is cheaper than one after the other
        empty.forEach(predicted -> load(board, predicted));
    }

    private PartitionState board(Phase phase) {
        boolean stream = phase == Phase.PROGRESSIVE;
        PartitionState board =
                new PartitionState(
                        classes,
                        lateness,
                        stream ? blocks.expiredMs() : Long.MIN_VALUE,
                        id -> {
                            TruthHistory known = truths.get(id);
                            return known == null ? TruthHistory.NONE : valid(known);
                        });
        if (stream) {
            blocks.forEachProgressive(kept -> board.keep(kept.block(), kept.roster()));
        }
        return board;
    }

    private void load(PartitionState board, ColumnKey predicted) {
        List<BlockStore.Kept> nonsense = new ArrayList<>();
        blocks.forEach(
                predicted,
                kept -> {
                    // it was received before the spec that defines the classes
                    String reason = catalog.refusal(predicted.model());
                    if (reason == null) {
                        reason = BlockCheck.reason(kept.block(), classes);
                    }
                    if (reason == null) {
                        board.add(predicted, kept.block(), kept.roster());
                    } else {
                        nonsense.add(kept);
                        refused.accept(kept, reason);
                    }
                });
        nonsense.forEach(blocks::remove);
    }

    /** False if a sweep of the comparison was released: it is not counted in part. */
    private boolean allows(Comparison comparison) {
        return comparison.phase() != Phase.HOLDOUT
                || PartitionState.columnsOf(comparison).stream()
                        .noneMatch(read -> blocks.isReleased(read.model(), read.checkpoint()));
    }
}
