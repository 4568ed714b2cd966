package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.experiment.BelayProcess;
import dev.belay.labelers.spec.SpecLabelingService;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.events.LabelerState;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A labeler that learns counts each vote once, whatever becomes of its processes. */
@Timeout(240)
class DawidSkeneKillsIT extends LearnsFromVotes {
    @Test
    void killedProcessesGiveTheLabelsAndTheStateOfAnUndisturbedOne() throws Exception {
        // Given
        task.examples(0, 24_000);
        voters.label(0, 24_000);
        end();
        int all =
                voters.recount(SETTINGS).byPartition().values().stream().mapToInt(List::size).sum();
        // When two are killed while they label, one with the same name as its predecessor
        long before = 0;
        for (String name : List.of("one", "one", "two")) {
            try (BelayProcess process = process(name)) {
                if (name.equals("two")) {
                    awaitEnd();
                    continue;
                }
                long known = before;
                await().atMost(SOON)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> endOfLabels() > known);
                process.kill();
            }
            before = endOfLabels();
            int labelled = labels().values().stream().mapToInt(List::size).sum();
            System.out.printf("killed after %d of %d labels%n", labelled, all);
            assertTrue(labelled < all, () -> "it had finished before it was killed");
        }
        // Then
        assertRecount();
    }

    @Test
    void oneProcessHasAllPartitionsAndAnotherTakesOverWithoutTheAbandonedTransaction()
            throws Exception {
        // Given one that died with its transaction open
        task.examples(0, 400);
        voters.label(0, 400);
        Producer<byte[], byte[]> dead = task.clients.producer(GROUP + ".one");
        dead.initTransactions();
        dead.beginTransaction();
        var never =
                new LabelerState(
                        DS,
                        0L,
                        List.of(9L, 9L, 9L, 9L),
                        List.of(9L, 9L, 9L, 9L),
                        ByteBuffer.allocate(3));
        dead.send(task.clients.codec().record(topics.labelerStates(), null, DS, never, 7)).get();
        dead.close(Duration.ZERO);
        // When its successor is fenced now and then, and another process is there
        var one = new SpecLabelingService(task.instance("one"));
        var two = new SpecLabelingService(task.instance("two"));
        try (ServiceGroup first = ServiceGroup.start(List.of(one));
                Admin admin = task.clients.admin()) {
            await().atMost(SOON).until(() -> one.labelled() > 0);
            try (ServiceGroup second = ServiceGroup.start(List.of(two))) {
                for (int i = 400; i < 1600; i += 400) {
                    long labelled = one.labelled();
                    task.examples(i, i + 400);
                    voters.label(i, i + 400);
                    admin.fenceProducers(List.of(GROUP + ".one")).all().get();
                    await().atMost(SOON).until(() -> one.labelled() > labelled);
                }
                await().atMost(SOON).until(() -> members(admin) == 2);
                assertEquals(0, two.labelled());
                one.close();
                task.examples(1600, 2000);
                voters.label(1600, 2000);
                end();
                awaitEnd();
                assertTrue(two.labelled() > 0);
                assertNull(first.failure());
                assertNull(second.failure());
            }
        }
        // Then
        assertRecount();
        long labels = labels().values().stream().mapToInt(List::size).sum();
        assertEquals(labels, one.labelled() + two.labelled());
    }

    private BelayProcess process(String instance) throws Exception {
        return BelayProcess.start(
                data.resolve("process-" + System.nanoTime()),
                "labeler",
                "--group",
                "others",
                "--bootstrap-servers",
                platform.bootstrapServers(),
                "--registry",
                platform.registryUrl(),
                "--set",
                "health.port=-1",
                "--set",
                "instance=" + instance,
                "--set",
                "store=" + data.resolve("store"));
    }

    private long endOfLabels() {
        String labels = topics.labels(TaskOnBroker.TASK, DS);
        try (var consumer = task.clients.consumer(null, "ends")) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(labels).stream()
                            .map(p -> new TopicPartition(labels, p.partition()))
                            .toList();
            return consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private static int members(Admin admin) throws Exception {
        return Objects.requireNonNull(
                        admin.describeConsumerGroups(List.of(GROUP)).all().get().get(GROUP))
                .members()
                .size();
    }
}
