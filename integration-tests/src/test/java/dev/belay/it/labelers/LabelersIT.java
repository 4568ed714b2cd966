package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.labelers.truth.TruthLabelingService;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class LabelersIT {
    private static final String BOW = Models.id("bow");
    private static final String CONF = Models.id("conf");
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
                        List.of(ModelId.TRUTH, BOW));
        topics = task.clients.topics();
        task.write(
                "user",
                topics.models(),
                List.of(
                        Map.entry(BOW, spec("bow", ModelId.TRUTH)),
                        Map.entry(CONF, spec("conf", BOW))));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void truthSupervisorAndSweepsOfAFiniteRunAreCompleteAndInOrder() {
        // Given
        task.examples(0, 300);
        task.holdout(50);
        task.truth(0, 300);
        task.end(topics.examples(TaskOnBroker.TASK), topics.holdout(TaskOnBroker.TASK));
        var truth = new TruthLabelingService(task.instance("one"));
        var models = new ModelLabelingService(task.instance("one"), store());
        var evaluator = new Evaluator(task.instance("one"), store());
        ServiceGroup services = ServiceGroup.start(List.of(truth, models, evaluator));
        try (services) {
            // When
            checkpoint(BOW, 1, State.LEARNING);
            checkpoint(BOW, 2, State.FINISHED);
            // Then
            awaitEnded(ModelId.TRUTH, ModelId.TRUTH);
            awaitEnded(BOW, BOW);
            await().atMost(SOON).until(() -> evaluator.sweeps() == 2);
            assertNull(services.failure());
            assertTrue(truth.ready() && models.ready() && evaluator.ready());
            assertEquals(300, truth.labelled());
            assertEquals(150, models.labelled());
        }
        for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
            assertEquals(task.ids(p, e -> true), labelled(ModelId.TRUTH, p));
            assertEquals(task.ids(p, e -> e.getSplit() == Split.STUDENT), labelled(BOW, p));
        }
        for (var label : labels(BOW)) {
            assertEquals(2, label.event().getCheckpoint());
        }
        List<String> progressive = new ArrayList<>();
        Map<Long, List<String>> swept = new TreeMap<>();
        for (var found : task.read(topics.predictions(TaskOnBroker.TASK), PredictionBlock.class)) {
            PredictionBlock block = found.event();
            for (String id : block.getIds()) {
                assertEquals(TaskOnBroker.partitionOf(id), found.partition());
            }
            assertEquals(BOW, block.getModel());
            if (block.getPhase() == Phase.PROGRESSIVE) {
                progressive.addAll(block.getIds());
            } else {
                assertEquals(50, block.getSweepRows());
                swept.computeIfAbsent(block.getCheckpoint(), number -> new ArrayList<>())
                        .addAll(block.getIds());
            }
        }
        assertEquals(150, new HashSet<>(progressive).size());
        assertEquals(150, progressive.size());
        assertEquals(Set.of(1L, 2L), swept.keySet());
        for (List<String> ids : swept.values()) {
            assertEquals(50, ids.size());
            assertEquals(50, new HashSet<>(ids).size());
        }
    }

    @Test
    void ofTenRunsOnlyTheNewestLabels() {
        // Given: a user has changed an experiment again and again
        int runs = 10;
        task.examples(0, 100);
        for (int run = 2; run <= runs; run++) {
            String bow = "exp/bow#0@" + run;
            String conf = "exp/conf#0@" + run;
            task.write(
                    "user",
                    topics.models(),
                    List.of(
                            Map.entry(bow, inRun(run, bow, spec("bow", ModelId.TRUTH))),
                            Map.entry(conf, inRun(run, conf, spec("conf", bow)))));
        }
        for (int run = 1; run <= runs; run++) {
            checkpoint("exp/bow#0@" + run, 1, State.FINISHED);
        }
        Clients one = task.instance("one");
        ModelLabelingService models = new ModelLabelingService(one, store());
        // When
        try (ServiceGroup services = ServiceGroup.start(List.of(models))) {
            await().atMost(SOON).until(() -> models.labelled() >= 50);
            task.examples(100, 200);
            await().atMost(SOON).until(() -> models.labelled() >= 100);
            // Then
            assertEquals(1, one.meters().get("belay.labelers.running").gauge().value());
            assertNull(services.failure());
        }
        assertEquals(100, models.labelled());
        Set<String> labelers = new HashSet<>();
        labels(BOW).forEach(label -> labelers.add(label.event().getLabeler()));
        assertEquals(Set.of("exp/bow#0@" + runs), labelers);
    }

    @Test
    void diedInMidTransactionFencedAndTakenOverNothingIsLostOrDoubled() throws Exception {
        // Given: a labeler that died with its transaction open
        task.examples(0, 200);
        task.truth(0, 2000);
        String id = "belay.task.labeler.truth.one";
        Producer<byte[], byte[]> dead = task.clients.producer(id);
        dead.initTransactions();
        dead.beginTransaction();
        var example = EventFactory.example("ex-0", Split.STUDENT, "t", 7L);
        var never = EventFactory.label(example, ModelId.TRUTH, 0L, List.of(1f, 0f));
        dead.send(
                        task.clients
                                .codec()
                                .record(
                                        topics.labels(TaskOnBroker.TASK, ModelId.TRUTH),
                                        TaskOnBroker.partitionOf("ex-0"),
                                        "ex-0",
                                        never,
                                        7))
                .get();
        dead.close(Duration.ZERO);
        // When: its successor is fenced now and then while it works
        var one = new TruthLabelingService(task.instance("one"));
        var two = new TruthLabelingService(task.instance("two"));
        try (ServiceGroup first = ServiceGroup.start(List.of(one));
                Admin admin = task.clients.admin()) {
            for (int i = 200; i < 1000; i += 200) {
                long labelled = one.labelled();
                task.examples(i, i + 200);
                admin.fenceProducers(List.of(id)).all().get();
                await().atMost(SOON).until(() -> one.labelled() > labelled);
            }
            // and another joins it, then it leaves
            try (ServiceGroup second = ServiceGroup.start(List.of(two))) {
                AtomicInteger next = new AtomicInteger(1000);
                await().atMost(SOON)
                        .until(
                                () -> {
                                    if (next.get() < 1900) {
                                        task.examples(next.get(), next.addAndGet(20));
                                    }
                                    return two.labelled() > 0;
                                });
                one.close();
                task.examples(next.get(), 2000);
                task.end(topics.examples(TaskOnBroker.TASK), topics.truth(TaskOnBroker.TASK));
                // Then
                awaitEnded(ModelId.TRUTH, ModelId.TRUTH);
                assertNull(first.failure());
                assertNull(second.failure());
            }
        }
        for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
            assertEquals(task.ids(p, e -> true), labelled(ModelId.TRUTH, p));
        }
        assertEquals(2000, one.labelled() + two.labelled());
    }

    private List<TaskOnBroker.Found<Label>> labels(String labeler) {
        return task.read(topics.labels(TaskOnBroker.TASK, labeler), Label.class);
    }

    private List<String> labelled(String labeler, int partition) {
        return labels(labeler).stream()
                .filter(f -> f.partition() == partition)
                .map(f -> f.event().getExample().getId())
                .toList();
    }

    private void awaitEnded(String labeler, String writer) {
        String topic = topics.labels(TaskOnBroker.TASK, labeler);
        await().atMost(SOON)
                .until(
                        () -> {
                            long records = 0;
                            int ended = 0;
                            try (var progress =
                                    new ProgressTable(task.clients, TaskOnBroker.TASK)) {
                                progress.catchUp(SOON);
                                for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
                                    ended += progress.total(topic, p, writer) >= 0 ? 1 : 0;
                                    Progress own = progress.of(topic, p, writer);
                                    records += own == null ? 0 : own.getRecords();
                                }
                            }
                            return ended == TaskOnBroker.PARTITIONS
                                    && records == labels(labeler).size();
                        });
    }

    private CheckpointStore store() {
        return new DirectoryStore(Path.of(task.clients.settings().store()));
    }

    private static ModelSpec spec(String model, String supervisor) {
        Split split = supervisor.equals(ModelId.TRUTH) ? Split.SUPERVISOR : Split.STUDENT;
        return Models.spec(model, "hashing", supervisor, split);
    }

    private static ModelSpec inRun(int run, String id, ModelSpec spec) {
        return ModelSpec.newBuilder(spec).setId(id).setRun(run).build();
    }

    private void checkpoint(String model, long number, State state) {
        int inputs = Encoders.open("hashing", Device.CPU, data).dimensions();
        Checkpoint event = Models.checkpoint(store(), model, number, state, inputs);
        task.write(model, topics.checkpoints(), List.of(Map.entry(model, event)));
    }
}
