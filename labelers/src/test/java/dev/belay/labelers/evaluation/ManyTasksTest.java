package dev.belay.labelers.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.labelers.Events;
import dev.belay.labelers.FakePredictors;
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
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of several tasks in one partition, whose holdouts end when they will. */
class ManyTasksTest {
    private static final TopicPartition CHECKPOINTS = new TopicPartition("belay.checkpoints", 0);
    private static final List<String> TASKS = List.of("one", "two", "three");
    private static final int ACTIONS = 120;

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final RecordReader reader = new RecordReader(clients.codec(), 1);
    private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
    private final Map<TopicPartition, OffsetAndMetadata> group = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private final Map<String, Integer> written = new TreeMap<>();
    private final Map<String, Integer> sweeps = new TreeMap<>();
    private long end;
    private boolean fenced;

    /** Gives what the log has from its position on, also after being set back. */
    private final class LogConsumer extends MockConsumer<byte[], byte[]> {
        LogConsumer() {
            super("earliest");
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration wait) {
            if (!paused().contains(CHECKPOINTS)) {
                long from = position(CHECKPOINTS);
                log.stream().filter(r -> r.offset() >= from).limit(2).forEach(this::addRecord);
            }
            return super.poll(wait);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions) {
            return group;
        }
    }

    /** Keeps what is committed; loses a transaction when it is fenced. */
    private final class LogProducer extends MockProducer<byte[], byte[]> {
        LogProducer() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public void commitTransaction() {
            if (fenced) {
                fenced = false;
                throw new ProducerFencedException("fenced");
            }
            super.commitTransaction();
            consumerGroupOffsetsHistory().forEach(g -> g.values().forEach(group::putAll));
            for (var record : history()) {
                PredictionBlock block =
                        clients.codec()
                                .decode(record.topic(), record.value(), PredictionBlock.class);
                sweeps.merge(block.getModel() + " " + block.getCheckpoint(), 1, Integer::sum);
            }
            clear();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void eachIsSweptOnceAsSoonAsItsHoldoutIsComplete(long seed) {
        Random random = new Random(seed);
        Evaluations evaluations = newLife();
        for (int i = 0; i < ACTIONS; i++) {
            switch (random.nextInt(10)) {
                case 0 -> {
                    if (random.nextInt(8) == 0) ended.add(TASKS.get(random.nextInt(3)));
                }
                case 1 -> evaluations = newLife(); // the one before is gone without a word
                case 2 -> fenced = true;
                case 3 -> {
                    stepUntilIdle(evaluations);
                    // nobody waits for another task
                    assertEquals(of(ended), sweeps, "seed " + seed + ", action " + i);
                }
                case 4, 5, 6 -> evaluations.step(Duration.ZERO);
                default -> checkpoint(TASKS.get(random.nextInt(3)), random.nextBoolean());
            }
        }
        ended.addAll(TASKS);
        stepUntilIdle(evaluations);
        assertEquals(of(ended), sweeps, "seed " + seed);
        assertEquals(new OffsetAndMetadata(end), group.get(CHECKPOINTS));
    }

    /** The due checkpoints of tasks, each once. */
    private Map<String, Integer> of(Set<String> tasks) {
        Map<String, Integer> due = new TreeMap<>();
        written.forEach(
                (checkpoint, once) -> {
                    if (tasks.stream().anyMatch(task -> checkpoint.startsWith("exp/" + task)))
                        due.put(checkpoint, once);
                });
        return due;
    }

    private void stepUntilIdle(Evaluations evaluations) {
        int idle = 0;
        while (idle < 3) idle = evaluations.step(Duration.ZERO) ? 0 : idle + 1;
    }

    private void checkpoint(String task, boolean due) {
        long number = 2 * end + (due ? 0 : 1);
        String model = "exp/" + task + "#0@1";
        Checkpoint event = Events.checkpoint(model, number, State.LEARNING);
        log.add(
                new ConsumerRecord<>(
                        CHECKPOINTS.topic(),
                        0,
                        end++,
                        model.getBytes(StandardCharsets.UTF_8),
                        encoded(CHECKPOINTS.topic(), event)));
        if (due) written.put(model + " " + number, 1);
    }

    private Evaluations newLife() {
        LogConsumer consumer = new LogConsumer();
        consumer.updateBeginningOffsets(Map.of(CHECKPOINTS, 0L));
        Map<String, Holdout> holdouts = new HashMap<>();
        TASKS.forEach(task -> holdouts.put(task, holdout(task)));
        Specs specs =
                new Specs() {
                    @Override
                    public @Nullable ModelSpec of(String model) {
                        String task = model.substring("exp/".length(), model.indexOf('#'));
                        ModelSpec spec = Events.spec(model, "truth", LabelPolicy.FIRST_READY, 2);
                        return ModelSpec.newBuilder(spec).setTask(task).build();
                    }

                    @Override
                    public boolean isStopped(String model) {
                        return false;
                    }
                };
        var made =
                new Evaluations(
                        new Inbox(consumer, CHECKPOINTS.topic(), 3),
                        new Outbox(LogProducer::new),
                        new CheckpointSweeps(
                                specs,
                                new FakePredictors(),
                                reader,
                                m -> false,
                                partitions -> List.of()),
                        spec -> {
                            Holdout holdout = Objects.requireNonNull(holdouts.get(spec.getTask()));
                            return holdout.poll() ? holdout : null;
                        },
                        Runnable::run,
                        clients.codec(),
                        new DeadLetters(clients, "test"),
                        new Prerequisites("test"),
                        clients.meters().timer("belay.sweep"),
                        task -> "belay." + task + ".predictions");
        consumer.rebalance(List.of(CHECKPOINTS));
        OffsetAndMetadata committed = group.get(CHECKPOINTS);
        consumer.seek(CHECKPOINTS, committed == null ? 0 : committed.offset());
        return made;
    }

    private Holdout holdout(String task) {
        String topic = "belay." + task + ".holdout";
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        consumer.updateBeginningOffsets(Map.of(new TopicPartition(topic, 0), 0L));
        Holdout holdout =
                new Holdout(
                        consumer,
                        topic,
                        2,
                        reader,
                        new DeadLetters(clients, "test"),
                        new Holdout.Ends(
                                (t, p, position) -> ended.contains(task), () -> {}, partition -> 0),
                        p -> 0);
        Example example = EventFactory.example("held", Split.HOLDOUT, "text", 7L);
        consumer.addRecord(
                new ConsumerRecord<>(
                        topic,
                        0,
                        0,
                        "held".getBytes(StandardCharsets.UTF_8),
                        encoded(topic, example)));
        return holdout;
    }

    private byte[] encoded(String topic, SpecificRecord event) {
        return Objects.requireNonNull(clients.codec().encode(topic, event));
    }
}
