package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.IdLists;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.merge.Merger;
import dev.belay.aggregators.shard.ReleasedSweeps;
import dev.belay.aggregators.shard.Shard;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * Shards and one merger, as Streams would run them on several partitions, over stores that outlive
 * them, by a clock of the test's own.
 */
public final class Cluster {
    private static final String PREDICTIONS = Topics.defaults().predictions(Specs.TASK);

    private Catalog catalog;
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final AggregatorConfig config;
    private final List<Partition> partitions = new ArrayList<>();
    private final KeyValueStore<String, MetricsRow> rows;
    private final Map<String, PairMetrics> metrics = new TreeMap<>();
    private MockProcessorContext<String, PairMetrics> mergerContext = new MockProcessorContext<>();
    private Merger merger;
    private long nowMs = 1_000_000;
    private long offset;
    private int events;

    /** What a partition's task has: stores that stay, a shard that comes and goes. */
    private static final class Partition {
        private final KeyValueStore<byte[], TruthHistory> truths;
        private final KeyValueStore<String, byte[]> blocks;
        private final KeyValueStore<String, dev.belay.aggregators.counting.Tally> counted;
        private MockProcessorContext<byte[], ShardMessage> context;
        private Shard shard;
        private IdLists rosters = new IdLists();

        Partition(MockProcessorContext<byte[], ShardMessage> context, Shard shard) {
            this.context = context;
            this.shard = shard;
            truths = store(Shard.TRUTH, Serdes.ByteArray(), Formats.TRUTHS, context);
            blocks = store(Shard.BLOCKS, Serdes.String(), Serdes.ByteArray(), context);
            counted = store(Shard.COUNTED, Serdes.String(), Formats.TALLY, context);
        }

        void start(MockProcessorContext<byte[], ShardMessage> next, Shard nextShard) {
            context = next;
            shard = nextShard;
            rosters = new IdLists();
            context.addStateStore(truths);
            context.addStateStore(blocks);
            context.addStateStore(counted);
            shard.init(context);
        }
    }

    public Cluster(int shards, Lateness lateness) {
        this(shards, lateness, new Catalog(Specs.TASK));
    }

    public Cluster(int shards, Lateness lateness, Catalog catalog) {
        this.catalog = catalog;
        config = AggregatorConfig.of(Specs.TASK, 1, Topics.defaults(), lateness);
        for (int i = 0; i < shards; i++) {
            partitions.add(new Partition(context(i), shard()));
            restart(i);
        }
        rows = store(Merger.ROWS, Serdes.String(), Formats.ROW, mergerContext);
        merger = startMerger();
    }

    public void spec(ModelSpec spec) {
        spec(spec, 0);
    }

    /**
     * @param timestampMs of the record
     */
    public void spec(ModelSpec spec, long timestampMs) {
        catalog.add(spec, timestampMs);
    }

    Catalog catalog() {
        return catalog;
    }

    public void checkpoint(Checkpoint checkpoint) {
        catalog.add(checkpoint);
    }

    public void truth(String id, int label, long timeMs) {
        truth(id, label, timeMs, null);
    }

    void truth(String id, int label, long timeMs, @Nullable String group) {
        Partition at = partitions.get(shardOf(id));
        process(
                at,
                new ShardMessage.TruthChange(
                        utf8(id),
                        new TruthHistory.Version(label, timeMs, ClusterSums.clusterOf(group)),
                        null));
    }

    /** Changes what every row says that it was emitted as. */
    void replaceEmittedAs(String pattern, String by) {
        for (String key : rowKeys()) {
            MetricsRow row = requireNonNull(rows.get(key));
            rows.put(
                    key,
                    new MetricsRow(
                            row.pending(),
                            row.emittedAs().replaceAll(pattern, by),
                            row.pgr(),
                            row.agreement(),
                            row.tested(),
                            row.tallies(),
                            row.passed()));
        }
    }

    /** Each shard is given the rows that belong to it. */
    public void block(PredictionBlock block) {
        for (int i = 0; i < partitions.size(); i++) {
            PredictionBlock part = part(block, i);
            if (!part.getIds().isEmpty()) {
                Partition at = partitions.get(i);
                BlockColumns columns =
                        codec.columns(
                                PREDICTIONS,
                                requireNonNull(codec.encode(PREDICTIONS, part)),
                                at.rosters);
                IdList roster =
                        block.getPhase() == Phase.HOLDOUT ? at.rosters.of(columns.ids()) : null;
                if (roster == null) {
                    roster = new IdList(columns.ids());
                    if (block.getPhase() == Phase.HOLDOUT) {
                        at.rosters.add(roster);
                    }
                }
                process(
                        at,
                        new ShardMessage.Block(
                                columns, roster, "p" + String.format("%020d", ++offset)));
            }
        }
    }

    /** As {@link #restart()}, and the topics of specs and checkpoints are read anew. */
    void restart(Catalog readAnew) {
        catalog = readAnew;
        restart();
    }

    /** The processors are gone and begin again with what is in their stores. */
    void restart() {
        for (int i = 0; i < partitions.size(); i++) {
            restart(i);
        }
        restartMerger();
    }

    /** One shard begins again. */
    void restart(int shard) {
        Partition at = partitions.get(shard);
        deliver(at);
        MockProcessorContext<byte[], ShardMessage> next = context(shard);
        next.setCurrentSystemTimeMs(nowMs);
        at.start(next, shard());
    }

    private static MockProcessorContext<byte[], ShardMessage> context(int partition) {
        return new MockProcessorContext<>(
                new Properties(), new TaskId(0, partition), new File("."));
    }

    /** The merger begins again. */
    public void restartMerger() {
        collect();
        mergerContext = new MockProcessorContext<>();
        mergerContext.addStateStore(rows);
        merger = startMerger();
    }

    /** Lets time pass, and the punctuators run at its end. */
    void advance(Duration time) {
        nowMs += time.toMillis();
        metrics();
    }

    /** Lets the punctuators run and gives the newest event of each metrics key. */
    public Map<String, PairMetrics> metrics() {
        for (int i = 0; i < 3; i++) { // what is told may set others waiting
            nowMs += config.progressiveFlush().toMillis();
            for (Partition at : partitions) {
                at.context.setCurrentSystemTimeMs(nowMs);
                punctuate(at.context);
                deliver(at);
            }
            mergerContext.setCurrentSystemTimeMs(nowMs);
            punctuate(mergerContext);
            collect();
        }
        return metrics;
    }

    /** The newest event of each metrics key, as of the last {@link #metrics}. */
    Map<String, PairMetrics> newest() {
        return metrics;
    }

    /** Metrics events so far. */
    int events() {
        return events;
    }

    double counter(String name) {
        return meters.find(name).counters().stream().mapToDouble(c -> c.count()).sum();
    }

    /** Keys of all stores of the blocks, by shard. */
    List<String> blockKeys(int shard) {
        List<String> keys = new ArrayList<>();
        try (var all = partitions.get(shard).blocks.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }

    /** Keys of the rows the merger has. */
    List<String> rowKeys() {
        List<String> keys = new ArrayList<>();
        try (var all = rows.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }

    /** Bytes of keys and values in the stores, over all shards. */
    record Bytes(long truths, long blocks, long counted) {}

    Bytes bytes() {
        long truths = 0;
        long blocks = 0;
        long counted = 0;
        var keys = new StringSerializer();
        var raw = new ByteArraySerializer();
        for (Partition at : partitions) {
            truths += bytes(at.truths, raw, Formats.TRUTHS.serializer());
            blocks += bytes(at.blocks, keys, raw);
            counted += bytes(at.counted, keys, Formats.TALLY.serializer());
        }
        return new Bytes(truths, blocks, counted);
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

    /** How many shards have let a checkpoint's sweep go. */
    int releasedBy(String model, long checkpoint) {
        return (int)
                partitions.stream()
                        .filter(
                                at ->
                                        new ReleasedSweeps(at.blocks)
                                                .contains(Specs.id(model), checkpoint))
                        .count();
    }

    int shards() {
        return partitions.size();
    }

    int shardOf(String id) {
        return Math.floorMod(id.hashCode(), partitions.size());
    }

    private PredictionBlock part(PredictionBlock block, int shard) {
        List<String> ids = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        List<Float> row = new ArrayList<>();
        List<Integer> abstained = new ArrayList<>();
        List<Integer> options = new ArrayList<>();
        BlockRows layout = BlockRows.of(block);
        for (int i = 0; i < block.getIds().size(); i++) {
            if (shardOf(block.getIds().get(i)) == shard) {
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

    private void process(Partition at, ShardMessage flow) {
        at.context.setCurrentSystemTimeMs(nowMs);
        at.shard.process(new Record<>(new byte[0], flow, 0));
    }

    /** What a shard has sent goes to the merger, as bytes on its way. */
    private void deliver(Partition at) {
        for (var forward : List.copyOf(at.context.forwarded())) {
            if (forward.record().value() instanceof ShardMessage.Delta delta) {
                byte[] bytes = Formats.DELTA.serializer().serialize("deltas", delta);
                ShardMessage.Delta read = Formats.DELTA.deserializer().deserialize("deltas", bytes);
                mergerContext.setCurrentSystemTimeMs(nowMs);
                merger.process(new Record<>(forward.record().key(), read, 0));
            } else {
                throw new AssertionError("sent on: " + forward.record().value());
            }
        }
        at.context.resetForwards();
    }

    private void collect() {
        for (var forward : mergerContext.forwarded()) {
            events++;
            metrics.put(forward.record().key(), forward.record().value());
        }
        mergerContext.resetForwards();
    }

    private void punctuate(MockProcessorContext<?, ?> context) {
        List.copyOf(context.scheduledPunctuators())
                .forEach(p -> p.getPunctuator().punctuate(nowMs));
    }

    private Shard shard() {
        return new Shard(config, catalog, new EventReader(codec, meters));
    }

    private Merger startMerger() {
        Merger started = new Merger(config, catalog, meters);
        Processor<byte[], ShardMessage.Delta, String, PairMetrics> processor = started;
        processor.init(mergerContext);
        return started;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <K, V> KeyValueStore<K, V> store(
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
