package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.IdLists;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.shard.ReleasedSweeps;
import dev.belay.aggregators.shard.Shard;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** One partition of a {@link Cluster}: a shard that is restarted, and its stores, which remain. */
final class ClusterPartition {
    private static final String PREDICTIONS = Topics.defaults().predictions(Specs.TASK);
    private final KeyValueStore<byte[], TruthHistory> truths;
    private final KeyValueStore<String, byte[]> blocks;
    private final KeyValueStore<String, Tally> counted;
    private final int number;
    private MockProcessorContext<byte[], ShardMessage> context;
    private Shard shard;
    private IdLists rosters = new IdLists();

    ClusterPartition(int number, Shard shard) {
        this.number = number;
        this.context = context(number);
        this.shard = shard;
        truths = store(Shard.TRUTH, Serdes.ByteArray(), Formats.TRUTHS, context);
        blocks = store(Shard.BLOCKS, Serdes.String(), Serdes.ByteArray(), context);
        counted = store(Shard.COUNTED, Serdes.String(), Formats.TALLY, context);
    }

    /** Replaces the shard by a new one with the same stores. */
    void restart(Shard next, long nowMs) {
        context = context(number);
        context.setCurrentSystemTimeMs(nowMs);
        shard = next;
        rosters = new IdLists();
        context.addStateStore(truths);
        context.addStateStore(blocks);
        context.addStateStore(counted);
        shard.init(context);
    }

    void process(ShardMessage message, long nowMs) {
        context.setCurrentSystemTimeMs(nowMs);
        shard.process(new Record<>(new byte[0], message, 0));
    }

    /**
     * Processes the rows of a block that belong to this partition.
     *
     * @param offset unique in the partition
     */
    void block(
            PredictionBlock block,
            Predicate<String> isOfThis,
            EventCodec codec,
            long offset,
            long nowMs) {
        PredictionBlock part = part(block, isOfThis);
        if (part.getIds().isEmpty()) {
            return;
        }
        BlockColumns columns =
                codec.columns(
                        PREDICTIONS, requireNonNull(codec.encode(PREDICTIONS, part)), rosters);
        IdList roster = block.getPhase() == Phase.HOLDOUT ? rosters.of(columns.ids()) : null;
        if (roster == null) {
            roster = new IdList(columns.ids());
            if (block.getPhase() == Phase.HOLDOUT) {
                rosters.add(roster);
            }
        }
        process(
                new ShardMessage.Block(columns, roster, "p" + String.format("%020d", offset)),
                nowMs);
    }

    /** The rows of a block whose ids are of this partition. */
    private static PredictionBlock part(PredictionBlock block, Predicate<String> isOfThis) {
        List<String> ids = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        List<Float> row = new ArrayList<>();
        List<Integer> abstained = new ArrayList<>();
        List<Integer> options = new ArrayList<>();
        BlockRows layout = BlockRows.of(block);
        for (int i = 0; i < block.getIds().size(); i++) {
            if (isOfThis.test(block.getIds().get(i))) {
                if (block.getAbstained().contains(i)) {
                    abstained.add(ids.size());
                }
                ids.add(block.getIds().get(i));
                times.add(block.getEventTimesMs().get(i));
                int from = layout.from(i);
                row.addAll(block.getProbabilities().subList(from, from + layout.size(i)));
                if (layout.isChoice()) {
                    options.add(layout.size(i));
                }
            }
        }
        return PredictionBlock.newBuilder(block)
                .setIds(ids)
                .setEventTimesMs(times)
                .setProbabilities(row)
                .setAbstained(abstained)
                .setOptionCounts(options)
                .build();
    }

    void punctuate(long nowMs) {
        context.setCurrentSystemTimeMs(nowMs);
        Cluster.punctuate(context, nowMs);
    }

    /** Removes and returns the deltas that the shard has sent, by student, written and read. */
    List<Record<byte[], ShardMessage.Delta>> takeDeltas() {
        List<Record<byte[], ShardMessage.Delta>> deltas = new ArrayList<>();
        for (var forward : context.forwarded()) {
            if (!(forward.record().value() instanceof ShardMessage.Delta delta)) {
                throw new AssertionError("not a delta: " + forward.record().value());
            }
            byte[] bytes = Formats.DELTA.serializer().serialize("deltas", delta);
            deltas.add(
                    new Record<>(
                            forward.record().key(),
                            Formats.DELTA.deserializer().deserialize("deltas", bytes),
                            0));
        }
        context.resetForwards();
        return deltas;
    }

    /** Keys of the store of blocks. */
    List<String> blockKeys() {
        return Cluster.keys(blocks);
    }

    /** Whether the shard has evicted the sweep of a checkpoint. */
    boolean hasReleased(String model, long checkpoint) {
        return new ReleasedSweeps(blocks).contains(Specs.id(model), checkpoint);
    }

    /** Bytes of keys and values in the stores. */
    Cluster.Bytes bytes() {
        var keys = new StringSerializer();
        var raw = new ByteArraySerializer();
        return new Cluster.Bytes(
                bytes(truths, raw, Formats.TRUTHS.serializer()),
                bytes(blocks, keys, raw),
                bytes(counted, keys, Formats.TALLY.serializer()));
    }

    private static <K, V> long bytes(
            KeyValueStore<K, V> store, Serializer<K> keys, Serializer<V> values) {
        long bytes = 0;
        try (var all = store.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                bytes += keys.serialize("", entry.key).length;
                bytes += values.serialize("", entry.value).length;
            }
        }
        return bytes;
    }

    private static MockProcessorContext<byte[], ShardMessage> context(int partition) {
        return new MockProcessorContext<>(
                new Properties(), new TaskId(0, partition), new File("."));
    }

    static <K, V> KeyValueStore<K, V> store(
            String name, Serde<K> keys, Serde<V> values, MockProcessorContext<?, ?> context) {
        KeyValueStore<K, V> store =
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), keys, values)
                        .withLoggingDisabled()
                        .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
        return store;
    }
}
