package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Labels that can't be read or make no sense, between good ones, and trainers that are killed. */
@ExtendWith(Shared.class)
@Timeout(300)
class BadLabelsIT {
    private static final String CROWD = "ext/crowd#0@1";
    private static final int GOOD = 330;

    @Test
    void eachBadLabelIsADeadLetterOncePerModelHoweverOftenTrainersAreKilled() throws Exception {
        try (World world = new World(Shared.get(), "letters")) {
            // Given: every fifth label is bad, the last of each partition too
            for (ModelSpec spec : world.models()) {
                world.stop(spec.getId());
            }
            Topics topics = world.clients().topics();
            String labels = topics.labels(Grid.TASK, CROWD);
            try (Admin admin = world.clients().admin()) {
                TopicPlan.forInstallation(world.clients().settings())
                        .withTask(topics, Grid.TASK, Grid.PARTITIONS, Set.of(ModelId.TRUTH, CROWD))
                        .apply(admin);
            }
            Set<String> bad = writeLabels(world, labels);
            List<ModelSpec> models = List.of(pupil("naive"), pupil("conf"));
            // When: killed after the files, in the transaction, before and after its commit
            world.add(models);
            for (Harm.Point point :
                    List.of(
                            Harm.Point.STORED,
                            Harm.Point.BEGUN,
                            Harm.Point.SENT,
                            Harm.Point.COMMITTED)) {
                Harm harm = new Harm(Harm.Signal.KILL, point, 7);
                try (TrainerProcess trainer = world.trainer("one", harm)) {
                    Awaitility.await("killed " + point)
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> !trainer.isAlive());
                }
            }
            try (TrainerProcess trainer = world.trainer("one", Harm.NONE)) {
                world.awaitOver(models, List.of(trainer));
            }
            // Then
            Map<String, Integer> expected = new TreeMap<>();
            bad.forEach(at -> expected.put(at, models.size()));
            assertEquals(expected, letters(world));
            History history = History.read(world);
            for (ModelSpec spec : models) {
                List<String> ids = new ArrayList<>();
                history.predictionsOf(spec).forEach(p -> ids.add(p.id()));
                assertEquals(GOOD, ids.size());
                assertEquals(GOOD, new TreeSet<>(ids).size());
                assertEquals(GOOD, last(history, spec).seen());
            }
        }
    }

    private static History.Point last(History history, ModelSpec spec) {
        List<History.Point> points = history.checkpointsOf(spec);
        return points.get(points.size() - 1);
    }

    /** A model that learns from the crowd until its labels end. */
    private static ModelSpec pupil(String like) {
        ModelSpec spec = Shared.get().grid().model(like);
        return ModelSpec.newBuilder(spec)
                .setId("ext/" + like + "#0@1")
                .setExperiment("ext")
                .setSupervisor(CROWD)
                .setCeiling(null)
                .setBudget(0L)
                .build();
    }

    /** Writes and ends them; returns where the bad ones are, as partition@offset. */
    private static Set<String> writeLabels(World world, String topic) throws Exception {
        Random random = new Random(5);
        var codec = world.clients().codec();
        List<Future<RecordMetadata>> bad = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = world.clients().producer("letters.crowd")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < GOOD; i++) {
                if (i % 4 == 0) {
                    bad.add(producer.send(bad(world, topic, i / 4, random)));
                }
                Label good = label("good-" + i, List.of(0.25f, 0.75f));
                Future<?> unused = producer.send(codec.record(topic, null, "good-" + i, good, 7));
            }
            for (int p = 0; p < Grid.PARTITIONS; p++) {
                byte[] garbage = {1, 2, 3};
                bad.add(producer.send(new ProducerRecord<>(topic, p, null, garbage)));
            }
            producer.commitTransaction();
            producer.beginTransaction();
            for (int p = 0; p < Grid.PARTITIONS; p++) {
                Progress end =
                        new Progress(
                                topic, p, CROWD, 1L, Map.of(), null, 0L, true, null, List.of());
                Future<?> unused =
                        producer.send(
                                codec.record(
                                        world.clients().topics().progress(Grid.TASK),
                                        null,
                                        ProgressTable.key(topic, p, CROWD),
                                        end,
                                        7));
            }
            producer.commitTransaction();
        }
        Set<String> at = new TreeSet<>();
        for (Future<RecordMetadata> sent : bad) {
            at.add(sent.get().partition() + "@" + sent.get().offset());
        }
        return at;
    }

    private static Label label(String id, List<Float> probabilities) {
        Example example = EventFactory.example(id, Split.STUDENT, "word" + id.hashCode() % 50, 7L);
        return EventFactory.label(example, CROWD, 0L, probabilities);
    }

    private static ProducerRecord<byte[], byte[]> bad(
            World world, String topic, int kind, Random random) {
        String id = "bad-" + kind;
        SpecificRecord event =
                switch (kind % 5) {
                    case 0 -> label(id, List.of(0.2f, 0.3f, 0.5f));
                    case 1 -> label(id, List.of(Float.NaN, 1f));
                    case 2 -> label(id, List.of(-0.5f, 1.5f));
                    default -> label(id, List.of(0.5f, 0.2f));
                };
        if (kind % 5 == 4) {
            byte[] garbage = new byte[random.nextInt(40)];
            random.nextBytes(garbage);
            return new ProducerRecord<>(
                    topic, null, 7L, id.getBytes(StandardCharsets.UTF_8), garbage);
        }
        return world.clients().codec().record(topic, null, id, event, 7);
    }

    /** How many dead letters there are of each record, as partition@offset. */
    private static Map<String, Integer> letters(World world) {
        Map<String, Integer> letters = new TreeMap<>();
        try (Consumer<byte[], byte[]> consumer = world.clients().consumer(null, "letters")) {
            TopicPartition only = new TopicPartition(world.clients().topics().deadLetters(), 0);
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            long end = consumer.endOffsets(List.of(only)).getOrDefault(only, 0L);
            while (consumer.position(only) < end) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(
                                letter ->
                                        letters.merge(
                                                header(letter, "belay.partition")
                                                        + "@"
                                                        + header(letter, "belay.offset"),
                                                1,
                                                Integer::sum));
            }
        }
        return letters;
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
