package dev.belay.labelers.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
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
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvaluationsTest {
    private static final String CONF = "exp/conf#0@1";
    private static final String CHECKPOINTS = "belay.checkpoints";
    private static final String HOLDOUT = "belay.task.holdout";
    private static final String PREDICTIONS = "belay.task.predictions";

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final MockConsumer<byte[], byte[]> checkpoints = new MockConsumer<>("earliest");
    private final MockConsumer<byte[], byte[]> examples = new MockConsumer<>("earliest");
    private final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
    private final List<MockProducer<byte[], byte[]>> prepared = new ArrayList<>();
    private final Map<String, ModelSpec> specs = new HashMap<>();
    private final Set<String> stopped = new HashSet<>();
    private final Prerequisites patience = new Prerequisites("test");
    private final FakePredictors predictors = new FakePredictors();
    private final Map<MockConsumer<byte[], byte[]>, Long> offsets = new HashMap<>();
    private boolean holdoutEnded = true;
    private Executor computing = Runnable::run;
    private final RecordReader reader = new RecordReader(clients.codec(), 1);
    private Evaluations evaluations = evaluations();

    @BeforeEach
    void twoExamples() {
        specs.put(CONF, Events.spec(CONF, "exp/bow#0@1", LabelPolicy.FIRST_READY, 2));
        holdout("b");
        holdout("a");
    }

    @Test
    void everyDueCheckpointAndTheLastOneAreSwept() {
        // Given
        checkpoint(CONF, 1, State.LEARNING);
        checkpoint(CONF, 2, State.LEARNING);
        checkpoint(CONF, 3, State.FINISHED);
        // When
        stepUntilIdle();
        // Then
        assertEquals(List.of(2L, 3L), blocks().stream().map(b -> b.getCheckpoint()).toList());
        assertEquals(2, evaluations.sweeps());
        PredictionBlock block = blocks().get(0);
        assertEquals(List.of("b", "a"), block.getIds());
        assertEquals(Phase.HOLDOUT, block.getPhase());
        assertEquals(2, block.getSweepRows());
        assertEquals(List.of(1002L, 1002L), block.getEventTimesMs());
        assertEquals(FakePredictors.prediction("text a", 2)[0], block.getProbabilities().get(2));
        assertEquals(0, predictors.open());
        assertEquals(2, producers.get(0).commitCount());
        assertEquals(3, committedOffset());
    }

    @Test
    void theCheckpointThatFirstLabelsIsSweptThoughItsTurnIsNotDue() {
        // Given
        specs.put(
                CONF,
                ModelSpec.newBuilder(specs.get(CONF))
                        .setEvaluateEvery(100)
                        .setMicroEpoch(10)
                        .setReadyAt(15)
                        .build());
        checkpoint(CONF, 1, State.LEARNING); // 10 examples seen
        checkpoint(CONF, 2, State.READY);
        checkpoint(CONF, 3, State.READY);
        // When
        stepUntilIdle();
        // Then
        assertEquals(List.of(2L), blocks().stream().map(b -> b.getCheckpoint()).toList());
    }

    @Test
    void aSweepWaitsUntilTheHoldoutHasEnded() {
        // Given
        holdoutEnded = false;
        checkpoint(CONF, 2, State.LEARNING);
        // When
        stepUntilIdle();
        // Then
        assertEquals(List.of(), blocks());
        // When
        holdoutEnded = true;
        assertTrue(evaluations.step(Duration.ZERO)); // goes back
        offsets.put(checkpoints, 0L);
        checkpoint(CONF, 2, State.LEARNING);
        stepUntilIdle();
        // Then
        assertEquals(1, evaluations.sweeps());
    }

    @Test
    void aTaskWhoseModelWasStoppedIsBehindNoMore() {
        // Given
        holdoutEnded = false;
        checkpoint(CONF, 2, State.FINISHED);
        stepUntilIdle();
        assertEquals(0, committedOffset());
        // When
        specs.remove(CONF);
        stopped.add(CONF);
        assertTrue(evaluations.step(Duration.ZERO)); // goes back
        offsets.put(checkpoints, 0L);
        checkpoint(CONF, 2, State.FINISHED);
        stepUntilIdle();
        // Then
        assertEquals(List.of(), blocks());
        assertEquals(1, committedOffset());
    }

    @Test
    void whatCannotBeSweptGoesToTheDeadLettersAndTheRestGoesOn() {
        // Given
        predictors.refuse(2);
        checkpoint(CONF, 2, State.LEARNING);
        checkpoint("exp/unknown#0@1", 2, State.LEARNING);
        add(checkpoints, CHECKPOINTS, CONF, new byte[] {1, 2, 3});
        checkpoint(CONF, 4, State.FAILED);
        checkpoint(CONF, 6, State.FINISHED);
        // When
        stepUntilIdle();
        // Then
        assertEquals(List.of(6L), blocks().stream().map(b -> b.getCheckpoint()).toList());
        List<String> reasons = letterReasons();
        assertEquals(3, reasons.size());
        assertTrue(reasons.get(0).contains("is altered"), reasons.get(0));
        assertTrue(reasons.get(1).contains("no spec of its model exp/unknown#0@1"));
        assertEquals(5, committedOffset());
    }

    @Test
    void whenTheStoreCannotBeReadCheckpointsWaitAndNoneIsLost() {
        // Given
        predictors.store(false);
        checkpoint(CONF, 2, State.LEARNING);
        checkpoint(CONF, 4, State.FINISHED);
        // When
        stepUntilIdle();
        // Then
        assertEquals(0, evaluations.sweeps());
        assertEquals(List.of(), letterReasons());
        assertTrue(patience.problems().get(0).contains("the store is gone"));
        // When it is back
        predictors.store(true);
        stepUntilIdle();
        // Then
        assertEquals(2, evaluations.sweeps());
        assertEquals(List.of(), patience.problems());
    }

    @Test
    void checkpointsOfStoppedModelsArePassedOver() {
        // Given
        specs.remove(CONF);
        stopped.add(CONF);
        checkpoint(CONF, 2, State.FINISHED);
        // When
        stepUntilIdle();
        // Then
        assertEquals(List.of(), blocks());
        assertEquals(List.of(), letterReasons());
        assertEquals(1, committedOffset());
    }

    @Test
    void afterBeingFencedTheSweepIsWrittenOnce() {
        // Given
        checkpoint(CONF, 2, State.FINISHED);
        MockProducer<byte[], byte[]> fenced = newProducer();
        prepared.add(fenced);
        fenced.sendOffsetsToTransactionException = new ProducerFencedException("fenced");
        // When
        assertFalse(evaluations.step(Duration.ZERO));
        // Then
        assertEquals(List.of(), blocks());
        // When: the broker gives it again
        offsets.put(checkpoints, 0L);
        checkpoint(CONF, 2, State.FINISHED);
        stepUntilIdle();
        // Then
        assertEquals(1, blocks().size());
        assertEquals(1, evaluations.sweeps());
    }

    @Test
    void unreadableHoldoutRowsAreLeftOutAndReported() {
        // Given
        add(examples, HOLDOUT, "x", new byte[] {0, 0, 0, 0, 99, 1});
        checkpoint(CONF, 2, State.FINISHED);
        // When
        stepUntilIdle();
        // Then
        assertEquals(2, blocks().get(0).getSweepRows());
        assertEquals(1, letterReasons().size());
    }

    @Test
    void whileASweepIsComputedItPollsAndNoTransactionIsOpen() {
        // Given
        Deque<Runnable> tasks = new ArrayDeque<>();
        computing = tasks::add;
        checkpoint(CONF, 2, State.LEARNING);
        evaluations.step(Duration.ZERO);
        // When
        checkpoint(CONF, 4, State.FINISHED);
        evaluations.step(Duration.ZERO);
        evaluations.step(Duration.ZERO);
        // Then: it was polled, so the member keeps its partitions; one sweep at a time
        assertEquals(2, checkpoints.position(new TopicPartition(CHECKPOINTS, 0)));
        assertTrue(producers.isEmpty());
        assertEquals(1, tasks.size());
        // When
        tasks.remove().run();
        assertTrue(evaluations.step(Duration.ZERO));
        evaluations.step(Duration.ZERO);
        tasks.remove().run();
        stepUntilIdle();
        // Then
        assertEquals(List.of(2L, 4L), blocks().stream().map(b -> b.getCheckpoint()).toList());
        assertEquals(2, committedOffset());
    }

    @Test
    void aSweepWhosePartitionWasRevokedMeanwhileIsDroppedAndMadeOnce() {
        // Given
        Deque<Runnable> tasks = new ArrayDeque<>();
        computing = tasks::add;
        checkpoint(CONF, 2, State.FINISHED);
        evaluations.step(Duration.ZERO);
        // When: it is back before the sweep is computed
        TopicPartition partition = new TopicPartition(CHECKPOINTS, 0);
        checkpoints.rebalance(List.of());
        checkpoints.rebalance(List.of(partition));
        tasks.remove().run();
        // Then
        assertFalse(evaluations.step(Duration.ZERO));
        assertEquals(List.of(), blocks());
        // When: the broker gives it again
        offsets.put(checkpoints, 0L);
        checkpoint(CONF, 2, State.FINISHED);
        evaluations.step(Duration.ZERO);
        tasks.remove().run();
        stepUntilIdle();
        // Then
        assertEquals(1, blocks().size());
        assertEquals(1, evaluations.sweeps());
    }

    @Test
    void aHoldoutExampleThatCannotBeEncodedIsLeftOutAndReportedOnce() {
        // Given
        predictors.poison("text b");
        checkpoint(CONF, 2, State.LEARNING);
        checkpoint(CONF, 4, State.FINISHED);
        // When
        stepUntilIdle();
        // Then
        assertEquals(2, evaluations.sweeps());
        for (PredictionBlock block : blocks()) {
            assertEquals(List.of("a"), block.getIds());
            assertEquals(1, block.getSweepRows());
        }
        assertEquals(1, letterReasons().size());
        assertTrue(letterReasons().get(0).contains("cannot encode 'text b'"));
        var letter = records(clients.topics().deadLetters()).get(0);
        assertEquals("b", clients.codec().decode(HOLDOUT, letter.value(), Example.class).getId());
        assertEquals(
                CONF,
                new String(
                        letter.headers().lastHeader("belay.model").value(),
                        StandardCharsets.UTF_8));
    }

    @Test
    void anEncoderThatFailsOnEveryTextHoldsTheCheckpointBackAndBlamesNoExample() {
        // Given
        predictors.broken(true);
        checkpoint(CONF, 2, State.FINISHED);
        // When
        stepUntilIdle();
        // Then
        assertEquals(0, evaluations.sweeps());
        assertEquals(List.of(), letterReasons());
        assertTrue(patience.problems().get(0).contains("probe"), () -> patience.problems() + "");
        // When it works again
        predictors.broken(false);
        stepUntilIdle();
        // Then
        assertEquals(1, evaluations.sweeps());
        assertEquals(List.of(), patience.problems());
    }

    @Test
    void eachVersionOfALabelerIsSweptOnceWithItsAbstentions() {
        // Given
        evaluations = evaluations(new LabelerSweeps(stopped::contains, reader));
        labeler(SpecEvents.ID, "rules", "text a", 0);
        labeler("exp/ext#0@1", "external", "", 0);
        labeler("exp/gone#0@1", "rules", "text a", 0);
        stopped.add("exp/gone#0@1");
        labeler(SpecEvents.ID, "rules", "text b", 1);
        labeler("exp/bad#0@1", "rules", "text b", -1);
        // When
        stepUntilIdle();
        // Then
        List<PredictionBlock> blocks = blocks();
        assertEquals(2, blocks.size());
        assertEquals(SpecEvents.ID, blocks.get(0).getModel());
        assertEquals(Phase.HOLDOUT, blocks.get(0).getPhase());
        assertEquals(0, blocks.get(0).getCheckpoint());
        assertEquals(1, blocks.get(1).getCheckpoint());
        assertEquals(List.of("b", "a"), blocks.get(0).getIds());
        assertEquals(List.of(0), blocks.get(0).getAbstained());
        assertEquals(List.of(1), blocks.get(1).getAbstained());
        assertEquals(2, blocks.get(1).getSweepRows());
        assertEquals(List.of(1_001L, 1_001L), blocks.get(1).getEventTimesMs());
        assertEquals(List.of("version -1, expected 0 or more"), letterReasons());
    }

    @Test
    void aLabelerThatIsNotInstalledWaitsAndIsReported() {
        // Given
        evaluations = evaluations(new LabelerSweeps(stopped::contains, reader));
        labeler("exp/crowd#0@1", "crowd", "", 0);
        // When
        stepUntilIdle();
        // Then
        assertEquals(0, evaluations.sweeps());
        assertEquals(0, committedOffset());
        assertEquals(List.of(), letterReasons());
        assertTrue(
                patience.problems().get(0).startsWith("exp/crowd#0@1: no labeler of kind 'crowd'"),
                () -> patience.problems() + "");
    }

    private void labeler(String id, String kind, String keyword, long version) {
        Map<String, String> parameters =
                keyword.isEmpty()
                        ? Map.of()
                        : Map.of("keywords", "{\"yes\":[\"" + keyword + "\"]}");
        LabelerSpec spec =
                LabelerSpec.newBuilder(
                                SpecEvents.spec(kind, List.of("no", "yes"), parameters, version))
                        .setId(id)
                        .build();
        add(checkpoints, CHECKPOINTS, id, encoded(CHECKPOINTS, spec));
    }

    private Evaluations evaluations() {
        return evaluations(
                new CheckpointSweeps(
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
                        reader));
    }

    private Evaluations evaluations(SweepRequests requests) {
        TopicPartition partition = new TopicPartition(CHECKPOINTS, 0);
        checkpoints.updateBeginningOffsets(Map.of(partition, 0L));
        examples.updateBeginningOffsets(Map.of(new TopicPartition(HOLDOUT, 0), 0L));
        DeadLetters deadLetters = new DeadLetters(clients, "test");
        Holdout holdout =
                new Holdout(
                        examples,
                        HOLDOUT,
                        reader,
                        deadLetters,
                        (topic, p, position) -> holdoutEnded,
                        p -> 0);
        var made =
                new Evaluations(
                        new Inbox(checkpoints, CHECKPOINTS, 10),
                        new Outbox(this::nextProducer),
                        requests,
                        spec -> holdout.poll() ? holdout : null,
                        task -> computing.execute(task),
                        clients.codec(),
                        deadLetters,
                        patience,
                        clients.meters().timer("belay.sweep"),
                        task -> PREDICTIONS);
        checkpoints.rebalance(List.of()); // its listener is told of what it gets only
        checkpoints.rebalance(List.of(partition));
        return made;
    }

    private MockProducer<byte[], byte[]> nextProducer() {
        return prepared.isEmpty() ? newProducer() : prepared.remove(0);
    }

    private MockProducer<byte[], byte[]> newProducer() {
        var producer =
                new MockProducer<>(
                        true, null, new ByteArraySerializer(), new ByteArraySerializer());
        producers.add(producer);
        return producer;
    }

    private void stepUntilIdle() {
        while (evaluations.step(Duration.ZERO)) {}
    }

    private void checkpoint(String model, long number, State state) {
        Checkpoint event = Events.checkpoint(model, number, state);
        add(checkpoints, CHECKPOINTS, model, encoded(CHECKPOINTS, event));
    }

    private void holdout(String id) {
        Example example = EventFactory.example(id, Split.HOLDOUT, "text " + id, 7L);
        add(examples, HOLDOUT, id, encoded(HOLDOUT, example));
    }

    private byte[] encoded(String topic, SpecificRecord event) {
        return Objects.requireNonNull(clients.codec().encode(topic, event));
    }

    private void add(MockConsumer<byte[], byte[]> to, String topic, String key, byte[] value) {
        long offset = offsets.merge(to, 1L, Long::sum) - 1;
        to.addRecord(
                new ConsumerRecord<>(
                        topic, 0, offset, key.getBytes(StandardCharsets.UTF_8), value));
    }

    private List<PredictionBlock> blocks() {
        return records(PREDICTIONS).stream()
                .map(r -> clients.codec().decode(PREDICTIONS, r.value(), PredictionBlock.class))
                .toList();
    }

    private List<String> letterReasons() {
        return records(clients.topics().deadLetters()).stream()
                .map(
                        r ->
                                new String(
                                        r.headers().lastHeader("belay.reason").value(),
                                        StandardCharsets.UTF_8))
                .toList();
    }

    private List<ProducerRecord<byte[], byte[]>> records(String topic) {
        return producers.stream()
                .flatMap(p -> p.history().stream())
                .filter(r -> r.topic().equals(topic))
                .toList();
    }

    /** The greatest offset of the checkpoints that was committed. */
    private long committedOffset() {
        return producers.stream()
                .flatMap(p -> p.consumerGroupOffsetsHistory().stream())
                .flatMap(groups -> groups.values().stream())
                .flatMap(byPartition -> byPartition.entrySet().stream())
                .filter(e -> e.getKey().topic().equals(CHECKPOINTS))
                .mapToLong(e -> e.getValue().offset())
                .max()
                .orElse(0);
    }
}
