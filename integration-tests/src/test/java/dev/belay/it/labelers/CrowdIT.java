package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.spec.SpecLabelingService;
import dev.belay.models.store.DirectoryStore;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Vote;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Labelers of kind crowd: votes of a column and of a topic. */
@Timeout(180)
class CrowdIT {
    private static final String CROWD = Models.id("crowd");
    private static final String GROUP = "belay.exp.crowd.0.1.labeler";
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long MINUTE = 60_000;

    @TempDir Path data;
    private EmbeddedPlatform platform;
    private TaskOnBroker task;
    private Topics topics;

    @BeforeEach
    void start() {
        platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {});
        task =
                new TaskOnBroker(
                        platform.bootstrapServers(),
                        new MockSchemaRegistryClient(),
                        data.resolve("store").toString(),
                        List.of(CROWD));
        topics = task.clients.topics();
        try (Admin admin = task.clients.admin()) {
            TopicPlan.forInstallation(task.clients.settings())
                    .withVotes(topics, TaskOnBroker.TASK, TaskOnBroker.PARTITIONS)
                    .apply(admin);
        }
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void votesOfAColumnAreLabelsOfTheStreamAndTheHoldout() {
        // Given
        declare(Map.of("annotators", "[\"anna\",\"ben\"]"));
        List<Example> stream = new ArrayList<>();
        List<Example> holdout = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            Map<String, Integer> votes =
                    i % 3 == 0
                            ? Map.of("cleo", 1)
                            : i % 3 == 1
                                    ? Map.of("anna", 1, "ben", 0)
                                    : Map.of("anna", 1, "cleo", 0);
            stream.add(example("ex-" + i, Split.STUDENT, MINUTE, votes));
            holdout.add(example("held-" + i, Split.HOLDOUT, MINUTE, votes));
        }
        examples(topics.examples(TaskOnBroker.TASK), stream);
        examples(topics.holdout(TaskOnBroker.TASK), holdout);
        task.end(topics.examples(TaskOnBroker.TASK), topics.holdout(TaskOnBroker.TASK));
        // When
        try (ServiceGroup services = services("one")) {
            await().atMost(SOON).until(() -> labels().size() == 90);
            await().atMost(SOON).until(() -> swept().size() == 90);
            assertNull(services.failure());
        }
        // Then
        List<List<Float>> expected = List.of(List.of(), List.of(.5f, .5f), List.of(0f, 1f));
        for (Label label : labels()) {
            int i = Integer.parseInt(label.getExample().getId().substring(3));
            assertEquals(expected.get(i % 3), label.getProbabilities());
            assertEquals(i % 3 == 0, label.getAbstained());
        }
        swept().forEach(
                        (id, row) -> {
                            int i = Integer.parseInt(id.substring(5));
                            assertEquals(
                                    i % 3 == 0 ? List.of(0f, 0f) : expected.get(i % 3), row, id);
                        });
    }

    @Test
    void singleVotesLateRepeatedReplacedAndWithdrawnGiveTheSameLabelsAgain() throws Exception {
        // Given: three votes or ten minutes, whichever is first in the log
        declare(Map.of("from", "topic", "votes", "3", "wait", "10m"));
        List<Example> stream = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Split split = i % 5 == 4 ? Split.SUPERVISOR : Split.STUDENT;
            stream.add(example("ex-" + i, split, i * MINUTE, Map.of("never", 1)));
        }
        examples(topics.examples(TaskOnBroker.TASK), stream.subList(0, 200));
        Map<Integer, List<Label>> first;
        try (ServiceGroup services = services("one")) {
            // When: votes arrive in several transactions, one of which is never committed
            cast(0, 60);
            await().atMost(SOON).until(() -> labels().size() >= 20);
            Producer<byte[], byte[]> dead = task.clients.producer("dead-writer");
            dead.initTransactions();
            dead.beginTransaction();
            for (int i = 60; i < 80; i++) {
                send(dead, vote("ex-" + i, "dead", 0, i * MINUTE));
            }
            dead.flush();
            dead.close(Duration.ZERO);
            fence("dead-writer");
            cast(60, 200);
            await().atMost(SOON).until(() -> labels().size() >= 120);
            assertNull(services.failure());
        }
        // and the next labeler had died with a label in its transaction
        Producer<byte[], byte[]> labeler = task.clients.producer(GROUP + ".two");
        labeler.initTransactions();
        labeler.beginTransaction();
        Label never = EventFactory.label(stream.get(0), CROWD, 0, List.of(1f, 0f));
        String labels = topics.labels(TaskOnBroker.TASK, CROWD);
        labeler.send(task.clients.codec().record(labels, null, "ex-0", never, 0)).get();
        labeler.close(Duration.ZERO);
        // Then
        try (ServiceGroup services = services("two")) {
            examples(topics.examples(TaskOnBroker.TASK), stream.subList(200, 300));
            cast(200, 300);
            task.end(topics.examples(TaskOnBroker.TASK), topics.votes(TaskOnBroker.TASK));
            await().atMost(SOON).until(() -> labels().size() == 240);
            assertNull(services.failure());
        }
        first = byPartition();
        assertRecounted(first);
        // When
        setBack();
        try (ServiceGroup services = services("three")) {
            await().atMost(SOON).until(() -> labels().size() == 480);
            assertNull(services.failure());
        }
        // Then
        byPartition()
                .forEach(
                        (p, all) -> {
                            List<Label> before = first.getOrDefault(p, List.of());
                            assertEquals(before, all.subList(0, before.size()));
                            assertEquals(before, all.subList(before.size(), all.size()));
                        });
        Set<Vote> invalid =
                votes(topics.votes(TaskOnBroker.TASK)).stream()
                        .filter(vote -> vote.getAnnotator().equals("bad"))
                        .collect(Collectors.toSet());
        List<Vote> deadLetters = votes(topics.deadLetters());
        assertEquals(invalid, Set.copyOf(deadLetters));
        assertEquals(invalid.size(), deadLetters.size());
        assertTrue(invalid.size() > 30);
    }

    @Test
    void theHoldoutIsPredictedOnceItsVotesAreDecided() {
        // Given
        declare(Map.of("from", "topic", "votes", "2", "wait", "10m"));
        List<Example> holdout = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            holdout.add(example("held-" + i, Split.HOLDOUT, MINUTE, Map.of()));
        }
        examples(topics.holdout(TaskOnBroker.TASK), holdout);
        task.end(topics.holdout(TaskOnBroker.TASK));
        try (ServiceGroup services = services("one")) {
            // When: the last one has a single vote
            List<ProducerRecord<byte[], byte[]>> votes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                votes.add(vote("held-" + i, "anna", i % 2, 2 * MINUTE));
                if (i < 19) {
                    votes.add(vote("held-" + i, "ben", i % 2, 2 * MINUTE));
                }
            }
            commit(votes);
            await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> swept().isEmpty());
            // and stream time passes its horizon
            commit(List.of(vote("other-" + keyOf("held-19"), "anna", 0, 11 * MINUTE + 1)));
            // Then
            await().atMost(SOON).until(() -> services.failure() != null || swept().size() == 20);
            assertNull(services.failure());
        }
        swept().forEach(
                        (id, row) -> {
                            int vote = Integer.parseInt(id.substring(5)) % 2;
                            assertEquals(vote == 0 ? List.of(1f, 0f) : List.of(0f, 1f), row, id);
                        });
    }

    /** Of each example and partition, by the definition and over the whole log. */
    private void assertRecounted(Map<Integer, List<Label>> labels) {
        Map<String, Long> times = new HashMap<>();
        List<TaskOnBroker.Found<Example>> examples =
                task.read(topics.examples(TaskOnBroker.TASK), Example.class);
        var votes = task.read(topics.votes(TaskOnBroker.TASK), Vote.class);
        examples.forEach(f -> times.put(f.event().getId(), f.event().getEventTimeMs()));
        int abstained = 0;
        int full = 0;
        for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
            List<Label> given = labels.getOrDefault(p, List.of());
            assertEquals(
                    task.ids(p, e -> e.getSplit() == Split.STUDENT),
                    given.stream().map(l -> l.getExample().getId()).toList());
            for (Label label : given) {
                Map<String, Integer> validVotes =
                        validVotes(votes, p, label.getExample().getId(), times);
                float[] shares = new float[2];
                validVotes.values().forEach(vote -> shares[vote] += 1f / validVotes.size());
                assertEquals(validVotes.isEmpty(), label.getAbstained(), label::toString);
                for (int k = 0; k < label.getProbabilities().size(); k++) {
                    assertEquals(shares[k], label.getProbabilities().get(k), 1e-6);
                }
                abstained += validVotes.isEmpty() ? 1 : 0;
                full += validVotes.size() == 3 ? 1 : 0;
            }
        }
        int none = abstained;
        int three = full;
        assertTrue(none > 10 && three > 50, () -> none + " abstentions, " + three + " full");
    }

    private static Map<String, Integer> validVotes(
            List<TaskOnBroker.Found<Vote>> votes,
            int partition,
            String id,
            Map<String, Long> times) {
        long timeMs = times.getOrDefault(id, 0L);
        Map<String, Integer> validVotes = new TreeMap<>();
        long streamMs = Long.MIN_VALUE;
        for (var found : votes) {
            Vote vote = found.event();
            if (found.partition() != partition || vote.getAnnotator().equals("bad")) {
                continue;
            }
            streamMs = Math.max(streamMs, vote.getEventTimeMs());
            if (streamMs > timeMs + 10 * MINUTE) {
                return validVotes;
            }
            if (!vote.getExample().equals(id) || streamMs < timeMs - 10 * MINUTE) {
                continue;
            }
            if (vote.getLabel() == null) {
                validVotes.remove(vote.getAnnotator());
            } else {
                validVotes.put(vote.getAnnotator(), vote.getLabel());
                if (validVotes.size() == 3) {
                    return validVotes;
                }
            }
        }
        return validVotes;
    }

    /** Votes on some examples: 0 to 4 of them, repeated, replaced, taken back, late or invalid. */
    private void cast(int from, int to) {
        List<ProducerRecord<byte[], byte[]>> votes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String id = "ex-" + i;
            long now = i * MINUTE;
            for (int a = 0; a < i % 5; a++) {
                votes.add(vote(id, "a" + a, (i + a) % 2, now + 1_000L * a));
            }
            switch (i % 7) {
                case 0 -> votes.add(vote(id, "a0", (i + 1) % 2, now + 5_000)); // replaced
                case 1 -> votes.add(vote(id, "a0", i % 2, now)); // repeated
                case 2 -> votes.add(vote(id, "a0", null, now + 6_000)); // taken back
                case 3 -> votes.add(vote(id, "bad", 7, now));
                case 4 -> votes.add(vote("ex-" + Math.max(0, i - 30), "late", 1, now));
                default -> votes.add(vote("unknown-" + i, "a0", 1, now));
            }
        }
        commit(votes);
    }

    private ProducerRecord<byte[], byte[]> vote(
            String id, String annotator, @Nullable Integer label, long timeMs) {
        Vote vote = new Vote(id, annotator, label, timeMs);
        return task.clients.codec().record(topics.votes(TaskOnBroker.TASK), null, id, vote, timeMs);
    }

    private void commit(List<ProducerRecord<byte[], byte[]>> records) {
        try (Producer<byte[], byte[]> producer =
                task.clients.producer(TaskOnBroker.TASK + ".producer")) {
            producer.initTransactions();
            producer.beginTransaction();
            records.forEach(record -> send(producer, record));
            producer.commitTransaction();
        }
    }

    private static void send(
            Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        Future<?> unused = producer.send(record);
    }

    private void fence(String id) throws Exception {
        try (Admin admin = task.clients.admin()) {
            admin.fenceProducers(List.of(id)).all().get();
        }
    }

    /** A suffix with which an id is in the partition of another one. */
    private static String keyOf(String id) {
        int wanted = TaskOnBroker.partitionOf(id);
        int i = 0;
        while (TaskOnBroker.partitionOf("other-" + i) != wanted) {
            i++;
        }
        return "" + i;
    }

    private void examples(String topic, List<Example> examples) {
        commit(
                examples.stream()
                        .map(
                                e ->
                                        task.clients
                                                .codec()
                                                .record(
                                                        topic,
                                                        null,
                                                        e.getId(),
                                                        e,
                                                        e.getEventTimeMs()))
                        .toList());
    }

    private static Example example(
            String id, Split split, long timeMs, Map<String, Integer> votes) {
        return Example.newBuilder(EventFactory.example(id, split, "text " + id, timeMs))
                .setVotes(votes)
                .build();
    }

    private ServiceGroup services(String name) {
        Clients clients = task.instance(name);
        return ServiceGroup.start(
                List.of(
                        new SpecLabelingService(clients),
                        new Evaluator(
                                clients, new DirectoryStore(Path.of(clients.settings().store())))));
    }

    private void declare(Map<String, String> parameters) {
        LabelerSpec spec =
                LabelerSpec.newBuilder()
                        .setId(CROWD)
                        .setVersion(0)
                        .setTask(TaskOnBroker.TASK)
                        .setClasses(List.of("no", "yes"))
                        .setPartitions(TaskOnBroker.PARTITIONS)
                        .setMethod(new Method("crowd", parameters))
                        .setSpecHash("hash")
                        .setEventTimeMs(0)
                        .build();
        task.write("user", topics.labelers(), List.of(Map.entry(CROWD, spec)));
    }

    private void setBack() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
            offsets.put(
                    new TopicPartition(topics.examples(TaskOnBroker.TASK), p),
                    new OffsetAndMetadata(0));
        }
        try (Admin admin = task.clients.admin()) {
            admin.alterConsumerGroupOffsets(GROUP, offsets).all().get();
        }
    }

    private List<Vote> votes(String topic) {
        return task.read(topic, Vote.class).stream().map(TaskOnBroker.Found::event).toList();
    }

    private List<Label> labels() {
        return task.read(topics.labels(TaskOnBroker.TASK, CROWD), Label.class).stream()
                .map(TaskOnBroker.Found::event)
                .toList();
    }

    private Map<Integer, List<Label>> byPartition() {
        Map<Integer, List<Label>> all = new TreeMap<>();
        for (var found : task.read(topics.labels(TaskOnBroker.TASK, CROWD), Label.class)) {
            all.computeIfAbsent(found.partition(), p -> new ArrayList<>()).add(found.event());
        }
        return all;
    }

    /** Predictions of the holdout by example. */
    private Map<String, List<Float>> swept() {
        Map<String, List<Float>> rows = new TreeMap<>();
        for (var found : task.read(topics.predictions(TaskOnBroker.TASK), PredictionBlock.class)) {
            PredictionBlock block = found.event();
            if (block.getPhase() == Phase.HOLDOUT) {
                for (int i = 0; i < block.getIds().size(); i++) {
                    rows.put(
                            block.getIds().get(i),
                            block.getProbabilities().subList(2 * i, 2 * i + 2));
                }
            }
        }
        return rows;
    }
}
