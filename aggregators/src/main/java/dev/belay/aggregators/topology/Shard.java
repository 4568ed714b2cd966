package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.counting.BlockCheck;
import dev.belay.aggregators.counting.Board;
import dev.belay.aggregators.counting.Predicted;
import dev.belay.aggregators.counting.Predicted.Reading;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.topology.Reader.Origin;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Counts one partition. Keeps truth and blocks as they came in its stores and, on the heap, a
 * {@link Board} for each phase that is made from them; sends on, from time to time, by how much
 * each tally has changed since it last did.
 *
 * <p>The heap is never ahead of the stores by anything but tallies: those last sent are in a store
 * of their own, so after a restart the boards are made again and the difference is sent. Blocks
 * that no comparison reads yet stay in the store only.
 */
final class Shard implements Processor<byte[], Flow, byte[], Flow> {
    static final String TRUTH = "truth";
    static final String BLOCKS = "blocks";
    static final String COUNTED = "counted";

    private final AggregatorConfig config;
    private final Catalog catalog;
    private final Reader reader;
    private final Map<Phase, Board> boards = new EnumMap<>(Phase.class);
    private ProcessorContext<byte[], Flow> context;
    private KeyValueStore<String, Formats.Truth> truths;
    private BlockStore blocks;
    private KeyValueStore<String, Tally> counted;
    private int catalogVersion;
    private long progressiveSentMs = Long.MIN_VALUE / 2;

    Shard(AggregatorConfig config, Catalog catalog, Reader reader) {
        this.config = config;
        this.catalog = catalog;
        this.reader = reader;
    }

    @Override
    public void init(ProcessorContext<byte[], Flow> processorContext) {
        context = processorContext;
        truths = context.getStateStore(TRUTH);
        blocks = new BlockStore(context.getStateStore(BLOCKS));
        counted = context.getStateStore(COUNTED);
        context.schedule(config.sweepFlush(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
    }

    @Override
    public void process(Record<byte[], Flow> record) {
        Flow flow = record.value();
        if (flow instanceof Flow.TruthChange change) {
            truth(change);
        } else if (flow instanceof Flow.Block block) {
            block(block);
        } else {
            throw new IllegalStateException("a shard counts truth and blocks, got " + flow);
        }
    }

    private void truth(Flow.TruthChange change) {
        Formats.Truth now = new Formats.Truth(change.label(), change.timeMs());
        Formats.Truth before = truths.get(change.id());
        if (before == null || now.newerThan(before)) {
            truths.put(change.id(), now);
            boards.values().forEach(b -> b.setTruth(change.id(), label(now)));
        }
    }

    private void block(Flow.Block arrived) {
        PredictionBlock block = arrived.block();
        Board board = boards.get(block.getPhase());
        boolean read = false;
        boolean news = false;
        if (board != null) {
            for (Predicted predicted : readings(block)) {
                if (board.has(predicted)) {
                    read = true;
                    news |= board.add(predicted, block);
                }
            }
        }
        if (read && !news) {
            return; // a repetition, or all of it superseded
        }
        if (blocks.put(block, arrived.origin(), arrived.bytes().get())) {
            Pair pair = catalog.pairOf(block.getModel());
            if (pair != null) {
                open(pair);
            }
        }
    }

    private void punctuate(long nowMs) {
        int version = catalog.version();
        if (version != catalogVersion) {
            Set<String> changed = catalog.changedSince(catalogVersion);
            catalogVersion = version;
            for (Pair pair : catalog.pairs()) {
                if (changed.stream().anyMatch(pair::has)) {
                    open(pair);
                }
            }
        }
        send(Phase.HOLDOUT);
        if (nowMs - progressiveSentMs >= config.progressiveFlush().toMillis()) {
            progressiveSentMs = nowMs;
            send(Phase.PROGRESSIVE);
        }
    }

    /** Begins whatever comparisons of a pair are known by now and not yet counted. */
    private void open(Pair pair) {
        for (long checkpoint : blocks.sweeps(pair.student())) {
            open(Phase.HOLDOUT, Comparisons.holdout(catalog, pair, checkpoint));
        }
        if (blocks.progressive(pair.student())) {
            open(Phase.PROGRESSIVE, Comparisons.progressive(pair));
        }
    }

    private void open(Phase phase, List<Comparison> comparisons) {
        Board board =
                boards.computeIfAbsent(phase, p -> new Board(catalog.classes(), this::labelOf));
        for (Comparison comparison : comparisons) {
            if (!board.has(comparison)) {
                Board.columnsOf(comparison).stream()
                        .filter(predicted -> !board.has(predicted))
                        .forEach(predicted -> load(board, predicted));
                board.open(comparison);
            }
        }
    }

    private void load(Board board, Predicted predicted) {
        board.open(predicted);
        String topic = config.topics().predictions(config.task());
        List<BlockStore.Kept> nonsense = new ArrayList<>();
        blocks.forEach(
                predicted,
                kept -> {
                    PredictionBlock block =
                            reader.decode(topic, kept.bytes().get(), PredictionBlock.class);
                    // it came before the spec that says how many classes there are
                    String reason = BlockCheck.reason(block, catalog.classes());
                    if (reason == null) {
                        board.add(predicted, block);
                    } else {
                        nonsense.add(kept);
                        Origin origin =
                                new Origin(topic, context.taskId().partition(), kept.offset());
                        context.forward(
                                reader.deadLetter(
                                        block.getIds().get(0).getBytes(StandardCharsets.UTF_8),
                                        kept.bytes().get(),
                                        context.currentSystemTimeMs(),
                                        origin,
                                        reason));
                    }
                });
        nonsense.forEach(blocks::remove);
    }

    private void send(Phase phase) {
        Board board = boards.get(phase);
        if (board == null) {
            return;
        }
        board.takeChanged()
                .forEach(
                        (comparison, tally) -> {
                            Tally sent = counted.get(comparison.key());
                            if (sent == null) {
                                sent = Tally.EMPTY;
                            }
                            if (!tally.equals(sent)) {
                                counted.put(comparison.key(), tally);
                                forward(comparison, tally.since(sent));
                            }
                        });
    }

    private void forward(Comparison comparison, Tally change) {
        context.forward(
                new Record<>(
                        comparison.row().getBytes(StandardCharsets.UTF_8),
                        new Flow.Delta(comparison, change),
                        context.currentSystemTimeMs()));
    }

    private static List<Predicted> readings(PredictionBlock block) {
        return block.getPhase() == Phase.HOLDOUT
                ? List.of(new Predicted(block.getModel(), Reading.SWEEP, block.getCheckpoint()))
                : List.of(
                        new Predicted(block.getModel(), Reading.LABELLED, Comparison.ANY),
                        new Predicted(block.getModel(), Reading.LEARNED, Comparison.ANY));
    }

    private int labelOf(String id) {
        return label(truths.get(id));
    }

    /** A class that came before the specs and is out of range is as good as none. */
    private int label(Formats.@Nullable Truth truth) {
        return truth == null || truth.label() >= catalog.classes() ? Board.UNKNOWN : truth.label();
    }
}
