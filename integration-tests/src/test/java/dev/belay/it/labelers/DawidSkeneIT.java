package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.experiment.BelayProcess;
import dev.belay.labelers.dawidskene.DawidSkene;
import dev.belay.labelers.dawidskene.DawidSkeneSettings;
import dev.belay.labelers.dawidskene.ExampleVotes;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.records.StateTable;
import dev.belay.labelers.spec.SpecLabelingService;
import dev.belay.models.store.DirectoryStore;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A labeler that learns from the votes of three others, on four partitions. */
@Timeout(240)
class DawidSkeneIT {
    private static final String DS = Models.id("ds");
    private static final String GROUP = "belay.exp.ds.0.1.labeler";
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Map<String, String> PARAMETERS = Map.of("warm-up", "200");
    private static final DawidSkeneSettings SETTINGS =
            new DawidSkeneSettings(
                    2,
                    Voters.IDS,
                    DawidSkeneSettings.Model.FULL,
                    DawidSkeneSettings.Abstentions.IGNORED,
                    List.of(.5, .5),
                    1,
                    4,
                    1,
                    200);

    @TempDir Path data;
    private EmbeddedPlatform platform;
    private TaskOnBroker task;
    private Voters voters;
    private Topics topics;

    @BeforeEach
    void start() {
        platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {});
        var registry =
                new CachedSchemaRegistryClient(
                        new RestService(platform.registryUrl()),
                        100,
                        List.of(new AvroSchemaProvider()),
                        Map.of(),
                        Map.of());
        List<String> labelers = new ArrayList<>(Voters.IDS);
        labelers.add(DS);
        labelers.add(ModelId.TRUTH);
        task =
                new TaskOnBroker(
                        platform.bootstrapServers(),
                        registry,
                        data.resolve("store").toString(),
                        labelers);
        topics = task.clients.topics();
        voters = new Voters(task);
        var student = Models.spec("student", "hashing", DS, Split.STUDENT); // of a finite stream
        task.write("user", topics.models(), List.of(Map.entry(student.getId(), student)));
        declare();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void labelsAreThoseOfTheEstimatorInTurnsAndTheHoldoutIsPredictedWithTheFinalState() {
        // Given
        int rows = 40;
        task.examples(0, 3000);
        voters.label(0, 3000);
        task.holdout(rows);
        voters.holdout(rows);
        end();
        task.end(topics.holdout(TaskOnBroker.TASK));
        // When
        var labeler = new SpecLabelingService(task.instance("one"));
        var evaluator =
                new Evaluator(task.instance("one"), new DirectoryStore(data.resolve("store")));
        try (ServiceGroup services = ServiceGroup.start(List.of(labeler, evaluator))) {
            awaitEnd();
            await().atMost(SOON).until(() -> evaluator.sweeps() == 1);
            assertNull(services.failure());
        }
        // Then
        assertRecount();
        DawidSkene last = DawidSkene.fromBytes(SETTINGS, StateTable.bytes(state()));
        assertEquals(0, state().getVersion());
        Map<String, List<Float>> swept = new HashMap<>();
        for (var found : task.read(topics.predictions(TaskOnBroker.TASK), PredictionBlock.class)) {
            PredictionBlock block = found.event();
            if (block.getModel().equals(DS) && block.getSweepRows() > 0) {
                assertEquals(rows, block.getSweepRows());
                for (int i = 0; i < block.getIds().size(); i++) {
                    swept.put(
                            block.getIds().get(i),
                            List.copyOf(block.getProbabilities().subList(2 * i, 2 * i + 2)));
                }
            }
        }
        assertEquals(rows, swept.size());
        swept.forEach(
                (id, row) -> {
                    List<float[]> votes = new ArrayList<>(); // on the holdout all have a row
                    for (int s = 0; s < 3; s++) {
                        float[] vote = Voters.vote(id, s);
                        votes.add(vote == null ? new float[0] : vote);
                    }
                    boolean any = votes.stream().anyMatch(vote -> vote.length > 0);
                    var of = ExampleVotes.of(votes, 2);
                    assertEquals(any ? Voters.boxed(last.label(of)) : List.of(0f, 0f), row, id);
                });
    }

    @Test
    void killedProcessesGiveTheLabelsAndTheStateOfAnUndisturbedOne() throws Exception {
        // Given
        task.examples(0, 24_000);
        voters.label(0, 24_000);
        end();
        int all =
                voters.recount(SETTINGS).byPartition().values().stream().mapToInt(List::size).sum();
        // When two are killed at work, one with the same name as its predecessor
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

    @Test
    void setBackToTheBeginningItLabelsAgainAndSetBackElsewhereItSaysWhatItExpects()
            throws Exception {
        // Given
        task.examples(0, 600);
        voters.label(0, 600);
        end();
        try (ServiceGroup services =
                ServiceGroup.start(List.of(new SpecLabelingService(task.instance("one"))))) {
            awaitEnd();
            assertNull(services.failure());
        }
        assertRecount();
        Map<Integer, List<String>> first = labels();
        byte[] state = StateTable.bytes(state());
        // When, Then
        setBack(topics.examples(TaskOnBroker.TASK), 10);
        var refusing = new SpecLabelingService(task.instance("one"));
        try (ServiceGroup services = ServiceGroup.start(List.of(refusing))) {
            String expected =
                    DS + ": found the group's offsets [10, 10, 10, 10] in belay.task.examples,";
            await().atMost(SOON)
                    .until(
                            () ->
                                    refusing.troubles().stream()
                                            .anyMatch(trouble -> trouble.contains(expected)));
            assertNull(services.failure());
        }
        assertEquals(first, labels());
        // When, Then
        setBack(topics.examples(TaskOnBroker.TASK), 0);
        for (String id : Voters.IDS) {
            setBack(topics.labels(TaskOnBroker.TASK, id), 0);
        }
        Map<Integer, List<String>> twice = new TreeMap<>();
        first.forEach(
                (p, all) -> {
                    twice.put(p, new ArrayList<>(all));
                    Objects.requireNonNull(twice.get(p)).addAll(all);
                });
        try (ServiceGroup services =
                ServiceGroup.start(List.of(new SpecLabelingService(task.instance("two"))))) {
            await().atMost(SOON).until(() -> labels().equals(twice));
            assertNull(services.failure());
        }
        assertArrayEquals(state, StateTable.bytes(state()));
    }

    private void declare() {
        LabelerSpec spec =
                LabelerSpec.newBuilder()
                        .setId(DS)
                        .setVersion(0)
                        .setTask(TaskOnBroker.TASK)
                        .setClasses(List.of("no", "yes"))
                        .setPartitions(TaskOnBroker.PARTITIONS)
                        .setMethod(new Method("dawid-skene", PARAMETERS))
                        .setSources(Voters.IDS)
                        .setSpecHash("hash")
                        .setEventTimeMs(1)
                        .build();
        task.write("user", topics.labelers(), List.of(Map.entry(DS, spec)));
    }

    private void end() {
        task.end(topics.examples(TaskOnBroker.TASK));
        voters.end();
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

    private void awaitEnd() {
        String labels = topics.labels(TaskOnBroker.TASK, DS);
        try (var progress = new ProgressTable(task.clients, TaskOnBroker.TASK)) {
            await().atMost(SOON)
                    .until(
                            () -> {
                                progress.poll(Duration.ZERO);
                                for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
                                    if (progress.total(labels, p, DS) < 0) {
                                        return false;
                                    }
                                }
                                return true;
                            });
        }
    }

    /** Labels and state are those of the recount, bit for bit. */
    private void assertRecount() {
        Voters.Recount expected = voters.recount(SETTINGS);
        assertEquals(expected.byPartition(), labels());
        assertTrue(expected.byPartition().size() == TaskOnBroker.PARTITIONS);
        assertArrayEquals(expected.state(), StateTable.bytes(state()));
        assertTrue(
                new HashSet<>(expected.byPartition().values().stream().map(List::size).toList())
                                .size()
                        > 1,
                "partitions of one length");
    }

    private Map<Integer, List<String>> labels() {
        Map<Integer, List<String>> all = new TreeMap<>();
        for (var found : task.read(topics.labels(TaskOnBroker.TASK, DS), Label.class)) {
            Label label = found.event();
            all.computeIfAbsent(found.partition(), p -> new ArrayList<>())
                    .add(Voters.text(label.getExample().getId(), label.getProbabilities()));
        }
        return all;
    }

    private LabelerState state() {
        LabelerState last = null;
        for (var found : task.read(topics.labelerStates(), LabelerState.class)) {
            last = found.event();
        }
        assertNotNull(last);
        return Objects.requireNonNull(last);
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

    private void setBack(String topic, long offset) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
            offsets.put(new TopicPartition(topic, p), new OffsetAndMetadata(offset));
        }
        try (Admin admin = task.clients.admin()) {
            admin.alterConsumerGroupOffsets(GROUP, offsets).all().get();
        }
    }
}
