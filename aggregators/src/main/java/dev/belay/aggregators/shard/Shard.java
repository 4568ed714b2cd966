package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.comparison.TaskOwner;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.config.FlushPolicy;
import dev.belay.aggregators.counting.BlockCheck;
import dev.belay.aggregators.counting.ColumnKey;
import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.PartitionState;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.aggregators.state.StrayFormat;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Counts one partition. Its stores hold truth and blocks as received; the heap holds a {@link
 * PartitionState} for each phase, rebuilt from them. Periodically it sends the change of each tally
 * since the last time.
 *
 * <p>Only tallies on the heap are ahead of the stores. The tallies last sent have a store of their
 * own, so after a restart the state is rebuilt and the difference is sent. Blocks that no
 * comparison reads yet are in the store only. {@link StreamExpiry} and {@link SweepRetention} bound
 * the state.
 */
public final class Shard implements Processor<byte[], ShardMessage, byte[], ShardMessage> {
    public static final String TRUTH = "truth";
    public static final String BLOCKS = "blocks";
    public static final String COUNTED = "counted";

    private static final Duration PASS_EVERY = Duration.ofSeconds(10);

    private final AggregatorConfig config;
    private final Catalog catalog;
    private final EventReader reader;
    private final Map<Phase, PartitionState> boards = new EnumMap<>(Phase.class);
    private final Map<String, NavigableSet<Long>> unsettled = new HashMap<>();
    private final FlushPolicy pace = new FlushPolicy();
    private final Counter predictions;
    private final Counter tooLate;
    private ProcessorContext<byte[], ShardMessage> context;
    private KeyValueStore<byte[], TruthHistory> truths;
    private BlockStore blocks;
    private SentTallies counted;
    private StreamExpiry passing;
    private SweepRetention releasing;
    private int catalogVersion;
    private @Nullable TaskOwner owner; // number of classes of the partition states
    private int classes;
    private long progressiveSentMs = Long.MIN_VALUE / 2;

    public Shard(AggregatorConfig config, Catalog catalog, EventReader reader) {
        this.config = config;
        this.catalog = catalog;
        this.reader = reader;
        MeterRegistry meters = reader.meters();
        this.predictions =
                meters.counter("belay.predictions.counted", "service", EventReader.SERVICE);
        this.tooLate = meters.counter("belay.too.late", "service", EventReader.SERVICE);
    }

    @Override
    public void init(ProcessorContext<byte[], ShardMessage> processorContext) {
        context = processorContext;
        truths = context.getStateStore(TRUTH);
        blocks = new BlockStore(context.getStateStore(BLOCKS));
        if (blocks.owner() != null) {
            catalog.own(blocks.owner());
        }
        beginAnew(); // a task whose transaction failed is revived with the processors it had
        counted = new SentTallies(context.getStateStore(COUNTED));
        passing = new StreamExpiry(config.lateness(), catalog, blocks);
        releasing = new SweepRetention(config.lateness(), catalog, blocks, passing);
        context.schedule(config.sweepFlush(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
        context.schedule(PASS_EVERY, PunctuationType.WALL_CLOCK_TIME, this::pass);
        context.schedule(PASS_EVERY, PunctuationType.WALL_CLOCK_TIME, this::release);
    }

    /** Discards the state rebuilt from the stores; the next {@link #punctuate} rebuilds it. */
    private void beginAnew() {
        boards.clear();
        unsettled.clear();
        catalogVersion = 0;
        owner = catalog.owner();
        classes = owner == null ? 0 : owner.classes().size();
    }

    @Override
    public void process(Record<byte[], ShardMessage> record) {
        pace.hear(record.timestamp());
        ShardMessage flow = record.value();
        if (flow instanceof ShardMessage.TruthChange change) {
            truth(change);
        } else if (flow instanceof ShardMessage.Block block) {
            block(block);
        } else {
            throw new IllegalStateException("a shard counts truth and blocks, got " + flow);
        }
    }

    private void truth(ShardMessage.TruthChange change) {
        TruthHistory before = truths.get(change.id());
        TruthHistory now = (before == null ? TruthHistory.NONE : before).with(change.version());
        if (!now.equals(before)) {
            truths.put(change.id(), now);
            boards.values().forEach(b -> b.setTruths(change.id(), now.below(classes)));
        }
    }

    private void block(ShardMessage.Block arrived) {
        followClasses();
        BlockColumns block = arrived.block();
        IdList roster = arrived.roster();
        BlockColumns rest = unexpired(block);
        if (rest == null || rest.rows() < block.rows()) {
            tooLate.increment();
        }
        if (rest == null) {
            return;
        }
        if (rest.rows() < block.rows()) {
            block = rest;
            roster = new IdList(rest.ids());
        }
        // of other classes, by an earlier spec: detected when it is read again
        PartitionState board = block.classes() == classes ? boards.get(block.phase()) : null;
        boolean news = board == null;
        if (board != null) {
            for (ColumnKey predicted : ColumnKey.of(block)) {
                // a column that no comparison reads yet may be read later
                news |= !board.has(predicted) || board.add(predicted, block, roster);
            }
        }
        if (!news) {
            return; // a repetition, or all of it superseded
        }
        predictions.increment(block.rows());
        passing.heard(block.model(), context.currentSystemTimeMs());
        releasing.heard(block, context.currentSystemTimeMs());
        if (block.phase() == Phase.PROGRESSIVE) {
            stream().keep(block, roster);
        }
        if (blocks.put(block, roster, arrived.origin())) {
            Pair pair = catalog.pairOf(block.model());
            if (pair != null && classes > 0) {
                open(pair, block);
            }
        }
    }

    /** The rows of a block that are not too late; null: none. */
    private @Nullable BlockColumns unexpired(BlockColumns block) {
        if (block.phase() == Phase.PROGRESSIVE) {
            return stream().unexpired(block);
        }
        return releasing.isTooLate(block) ? null : block;
    }

    private PartitionState stream() {
        return boards.computeIfAbsent(Phase.PROGRESSIVE, this::board);
    }

    private void followClasses() {
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

    private void punctuate(long nowMs) {
        followClasses();
        int version = catalog.version();
        if (version != catalogVersion && classes > 0) {
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
        if (!pace.isDue(nowMs)) {
            return;
        }
        boolean sent = send(Phase.HOLDOUT);
        if (nowMs - progressiveSentMs >= config.progressiveFlush().toMillis()) {
            progressiveSentMs = nowMs;
            sent |= send(Phase.PROGRESSIVE);
        }
        if (sent) {
            pace.sent(nowMs);
            context.commit(); // before that no comparison can read it
        }
    }

    /** Opens the comparisons of a pair whose student has predicted for the first time. */
    private void open(Pair pair, BlockColumns first) {
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
            if (!board.has(comparison) && releasing.allows(comparison)) {
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
                        config.lateness(),
                        stream ? blocks.passedMs() : Long.MIN_VALUE,
                        id -> {
                            TruthHistory known = truths.get(id);
                            return known == null ? TruthHistory.NONE : known.below(classes);
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
                        context.forward(deadLetter(kept, reason));
                    }
                });
        nonsense.forEach(blocks::remove);
    }

    private Record<byte[], ShardMessage> deadLetter(BlockStore.Kept kept, String reason) {
        String topic = config.topics().predictions(config.task());
        return reader.deadLetter(
                kept.block().ids().toList().get(0).getBytes(StandardCharsets.UTF_8),
                reader.codec().encode(topic, kept.block().toEvent()),
                context.currentSystemTimeMs(),
                StrayFormat.parse(kept.origin(), topic, context.taskId().partition()),
                reason);
    }

    /** Returns whether there was anything to send. */
    private boolean send(Phase phase) {
        PartitionState board = boards.get(phase);
        if (board == null) {
            return false;
        }
        Map<String, Map<Comparison, Tally>> rows = new LinkedHashMap<>();
        board.takeChanged(
                (comparison, tally) ->
                        counted.change(
                                comparison,
                                tally,
                                change ->
                                        rows.computeIfAbsent(
                                                        comparison.row()
                                                                + "|"
                                                                + change.table().classes(),
                                                        r -> new LinkedHashMap<>())
                                                .put(comparison, change)));
        rows.values().forEach(row -> forward(row.keySet().iterator().next().student(), row));
        return !rows.isEmpty();
    }

    private void forward(String student, Map<Comparison, Tally> changes) {
        context.forward(
                new Record<>(
                        student.getBytes(StandardCharsets.UTF_8),
                        new ShardMessage.Delta(
                                changes, context.taskId().partition(), blocks.passedMs()),
                        context.currentSystemTimeMs()));
    }

    private void pass(long nowMs) {
        PartitionState board = boards.get(Phase.PROGRESSIVE);
        if (board == null) {
            return;
        }
        long throughMs = passing.through(board, nowMs);
        if (throughMs > blocks.passedMs()) {
            send(Phase.PROGRESSIVE);
            Set<ByteBuffer> swept = blocks.sweptIds();
            board.pass(
                    throughMs,
                    counted::retire,
                    counted::forget,
                    id -> {
                        if (!swept.contains(ByteBuffer.wrap(id))) {
                            truths.delete(id);
                        }
                    });
            blocks.expire(throughMs, board::unexpired);
            for (Pair pair : catalog.pairs()) {
                if (blocks.progressive(pair.student())) {
                    forward(pair.student(), Map.of());
                }
            }
        }
    }

    private void release(long nowMs) {
        PartitionState board = boards.get(Phase.HOLDOUT);
        if (board != null && catalog.version() == catalogVersion) { // else rows are not begun yet
            send(Phase.HOLDOUT);
            releasing.release(board, unsettled, counted, nowMs);
        }
    }
}
