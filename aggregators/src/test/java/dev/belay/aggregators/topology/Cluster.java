package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.alerts.ChangeAlerts;
import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.merge.Merger;
import dev.belay.aggregators.shard.Shard;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Shards of several partitions and one merger, as Kafka Streams would run them, over stores that
 * outlive them, with a clock set by the test.
 */
public final class Cluster {
    private Catalog catalog;
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final AggregatorConfig config;
    private final List<ClusterPartition> partitions = new ArrayList<>();
    private final KeyValueStore<String, MetricsRow> rows;
    private final Map<String, PairMetrics> metrics = new TreeMap<>();
    private final Map<String, PairMetrics> slices = new TreeMap<>();
    private final KeyValueStore<String, byte[]> detectors;
    private final List<Alert> alerts = new ArrayList<>();
    private MockProcessorContext<String, SpecificRecord> mergerContext =
            new MockProcessorContext<>();
    private Merger merger;
    private long nowMs = 1_000_000;
    private long offset;
    private int events;

    public Cluster(int shards, Lateness lateness) {
        this(shards, lateness, new Catalog(Specs.TASK));
    }

    public Cluster(int shards, Lateness lateness, Catalog catalog) {
        this.catalog = catalog;
        config = AggregatorConfig.of(Specs.TASK, 1, Topics.defaults(), lateness);
        for (int i = 0; i < shards; i++) {
            partitions.add(new ClusterPartition(i, shard()));
            restart(i);
        }
        rows = ClusterPartition.store(Merger.ROWS, Serdes.String(), Formats.ROW, mergerContext);
        detectors =
                ClusterPartition.store(
                        ChangeAlerts.DETECTORS, Serdes.String(), Serdes.ByteArray(), mergerContext);
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
        truth(Truth.newBuilder(EventFactory.truth(id, label, timeMs)).setGroup(group).build());
    }

    /** With a negative label: taken back. */
    void truth(Truth truth) {
        long timeMs = truth.getEventTimeMs();
        partitions
                .get(shardOf(truth.getId()))
                .process(
                        new ShardMessage.TruthChange(
                                truth.getId().getBytes(StandardCharsets.UTF_8),
                                TruthHistory.Version.of(
                                        timeMs, truth.getLabel() < 0 ? null : truth),
                                null),
                        nowMs);
    }

    /** Replaces a pattern in the {@link MetricsRow#emittedAs} of every row. */
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
                            row.expiredMs()));
        }
    }

    /** Each shard gets the rows that belong to it. */
    public void block(PredictionBlock block) {
        for (int i = 0; i < partitions.size(); i++) {
            int shard = i;
            partitions.get(i).block(block, id -> shardOf(id) == shard, codec, ++offset, nowMs);
        }
    }

    /** As {@link #restart()}, with a new catalog of specs and checkpoints. */
    void restart(Catalog readAnew) {
        catalog = readAnew;
        restart();
    }

    /** Replaces all processors by new ones with the same stores. */
    void restart() {
        for (int i = 0; i < partitions.size(); i++) {
            restart(i);
        }
        restartMerger();
    }

    /** Replaces one shard by a new one with the same stores. */
    void restart(int shard) {
        ClusterPartition at = partitions.get(shard);
        deliver(at);
        at.restart(shard(), nowMs);
    }

    /** Replaces the merger by a new one with the same store. */
    public void restartMerger() {
        collect();
        mergerContext = new MockProcessorContext<>();
        mergerContext.addStateStore(rows);
        mergerContext.addStateStore(detectors);
        merger = startMerger();
    }

    /** Advances the clock, then runs the punctuators. */
    void advance(Duration time) {
        nowMs += time.toMillis();
        metrics();
    }

    /** Runs the punctuators and returns the newest event of each metrics key. */
    public Map<String, PairMetrics> metrics() {
        for (int i = 0; i < 3; i++) { // an emitted row may queue others
            nowMs += config.progressiveFlush().toMillis();
            for (ClusterPartition at : partitions) {
                at.punctuate(nowMs);
                deliver(at);
            }
            mergerContext.setCurrentSystemTimeMs(nowMs);
            punctuate(mergerContext, nowMs);
            collect();
        }
        return metrics;
    }

    /** The newest event of each metrics key, as of the last {@link #metrics}. */
    Map<String, PairMetrics> newest() {
        return metrics;
    }

    /** All alerts so far. */
    List<Alert> alerts() {
        return alerts;
    }

    /** The newest event of each key in belay.slices, as of the last {@link #metrics}. */
    Map<String, PairMetrics> slices() {
        return slices;
    }

    /** Metrics events so far. */
    int events() {
        return events;
    }

    double counter(String name) {
        return meters.find(name).counters().stream().mapToDouble(c -> c.count()).sum();
    }

    /** Keys in a shard's store of blocks. */
    List<String> blockKeys(int shard) {
        return partitions.get(shard).blockKeys();
    }

    /** Keys of the merger's rows. */
    List<String> rowKeys() {
        return keys(rows);
    }

    /** Keys of the merger's detectors. */
    List<String> detectorKeys() {
        return keys(detectors);
    }

    static List<String> keys(KeyValueStore<String, ?> store) {
        List<String> keys = new ArrayList<>();
        try (var all = store.all()) {
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
        for (ClusterPartition at : partitions) {
            Bytes bytes = at.bytes();
            truths += bytes.truths();
            blocks += bytes.blocks();
            counted += bytes.counted();
        }
        return new Bytes(truths, blocks, counted);
    }

    /** Number of shards that have evicted the sweep of a checkpoint. */
    int releasedBy(String model, long checkpoint) {
        return (int) partitions.stream().filter(at -> at.hasReleased(model, checkpoint)).count();
    }

    int shards() {
        return partitions.size();
    }

    int shardOf(String id) {
        return Math.floorMod(id.hashCode(), partitions.size());
    }

    /** Sends a shard's deltas to the merger. */
    private void deliver(ClusterPartition at) {
        for (var delta : at.takeDeltas()) {
            mergerContext.setCurrentSystemTimeMs(nowMs);
            merger.process(delta);
        }
    }

    private void collect() {
        for (var forward : mergerContext.forwarded()) {
            if (forward.record().value() instanceof Alert alert) {
                alerts.add(alert);
            } else {
                PairMetrics row = (PairMetrics) forward.record().value();
                events += row.getSlice() == null ? 1 : 0;
                (row.getSlice() == null ? metrics : slices).put(forward.record().key(), row);
            }
        }
        mergerContext.resetForwards();
    }

    static void punctuate(MockProcessorContext<?, ?> context, long nowMs) {
        List.copyOf(context.scheduledPunctuators())
                .forEach(p -> p.getPunctuator().punctuate(nowMs));
    }

    private Shard shard() {
        return new Shard(config, catalog, new EventReader(codec, meters));
    }

    private Merger startMerger() {
        Merger started = new Merger(config, catalog, meters);
        Processor<byte[], ShardMessage.Delta, String, SpecificRecord> processor = started;
        processor.init(mergerContext);
        return started;
    }
}
