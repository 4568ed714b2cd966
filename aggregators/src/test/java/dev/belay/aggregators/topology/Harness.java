package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.state.BoundedRocksDb;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology of task t under the test driver, which has one partition. */
public final class Harness implements AutoCloseable {
    private static final Topics TOPICS = Topics.defaults();
    private static final Lateness LATENESS =
            new Lateness(
                    List.of(
                            new Window.Kind(Duration.ofMillis(2), Duration.ofMillis(2)),
                            new Window.Kind(Duration.ofMillis(4), Duration.ofMillis(2))),
                    Duration.ofMillis(10),
                    Duration.ofDays(7));
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TopologyTestDriver driver;
    private final Map<String, PairMetrics> metrics = new HashMap<>();
    private final Map<String, PairMetrics> slices = new HashMap<>();
    private int events;
    private long specs;

    /**
     * @param partitions that the task claims to have; ids of all but the first are strays
     */
    public Harness(Path state, int partitions) {
        this(state, partitions, LATENESS);
    }

    public Harness(Path state, int partitions, Lateness lateness) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "belay.t.aggregator");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        driver =
                new TopologyTestDriver(
                        AggregatorTopology.build(
                                AggregatorConfig.of(Specs.TASK, partitions, TOPICS, lateness),
                                codec,
                                meters),
                        properties,
                        START);
    }

    public void spec(ModelSpec spec) {
        // the earliest owns the classes
        topic(TOPICS.models())
                .pipeInput(
                        new TestRecord<>(
                                bytes(spec.getId()),
                                codec.encode(TOPICS.models(), spec),
                                START.plusMillis(++specs)));
    }

    void labeler(LabelerSpec spec) {
        send(TOPICS.labelers(), spec.getId(), spec);
    }

    public void stop(String model) {
        raw(TOPICS.models(), Specs.id(model), null);
    }

    public void checkpoint(Checkpoint checkpoint) {
        send(TOPICS.checkpoints(), checkpoint.getModel(), checkpoint);
    }

    public void truth(String id, int label, long timeMs) {
        send(TOPICS.truth(Specs.TASK), id, EventFactory.truth(id, label, timeMs));
    }

    void truth(String id, int label, long timeMs, @Nullable String group) {
        send(
                TOPICS.truth(Specs.TASK),
                id,
                Truth.newBuilder(EventFactory.truth(id, label, timeMs)).setGroup(group).build());
    }

    void truth(Truth truth) {
        send(TOPICS.truth(Specs.TASK), truth.getId(), truth);
    }

    void truthTakenBack(String id, long timeMs) {
        topic(TOPICS.truth(Specs.TASK))
                .pipeInput(new TestRecord<>(bytes(id), null, Instant.ofEpochMilli(timeMs)));
    }

    public void block(PredictionBlock block) {
        send(TOPICS.predictions(Specs.TASK), block.getIds().get(0), block);
    }

    void raw(String topic, String key, byte @Nullable [] value) {
        topic(topic).pipeInput(new TestRecord<>(bytes(key), value));
    }

    /** Lets the punctuators run and gives the newest event of each metrics key. */
    public Map<String, PairMetrics> metrics() {
        // shards send, the merger tells; progressive rows take a second each
        for (int i = 0; i < 12; i++) {
            driver.advanceWallClockTime(Duration.ofMillis(200));
        }
        var out =
                driver.createOutputTopic(
                        TOPICS.metrics(), new StringDeserializer(), new ByteArrayDeserializer());
        out.readRecordsToList()
                .forEach(
                        record -> {
                            events++;
                            metrics.put(
                                    record.key(),
                                    codec.decode(
                                            TOPICS.metrics(), record.value(), PairMetrics.class));
                        });
        driver.createOutputTopic(
                        TOPICS.slices(), new StringDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()
                .forEach(
                        record ->
                                slices.put(
                                        record.key(),
                                        codec.decode(
                                                TOPICS.slices(),
                                                record.value(),
                                                PairMetrics.class)));
        return metrics;
    }

    /** The newest event of each key in belay.slices, as of the last {@link #metrics}. */
    Map<String, PairMetrics> slices() {
        return slices;
    }

    public PairMetrics metrics(String student, long checkpoint, Phase phase) {
        String key = Specs.id(student) + "|" + checkpoint + "|" + phase + "|cumulative";
        return requireNonNull(metrics().get(key), () -> key + " among " + metrics.keySet());
    }

    /** Metrics events so far. */
    int events() {
        metrics();
        return events;
    }

    /** Reasons of the dead letters since this was last asked. */
    List<String> deadLetters() {
        return deadLetters("belay.reason");
    }

    /** A header of the dead letters since they were last asked for. */
    List<String> deadLetters(String header) {
        List<String> found = new ArrayList<>();
        driver.createOutputTopic(
                        TOPICS.deadLetters(),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())
                .readRecordsToList()
                .forEach(
                        r ->
                                found.add(
                                        new String(
                                                r.headers().lastHeader(header).value(),
                                                StandardCharsets.UTF_8)));
        return found;
    }

    public MeterRegistry meters() {
        return meters;
    }

    public double counter(String name) {
        return meters.find(name).counters().stream().mapToDouble(c -> c.count()).sum();
    }

    @Override
    public void close() {
        driver.close();
    }

    private void send(String topic, String key, SpecificRecord event) {
        raw(topic, key, codec.encode(topic, event));
    }

    private TestInputTopic<byte[], byte[]> topic(String name) {
        return driver.createInputTopic(name, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
