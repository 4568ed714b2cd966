package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.truth.TruthLabelingService;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Labelers whose examples are deleted from the log before they were labelled. */
@Timeout(180)
class ExpiredExamplesIT {
    private static final String GROUP = "belay." + TaskOnBroker.TASK + ".labeler.truth";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path data;
    private EmbeddedPlatform platform;
    private TaskOnBroker task;
    private TopicPartition partition;

    @BeforeEach
    void start() {
        platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {});
        task =
                new TaskOnBroker(
                        platform.bootstrapServers(),
                        new MockSchemaRegistryClient(),
                        data.resolve("store").toString(),
                        List.of(ModelId.TRUTH));
        partition = new TopicPartition(task.clients.topics().examples(TaskOnBroker.TASK), 1);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void aFirstStartOnATruncatedPartitionIsAnErrorThatNamesItsOffsets() throws Exception {
        // Given
        declare(100);
        task.examples(0, 100);
        task.truth(0, 100);
        truncate(7);
        // When
        TruthLabelingService labeler = new TruthLabelingService(task.instance("one"));
        try (ServiceGroup services = ServiceGroup.start(List.of(labeler))) {
            // Then
            String trouble = awaitTrouble(labeler, services);
            assertTrue(
                    trouble.startsWith(
                            "truth of " + TaskOnBroker.TASK + ": partition " + partition),
                    trouble);
            assertTrue(trouble.contains("offset 0 is wanted, the first available is 7"), trouble);
            assertTrue(labeler.ready(), "other tasks go on");
            assertEquals(
                    List.of(TaskOnBroker.TASK),
                    labeler.participants().stream()
                            .filter(p -> p.problem() != null)
                            .map(Participant::task)
                            .toList());
        }
        assertEquals(0, labelled(1));
    }

    @Test
    void anEndlessStreamMayBeginAtTheFirstOffsetThereIs() throws Exception {
        // Given
        declare(0);
        task.examples(0, 100);
        task.truth(0, 100);
        int all = task.ids(1, example -> true).size();
        truncate(7);
        // When
        TruthLabelingService labeler = new TruthLabelingService(task.instance("one"));
        try (ServiceGroup services = ServiceGroup.start(List.of(labeler))) {
            // Then
            await().atMost(SOON).until(() -> labelled(1) == all - 7);
            assertNull(services.failure());
            assertTrue(labeler.ready());
        }
    }

    @Test
    void aGroupWhoseOffsetsAreForgottenDoesNotCountRowsFromATruncatedBeginning() throws Exception {
        // Given: all labelled, then the group's offsets and the first examples are gone
        declare(0);
        task.examples(0, 100);
        task.truth(0, 200);
        try (ServiceGroup services =
                ServiceGroup.start(List.of(new TruthLabelingService(task.instance("one"))))) {
            await().atMost(SOON).until(() -> labels() == 100);
            assertNull(services.failure());
        }
        try (Admin admin = task.clients.admin()) {
            admin.deleteConsumerGroups(List.of(GROUP)).all().get();
        }
        task.examples(100, 200);
        int before = labelled(1);
        truncate(7);
        // When
        TruthLabelingService labeler = new TruthLabelingService(task.instance("one"));
        try (ServiceGroup services = ServiceGroup.start(List.of(labeler))) {
            // Then: counting its rows from offset 7 would skip seven that have no label
            String trouble = awaitTrouble(labeler, services);
            assertTrue(trouble.contains("offset 0 is wanted, the first available is 7"), trouble);
        }
        assertEquals(before, labelled(1));
    }

    private static String awaitTrouble(TruthLabelingService labeler, ServiceGroup services) {
        await().atMost(SOON).until(() -> !labeler.troubles().isEmpty());
        assertNull(services.failure());
        return labeler.troubles().get(0);
    }

    private void truncate(long before) throws Exception {
        try (Admin admin = task.clients.admin()) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get();
        }
    }

    private int labels() {
        String topic = task.clients.topics().labels(TaskOnBroker.TASK, ModelId.TRUTH);
        return task.read(topic, Label.class).size();
    }

    private int labelled(int of) {
        String topic = task.clients.topics().labels(TaskOnBroker.TASK, ModelId.TRUTH);
        return (int)
                task.read(topic, Label.class).stream().filter(f -> f.partition() == of).count();
    }

    private void declare(long budget) {
        ModelSpec spec =
                ModelSpec.newBuilder(Models.spec("bow", "hashing", ModelId.TRUTH, Split.SUPERVISOR))
                        .setBudget(budget)
                        .build();
        task.write("user", task.clients.topics().models(), List.of(Map.entry(spec.getId(), spec)));
    }
}
