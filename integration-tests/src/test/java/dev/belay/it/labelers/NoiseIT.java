package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.spec.SpecLabelingService;
import dev.belay.labelers.truth.TruthLabelingService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.VersionStart;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A labeler that adds noise to truth, in several versions, and delayed. */
@Timeout(180)
class NoiseIT {
    private static final String NOISY = Models.id("noisy");
    private static final String GROUP = "belay.exp.noisy.0.1.labeler";
    private static final Duration SOON = Duration.ofSeconds(60);

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
                        List.of(ModelId.TRUTH, NOISY));
        topics = task.clients.topics();
        try (Admin admin = task.clients.admin()) {
            TopicPlan.forInstallation(task.clients.settings())
                    .withFlips(topics, TaskOnBroker.TASK, TaskOnBroker.PARTITIONS)
                    .apply(admin);
        }
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void labelsGivenAgainAreTheSameAndFlipsAreThoseThatDifferFromTruth() throws Exception {
        // Given labels of two versions
        declare(0, Map.of("rate", "0.2"));
        task.truth(0, 600);
        task.examples(0, 200);
        try (ServiceGroup services = services("one")) {
            await().atMost(SOON).until(() -> labels().size() == 100);
            declare(1, Map.of("rate", "0.8", "missing", "0.1"));
            // what is labelled before the version is read has the one before
            task.examples(200, 300);
            await().atMost(SOON).until(() -> labels().size() == 150);
            task.examples(300, 400);
            await().atMost(SOON).until(() -> labels().size() == 200);
            assertNull(services.failure());
        }
        Map<Integer, List<Label>> first = byPartition();
        assertEquals(Set.of(0L, 1L), versions(labels()));
        // When the offsets are set back, and a third version was published meanwhile
        setBack();
        declare(2, Map.of("rate", "0.5"));
        task.examples(400, 600);
        try (ServiceGroup services = services("two")) {
            await().atMost(SOON).until(() -> labels().size() == 200 + 300);
            assertNull(services.failure());
        }
        // Then
        List<VersionStart> starts =
                task.read(topics.labelerVersions(), VersionStart.class).stream()
                        .map(TaskOnBroker.Found::event)
                        .toList();
        assertEquals(3 * TaskOnBroker.PARTITIONS, starts.size());
        byPartition()
                .forEach(
                        (p, all) -> {
                            List<Label> before = first.getOrDefault(p, List.of());
                            int n = before.size();
                            assertEquals(before, all.subList(0, n));
                            assertEquals(before, all.subList(n, 2 * n));
                            assertEquals(Set.of(2L), versions(all.subList(2 * n, all.size())));
                        });
        // a flip each time that a label was changed
        List<String> expected = new ArrayList<>();
        for (Label label : labels()) {
            String id = label.getExample().getId();
            int truth = Integer.parseInt(id.substring(3)) % 2;
            int to =
                    label.getAbstained()
                            ? -1
                            : label.getProbabilities().get(0) > label.getProbabilities().get(1)
                                    ? 0
                                    : 1;
            if (to != truth) {
                expected.add(new Flip(id, NOISY, label.getCheckpoint(), truth, to, 7L).toString());
            }
        }
        List<String> flips = new ArrayList<>();
        for (var found : task.read(topics.flips(TaskOnBroker.TASK), Flip.class)) {
            assertEquals(TaskOnBroker.partitionOf(found.event().getId()), found.partition());
            flips.add(found.event().toString());
        }
        assertEquals(expected.stream().sorted().toList(), flips.stream().sorted().toList());
        assertTrue(flips.size() > 100, () -> "" + flips.size());
    }

    @Test
    void aDelayedLabelIsGivenOnceTheStreamHasPassedOrEnded() {
        // Given
        declare(0, Map.of("rate", "0.2", "delay", "1m"));
        task.truth(0, 300);
        task.examples(0, 100);
        try (ServiceGroup services = services("one")) {
            await().atMost(SOON)
                    .until(() -> task.read(labelsOf(ModelId.TRUTH), Label.class).size() == 100);
            // When, Then
            examples(100, 200, 60_006);
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            assertEquals(0, labels().size());
            examples(200, 300, 60_007);
            await().atMost(SOON).until(() -> labels().size() == 50);
            await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
            assertEquals(50, labels().size());
            task.end(topics.examples(TaskOnBroker.TASK));
            await().atMost(SOON).until(() -> labels().size() == 150);
            assertNull(services.failure());
        }
        for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
            assertEquals(
                    task.ids(p, e -> e.getSplit() == Split.STUDENT),
                    byPartition().getOrDefault(p, List.of()).stream()
                            .map(label -> label.getExample().getId())
                            .toList());
        }
    }

    private ServiceGroup services(String name) {
        Clients clients = task.instance(name);
        return ServiceGroup.start(
                List.of(new TruthLabelingService(clients), new SpecLabelingService(clients)));
    }

    private void declare(long version, Map<String, String> parameters) {
        LabelerSpec spec =
                LabelerSpec.newBuilder()
                        .setId(NOISY)
                        .setVersion(version)
                        .setTask(TaskOnBroker.TASK)
                        .setClasses(List.of("no", "yes"))
                        .setPartitions(TaskOnBroker.PARTITIONS)
                        .setMethod(new Method("noise", parameters))
                        .setSources(List.of(ModelId.TRUTH))
                        .setSpecHash("hash")
                        .setEventTimeMs(version)
                        .build();
        task.write("user", topics.labelers(), List.of(Map.entry(NOISY, spec)));
    }

    /** Examples of this time, committed. */
    private void examples(int from, int to, long timeMs) {
        String topic = topics.examples(TaskOnBroker.TASK);
        try (Producer<byte[], byte[]> producer =
                task.clients.producer(TaskOnBroker.TASK + ".producer")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = from; i < to; i++) {
                Split split = i % 2 == 0 ? Split.STUDENT : Split.SUPERVISOR;
                Example example = EventFactory.example("ex-" + i, split, "text " + i, timeMs);
                Future<?> unused =
                        producer.send(
                                task.clients
                                        .codec()
                                        .record(topic, null, example.getId(), example, timeMs));
            }
            producer.commitTransaction();
        }
    }

    private void setBack() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (String topic : List.of(topics.examples(TaskOnBroker.TASK), labelsOf(ModelId.TRUTH))) {
            for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
                offsets.put(new TopicPartition(topic, p), new OffsetAndMetadata(0));
            }
        }
        try (Admin admin = task.clients.admin()) {
            admin.alterConsumerGroupOffsets(GROUP, offsets).all().get();
        }
    }

    private List<Label> labels() {
        return task.read(labelsOf(NOISY), Label.class).stream()
                .map(TaskOnBroker.Found::event)
                .toList();
    }

    private Map<Integer, List<Label>> byPartition() {
        Map<Integer, List<Label>> all = new TreeMap<>();
        for (var found : task.read(labelsOf(NOISY), Label.class)) {
            all.computeIfAbsent(found.partition(), p -> new ArrayList<>()).add(found.event());
        }
        return all;
    }

    private static Set<Long> versions(List<Label> labels) {
        Set<Long> versions = new TreeSet<>();
        labels.forEach(label -> versions.add(label.getCheckpoint()));
        return versions;
    }

    private String labelsOf(String labeler) {
        return topics.labels(TaskOnBroker.TASK, labeler);
    }
}
