package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.config.FlushPolicy;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Counts one partition. Its stores hold truth and blocks as received; the heap holds what is
 * rebuilt from them, the {@link OpenComparisons}. Periodically it sends the change of each tally
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
    private final FlushPolicy pace = new FlushPolicy();
    private final Counter predictions;
    private final Counter tooLate;
    private ProcessorContext<byte[], ShardMessage> context;
    private KeyValueStore<byte[], TruthHistory> truths;
    private BlockStore blocks;
    private SentTallies counted;
    private OpenComparisons open;
    private StreamExpiry passing;
    private SweepRetention releasing;

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
        counted = new SentTallies(context.getStateStore(COUNTED));
        // anew: a task whose transaction failed is revived with the processors it had
        open =
                new OpenComparisons(
                        config.lateness(), catalog, truths, blocks, counted, this::refuse);
        passing = new StreamExpiry(config.lateness(), catalog, blocks);
        releasing = new SweepRetention(config.lateness(), catalog, blocks, passing);
        context.schedule(config.sweepFlush(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
        context.schedule(PASS_EVERY, PunctuationType.WALL_CLOCK_TIME, this::pass);
        context.schedule(PASS_EVERY, PunctuationType.WALL_CLOCK_TIME, this::release);
    }

    @Override
    public void process(Record<byte[], ShardMessage> record) {
        pace.register(record.timestamp());
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
        int options = open.options(change.id());
        int label = change.version().label();
        if (options > 0 && label >= options && change.value() != null) {
            refuse(change, "option " + label + " is not in [0, " + options + ")");
            return;
        }
        TruthHistory before = truths.get(change.id());
        TruthHistory now = (before == null ? TruthHistory.NONE : before).with(change.version());
        if (!now.equals(before)) {
            truths.put(change.id(), now);
            open.setTruths(change.id(), now);
        }
    }

    private void block(ShardMessage.Block arrived) {
        open.followClasses();
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
        PartitionState board = open.of(block);
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
        passing.received(block.model(), context.currentSystemTimeMs());
        releasing.received(block, context.currentSystemTimeMs());
        if (block.phase() == Phase.PROGRESSIVE) {
            open.stream().keep(block, roster);
        }
        if (blocks.put(block, roster, arrived.origin())) {
            open.open(block);
        }
    }

    /** The rows of a block that are not too late; null: none. */
    private @Nullable BlockColumns unexpired(BlockColumns block) {
        if (block.phase() == Phase.PROGRESSIVE) {
            return open.stream().unexpired(block);
        }
        return releasing.isTooLate(block) ? null : block;
    }

    private void punctuate(long nowMs) {
        open.follow();
        if (!pace.isDue(nowMs)) {
            return;
        }
        boolean sent = send(Phase.HOLDOUT);
        sent |= send(Phase.PROGRESSIVE);
        if (sent) {
            pace.sent(nowMs);
            context.commit(); // before that no comparison can read it
        }
    }

    /** Truth that predictions contradict. */
    private void refuse(ShardMessage.TruthChange change, String reason) {
        RecordMetadata at = context.recordMetadata().orElseThrow();
        context.forward(
                reader.deadLetter(
                        change.id(),
                        change.value(),
                        context.currentSystemTimeMs(),
                        new EventReader.Origin(at.topic(), at.partition(), at.offset()),
                        reason));
    }

    /** A block that was received before the spec that it contradicts. */
    private void refuse(BlockStore.Kept kept, String reason) {
        String topic = config.topics().predictions(config.task());
        context.forward(
                reader.deadLetter(
                        kept.block().ids().toList().get(0).getBytes(StandardCharsets.UTF_8),
                        reader.codec().encode(topic, kept.block().toEvent()),
                        context.currentSystemTimeMs(),
                        StrayFormat.parse(kept.origin(), topic, context.taskId().partition()),
                        reason));
    }

    /** Returns whether there was anything to send. */
    private boolean send(Phase phase) {
        PartitionState board = open.of(phase);
        if (board == null) {
            return false;
        }
        // slices first: once the merger has the last change of a row, it has all of its slices
        Map<String, Map<Comparison, Tally>> slices = new LinkedHashMap<>();
        Map<String, Map<Comparison, Tally>> rows = new LinkedHashMap<>();
        board.takeChanged(
                (comparison, tally) ->
                        counted.change(
                                comparison,
                                tally,
                                change ->
                                        (comparison.slice() == null ? rows : slices)
                                                .computeIfAbsent(
                                                        comparison.row()
                                                                + "|"
                                                                + change.table().classes(),
                                                        r -> new LinkedHashMap<>())
                                                .put(comparison, change)));
        for (Map<String, Map<Comparison, Tally>> some : List.of(slices, rows)) {
            some.values().forEach(row -> forward(row.keySet().iterator().next().student(), row));
        }
        return !rows.isEmpty() || !slices.isEmpty();
    }

    private void forward(String student, Map<Comparison, Tally> changes) {
        context.forward(
                new Record<>(
                        student.getBytes(StandardCharsets.UTF_8),
                        new ShardMessage.Delta(
                                changes, context.taskId().partition(), blocks.expiredMs()),
                        context.currentSystemTimeMs()));
    }

    private void pass(long nowMs) {
        PartitionState board = open.of(Phase.PROGRESSIVE);
        if (board == null) {
            return;
        }
        long throughMs = passing.through(board, nowMs);
        if (throughMs > blocks.expiredMs()) {
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
        PartitionState board = open.of(Phase.HOLDOUT);
        if (board != null && open.isCurrent()) {
            send(Phase.HOLDOUT);
            releasing.release(board, open.unsettled(), counted, nowMs);
        }
    }
}
