package dev.belay.labelers.evaluation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.FakeLog;
import dev.belay.labelers.FakePredictors;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.RecordReader;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Evaluations of one partition between mock clients, with a holdout of the examples b and a. */
final class EvaluationsBench {
    static final String CONF = "exp/conf#0@1";
    static final String CHECKPOINTS = "belay.checkpoints";
    private static final TopicPartition PARTITION = new TopicPartition(CHECKPOINTS, 0);
    static final String HOLDOUT = "belay.task.holdout";
    static final String PREDICTIONS = "belay.task.predictions";

    final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    final MockConsumer<byte[], byte[]> checkpoints = new MockConsumer<>("earliest");
    private final List<ConsumerRecord<byte[], byte[]>> written = new ArrayList<>();
    final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
    final List<MockProducer<byte[], byte[]>> prepared = new ArrayList<>();
    final Map<String, ModelSpec> specs = new HashMap<>();
    final Map<String, LabelerSpec> labelers = new HashMap<>();
    final Set<String> stopped = new HashSet<>();
    final Prerequisites patience = new Prerequisites("test");
    final FakePredictors predictors = new FakePredictors();

    /** What the task's predictions and truth hold for those that read them. */
    final FakeLog log = new FakeLog(clients.codec());

    /** Checkpoints whose sweeps are repeated with each new generation. */
    final List<Checkpoint> lasting = new ArrayList<>();

    /** What labelers that learn predict with, by id. */
    final Map<String, byte[]> states = new HashMap<>();

    boolean holdoutEnded = true;
    boolean truthEnded;
    boolean votesEnded;
    Executor computing = Runnable::run;
    private final MockConsumer<byte[], byte[]> examples = new MockConsumer<>("earliest");
    private final Map<MockConsumer<byte[], byte[]>, Long> offsets = new HashMap<>();
    private final RecordReader reader = new RecordReader(clients.codec(), 1);
    private final Evaluations evaluations;

    private EvaluationsBench(Function<EvaluationsBench, SweepRequests> requests, boolean choice) {
        checkpoints.updateBeginningOffsets(Map.of(PARTITION, 0L));
        examples.updateBeginningOffsets(Map.of(new TopicPartition(HOLDOUT, 0), 0L));
        DeadLetters deadLetters = new DeadLetters(clients, "test");
        Holdout holdout =
                new Holdout(
                        examples,
                        HOLDOUT,
                        choice ? 0 : 2,
                        reader,
                        deadLetters,
                        new Holdout.Ends(
                                (topic, p, position) -> holdoutEnded,
                                () -> {},
                                partition -> offsets.getOrDefault(examples, 0L)),
                        p -> 0);
        evaluations =
                new Evaluations(
                        new Inbox(checkpoints, CHECKPOINTS, 10),
                        new Outbox(this::nextProducer),
                        requests.apply(this),
                        spec -> holdout.poll() ? holdout : null,
                        task -> computing.execute(task),
                        clients.codec(),
                        deadLetters,
                        patience,
                        clients.meters().timer("belay.sweep"),
                        task -> PREDICTIONS);
        checkpoints.rebalance(List.of()); // calls the listener, for assigned partitions only
        checkpoints.rebalance(List.of(PARTITION));
        specs.put(CONF, Events.spec(CONF, "exp/bow#0@1", LabelPolicy.FIRST_READY, 2));
        if (!choice) {
            holdout("b");
            holdout("a");
        }
    }

    static EvaluationsBench ofCheckpoints() {
        return new EvaluationsBench(EvaluationsBench::checkpointSweeps, false);
    }

    static EvaluationsBench ofLabelers() {
        return new EvaluationsBench(EvaluationsBench::labelerSweeps, false);
    }

    /** Of a task of kind choice, whose holdout is empty. */
    static EvaluationsBench ofChoiceLabelers() {
        return new EvaluationsBench(EvaluationsBench::labelerSweeps, true);
    }

    private SweepRequests checkpointSweeps() {
        return new CheckpointSweeps(
                new Specs() {
                    @Override
                    public @Nullable ModelSpec of(String model) {
                        return specs.get(model);
                    }

                    @Override
                    public boolean isStopped(String model) {
                        return stopped.contains(model);
                    }
                },
                predictors,
                reader,
                model -> !lasting.isEmpty(),
                partitions -> lasting);
    }

    private SweepRequests labelerSweeps() {
        return new LabelerSweeps(
                stopped::contains,
                labelers::get,
                labeler -> true,
                partitions -> List.copyOf(labelers.values()),
                reader,
                (spec, ids, holdout) ->
                        new SourceSweeps(
                                topic -> log.consumer(),
                                clients.codec(),
                                clients.topics(),
                                spec,
                                ids,
                                holdout.sizes(),
                                holdout.version(),
                                (topic, p, position) -> truthEnded && position == log.end(topic)),
                (spec, least) -> states.get(spec.getId()),
                new HashMap<>(),
                (spec, holdout) ->
                        new HoldoutVotes(
                                log.consumer(),
                                clients.topics().votes(spec.getTask()),
                                spec.getClasses().size(),
                                reader,
                                new DeadLetters(clients, "test"),
                                (topic, p, position) -> votesEnded && position == log.end(topic),
                                holdout),
                new HashMap<>());
    }

    boolean step() {
        return evaluations.step(Duration.ZERO);
    }

    void stepUntilIdle() {
        while (step()) {}
    }

    /**
     * Steps until so many sweeps are committed: one that has failed is tried again after a second.
     */
    void stepUntilSwept(long sweeps) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (sweeps() < sweeps) {
            long before = checkpoints.position(PARTITION);
            boolean unused = step();
            long after = checkpoints.position(PARTITION);
            if (after < before) { // it went back, and a mock gives a record once
                written.stream().filter(r -> r.offset() >= after).forEach(checkpoints::addRecord);
            }
            assertTrue(
                    System.nanoTime() < deadline,
                    () -> sweeps() + " of " + sweeps + " sweeps " + patience.problems());
        }
    }

    long sweeps() {
        return evaluations.sweeps();
    }

    void checkpoint(String model, long number, State state) {
        checkpoint(Events.checkpoint(model, number, state));
    }

    void checkpoint(Checkpoint event) {
        event(event.getModel(), encoded(CHECKPOINTS, event));
    }

    /** Publishes a version of a labeler of kind rules, external, or with sources of another one. */
    void labeler(
            String id,
            String kind,
            Map<String, String> parameters,
            long version,
            String... sources) {
        labeler(
                LabelerSpec.newBuilder(
                                SpecEvents.spec(kind, List.of("no", "yes"), parameters, version))
                        .setId(id)
                        .setSources(List.of(sources)));
    }

    void labeler(LabelerSpec.Builder of) {
        LabelerSpec spec = of.build();
        labelers.put(spec.getId(), spec);
        event(spec.getId(), encoded(CHECKPOINTS, spec));
    }

    /** A record in the topic of which the events are worked through. */
    void event(String key, byte[] value) {
        add(checkpoints, CHECKPOINTS, key, value);
    }

    /** The broker gives the events once more, from the first. */
    void again() {
        offsets.put(checkpoints, 0L);
    }

    private void holdout(String id) {
        holdout(id, 0);
    }

    /** An example of a generation of the holdout. */
    void holdout(String id, int version) {
        Example example =
                EventFactory.exampleBuilder("text " + id)
                        .setId(id)
                        .setSplit(Split.HOLDOUT)
                        .setHoldoutVersion(version)
                        .build();
        holdoutRecord(id, encoded(HOLDOUT, example));
    }

    void holdoutRecord(String key, byte[] value) {
        add(examples, HOLDOUT, key, value);
    }

    private byte[] encoded(String topic, SpecificRecord event) {
        return Objects.requireNonNull(clients.codec().encode(topic, event));
    }

    private void add(MockConsumer<byte[], byte[]> to, String topic, String key, byte[] value) {
        long offset = offsets.merge(to, 1L, Long::sum) - 1;
        var record =
                new ConsumerRecord<>(topic, 0, offset, key.getBytes(StandardCharsets.UTF_8), value);
        to.addRecord(record);
        if (to.equals(checkpoints)) {
            written.add(record);
        }
    }

    List<PredictionBlock> blocks() {
        return records(PREDICTIONS).stream()
                .map(r -> clients.codec().decode(PREDICTIONS, r.value(), PredictionBlock.class))
                .toList();
    }

    List<String> deadLetterReasons() {
        return Events.reasons(records(clients.topics().deadLetters()));
    }

    List<ProducerRecord<byte[], byte[]>> records(String topic) {
        return Events.committed(producers, topic);
    }

    /** The greatest offset of the events that was committed. */
    long committedOffset() {
        return producers.stream()
                .flatMap(p -> p.consumerGroupOffsetsHistory().stream())
                .flatMap(groups -> groups.values().stream())
                .flatMap(byPartition -> byPartition.entrySet().stream())
                .filter(e -> e.getKey().topic().equals(CHECKPOINTS))
                .mapToLong(e -> e.getValue().offset())
                .max()
                .orElse(0);
    }

    private MockProducer<byte[], byte[]> nextProducer() {
        return prepared.isEmpty() ? newProducer() : prepared.remove(0);
    }

    MockProducer<byte[], byte[]> newProducer() {
        var producer =
                new MockProducer<>(
                        true, null, new ByteArraySerializer(), new ByteArraySerializer());
        producers.add(producer);
        return producer;
    }
}
