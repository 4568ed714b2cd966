package dev.belay.aggregators.topology;

import static org.apache.kafka.common.serialization.Serdes.ByteArray;
import static org.apache.kafka.common.serialization.Serdes.String;

import dev.belay.aggregators.alerts.ChangeAlerts;
import dev.belay.aggregators.catalog.CatalogEvents;
import dev.belay.aggregators.catalog.CatalogStore;
import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.merge.Merger;
import dev.belay.aggregators.placement.BlockPlacement;
import dev.belay.aggregators.placement.TruthPlacement;
import dev.belay.aggregators.shard.Shard;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.aggregators.state.StrayFormat;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventSerde;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.PairMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of all pairs of one task.
 *
 * <pre>
 * belay.models ───────► models ──────┐  (global stores; together the catalog:
 * belay.labelers ─────► labelers ────┤   the comparisons)
 * belay.checkpoints ──► checkpoints ─┘
 *
 * truth ───────► place-truth ──┐
 *                              ├─ placed ─┬──────────────────────────┬─► shard ─┬─ deltas ─► merger ─► belay.metrics
 * predictions ─► place-blocks ─┘          └─ strays ─► read-strays ──┘          │            [rows]  ─► belay.slices
 *                     │                                               [truth]   │
 *                     │                                               [blocks]  │            [detectors] ───► belay.alerts
 *                     │                                               [counted] │
 *                     └────────────── unreadable, nonsense ──────────────────── ┴─► belay.dead-letters
 * </pre>
 *
 * In: truth by example id; predictions by an example id, in blocks. All by Kafka's default
 * partitioner; records in another partition are forwarded to their own through the repartition
 * topic {@code strays}. A shard counts one partition and sends count deltas, keyed by student,
 * through the repartition topic {@code deltas} to the merger. Out: keyed by student, checkpoint,
 * phase and window, of examples with one tag by slice too. Stores in brackets. Names are those of
 * changelogs and repartition topics: renaming one is a migration.
 */
public final class AggregatorTopology {
    private AggregatorTopology() {}

    /** The topology, with a catalog of its own. */
    public static Topology build(AggregatorConfig config, EventCodec codec, MeterRegistry meters) {
        return build(config, codec, meters, new Catalog(config.task()));
    }

    /**
     * The topology.
     *
     * @param catalog an empty one, which the topology fills
     */
    public static Topology build(
            AggregatorConfig config, EventCodec codec, MeterRegistry meters, Catalog catalog) {
        Topics topics = config.topics();
        EventReader reader = new EventReader(codec, meters);
        // including none so far
        DeadLetters.counter(meters, EventReader.SERVICE, topics.truth(config.task()));
        DeadLetters.counter(meters, EventReader.SERVICE, topics.predictions(config.task()));
        CatalogEvents events = new CatalogEvents(reader, topics);
        int partitions = config.partitions();
        var builder = new StreamsBuilder(new TopologyConfig(explicitNames(config)));
        global(builder, CatalogStore.MODELS, topics.models(), catalog, events);
        global(builder, CatalogStore.CHECKPOINTS, topics.checkpoints(), catalog, events);

        KStream<byte[], ShardMessage> placed =
                builder.stream(topics.truth(config.task()), bytes("truth-source"))
                        .process(
                                () -> new TruthPlacement(partitions, reader, catalog),
                                Named.as("place-truth"))
                        .merge(
                                builder.stream(
                                                topics.predictions(config.task()),
                                                bytes("predictions-source"))
                                        .process(
                                                () ->
                                                        new BlockPlacement(
                                                                partitions, reader, catalog),
                                                Named.as("place-blocks")),
                                Named.as("placed"));
        KStream<byte[], ShardMessage> strays =
                only(placed, ShardMessage.Stray.class, "strays")
                        .mapValues(stray -> stray.bytes().get(), Named.as("strays-bytes"))
                        .repartition(
                                Repartitioned.with(ByteArray(), ByteArray())
                                        .withName("strays")
                                        .withNumberOfPartitions(partitions))
                        .process(
                                () ->
                                        new StrayFormat.Arrival(
                                                reader, topics.predictions(config.task())),
                                Named.as("read-strays"));
        KStream<byte[], ShardMessage> counted =
                placed.filter(
                                (key, flow) ->
                                        flow instanceof ShardMessage.TruthChange
                                                || flow instanceof ShardMessage.Block,
                                Named.as("at-home"))
                        .merge(strays, Named.as("all-at-home"))
                        .process(shard(config, catalog, reader), Named.as("shard"));
        KStream<String, SpecificRecord> merged =
                only(counted, ShardMessage.Delta.class, "only-deltas")
                        .repartition(
                                Repartitioned.with(ByteArray(), Formats.DELTA)
                                        .withName("deltas")
                                        .withNumberOfPartitions(partitions))
                        .process(merger(config, catalog, meters), Named.as("merger"));
        KStream<String, PairMetrics> rows = events(merged, PairMetrics.class, "rows");
        rows.filter((key, row) -> row.getSlice() == null, Named.as("whole"))
                .to(topics.metrics(), sink("metrics-sink", PairMetrics.class, codec));
        rows.filter((key, row) -> row.getSlice() != null, Named.as("slices"))
                .to(topics.slices(), sink("slices-sink", PairMetrics.class, codec));
        events(merged, Alert.class, "alerts")
                .to(topics.alerts(), sink("alerts-sink", Alert.class, codec));
        deadLetters(placed, "placed", topics);
        deadLetters(counted, "counted", topics);
        // last, because Streams numbers sub-topologies in the order in which they are added, and
        // the tasks of the last release must keep their numbers
        global(builder, CatalogStore.LABELERS, topics.labelers(), catalog, events);
        return builder.build();
    }

    /** The setting with which Streams refuses a store or topic without an explicit name. */
    private static StreamsConfig explicitNames(AggregatorConfig config) {
        return new StreamsConfig(
                Map.of(
                        StreamsConfig.APPLICATION_ID_CONFIG,
                        config.task(),
                        StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                        "none:1",
                        StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
                        true));
    }

    private static void global(
            StreamsBuilder builder,
            String store,
            String topic,
            Catalog catalog,
            CatalogEvents events) {
        builder.addGlobalStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(store), String(), ByteArray())
                        .withLoggingDisabled(),
                topic,
                Consumed.<String, byte[]>as(store + "-source")
                        .withKeySerde(String())
                        .withValueSerde(ByteArray()),
                () -> new CatalogStore(store, topic, catalog, events));
    }

    private static ProcessorSupplier<byte[], ShardMessage, byte[], ShardMessage> shard(
            AggregatorConfig config, Catalog catalog, EventReader reader) {
        return supplier(
                () -> new Shard(config, catalog, reader),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(Shard.TRUTH), ByteArray(), Formats.TRUTHS),
                store(Shard.BLOCKS, ByteArray()),
                store(Shard.COUNTED, Formats.TALLY));
    }

    private static ProcessorSupplier<byte[], ShardMessage.Delta, String, SpecificRecord> merger(
            AggregatorConfig config, Catalog catalog, MeterRegistry meters) {
        // a row changes several times between two commits, and is written once
        StoreBuilder<?> rows =
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(Merger.ROWS), String(), Formats.ROW)
                        .withCachingEnabled();
        // in memory, with a changelog: Streams wipes the folder of a task that lacks a store on
        // disk
        StoreBuilder<?> detectors =
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(ChangeAlerts.DETECTORS),
                                String(),
                                ByteArray())
                        .withCachingEnabled();
        return supplier(() -> new Merger(config, catalog, meters), rows, detectors);
    }

    /** A processor that brings its own stores. */
    private static <A, B, C, D> ProcessorSupplier<A, B, C, D> supplier(
            java.util.function.Supplier<Processor<A, B, C, D>> processor,
            StoreBuilder<?>... stores) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<A, B, C, D> get() {
                return processor.get();
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(stores);
            }
        };
    }

    private static <V> StoreBuilder<?> store(String name, Serde<V> serde) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), String(), serde);
    }

    private static Consumed<byte[], byte[]> bytes(String name) {
        return Consumed.<byte[], byte[]>as(name)
                .withKeySerde(ByteArray())
                .withValueSerde(ByteArray());
    }

    private static <T extends ShardMessage> KStream<byte[], T> only(
            KStream<byte[], ShardMessage> flow, Class<T> type, String name) {
        return flow.filter((key, value) -> type.isInstance(value), Named.as(name))
                .mapValues(type::cast, Named.as(name + "-cast"));
    }

    private static <T extends SpecificRecord> KStream<String, T> events(
            KStream<String, SpecificRecord> merged, Class<T> type, String name) {
        return merged.filter((key, value) -> type.isInstance(value), Named.as("only-" + name))
                .mapValues(type::cast, Named.as("only-" + name + "-cast"));
    }

    private static <T extends SpecificRecord> Produced<String, T> sink(
            String name, Class<T> type, EventCodec codec) {
        return Produced.<String, T>as(name)
                .withKeySerde(String())
                .withValueSerde(new EventSerde<>(codec, type));
    }

    private static byte @Nullable [] raw(ShardMessage.DeadLetter letter) {
        return letter.bytes() == null ? null : letter.bytes().get();
    }

    private static void deadLetters(
            KStream<byte[], ShardMessage> flow, String where, Topics topics) {
        only(flow, ShardMessage.DeadLetter.class, "dead-" + where)
                .mapValues(AggregatorTopology::raw, Named.as("dead-" + where + "-bytes"))
                .to(
                        topics.deadLetters(),
                        Produced.<byte[], byte[]>as("dead-" + where + "-sink")
                                .withKeySerde(ByteArray())
                                .withValueSerde(ByteArray()));
    }
}
