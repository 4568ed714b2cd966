package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.experiment.BelayProcess;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.network.Head;
import dev.belay.models.network.HeadShape;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An evaluator in a process of its own, and checkpoints of two tasks in one partition. */
@Timeout(180)
class EvaluatorIT {
    private static final String SLOW = "slow";
    private static final String GOOD_MODEL = "exp/good#0@1";
    private static final int PARTITION = partition(GOOD_MODEL);
    private static final String SLOW_MODEL =
            LongStream.range(0, 1000)
                    .mapToObj(seed -> "exp/slow#" + seed + "@1")
                    .filter(model -> partition(model) == PARTITION)
                    .findFirst()
                    .orElseThrow();
    private static final int ROWS = 20;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path data;
    private EmbeddedPlatform platform;
    private TaskOnBroker task;
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
        task =
                new TaskOnBroker(
                        platform.bootstrapServers(),
                        registry,
                        data.resolve("store").toString(),
                        List.of(ModelId.TRUTH));
        topics = task.clients.topics();
        try (Admin admin = task.clients.admin()) {
            TopicPlan.forInstallation(task.clients.settings())
                    .withTask(topics, SLOW, TaskOnBroker.PARTITIONS, List.of(ModelId.TRUTH))
                    .apply(admin);
        }
        task.write(
                "user",
                topics.models(),
                List.of(
                        Map.entry(GOOD_MODEL, spec(GOOD_MODEL, TaskOnBroker.TASK)),
                        Map.entry(SLOW_MODEL, spec(SLOW_MODEL, SLOW))));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void aTaskWithoutItsHoldoutHoldsUpNobodyAndKillsLoseAndDoubleNothing() throws Exception {
        // Given: one task's holdout is complete, the other's is not
        task.holdout(ROWS);
        task.end(topics.holdout(TaskOnBroker.TASK));
        // When
        checkpoint(SLOW_MODEL, 1);
        checkpoint(GOOD_MODEL, 1);
        checkpoint(SLOW_MODEL, 2);
        checkpoint(GOOD_MODEL, 2);
        try (BelayProcess first = evaluator("first")) {
            // Then
            awaitSwept(TaskOnBroker.TASK, 2);
            first.kill();
        }
        // When the next one has both, while events go on coming
        checkpoint(SLOW_MODEL, 3);
        checkpoint(GOOD_MODEL, 3);
        try (BelayProcess second = evaluator("second")) {
            awaitSwept(TaskOnBroker.TASK, 3);
            assertEquals(Map.of(), swept(SLOW));
            assertTrue(committed().metadata().contains(SLOW + "="), () -> committed() + "");
            endSlowHoldout();
            awaitSwept(SLOW, 1);
            second.kill();
        }
        checkpoint(GOOD_MODEL, 4);
        try (BelayProcess third = evaluator("third")) {
            awaitSwept(SLOW, 3);
            awaitSwept(TaskOnBroker.TASK, 4);
            // Then nothing is behind, and nothing was swept twice
            await().atMost(SOON).until(() -> committed().metadata().isEmpty());
            assertTrue(third.isAlive(), third::output);
        }
        Map<Long, Integer> once = Map.of(1L, ROWS, 2L, ROWS, 3L, ROWS);
        assertEquals(once, swept(SLOW));
        Map<Long, Integer> good = new TreeMap<>(once);
        good.put(4L, ROWS);
        assertEquals(good, swept(TaskOnBroker.TASK));
        assertEquals(0, new HashSet<>(task.read(topics.deadLetters(), Checkpoint.class)).size());
    }

    private BelayProcess evaluator(String instance) throws Exception {
        return BelayProcess.start(
                data.resolve(instance),
                "evaluator",
                "--bootstrap-servers",
                platform.bootstrapServers(),
                "--registry",
                platform.registryUrl(),
                "--set",
                "store=" + data.resolve("store"),
                "--set",
                "cache=" + data.resolve("cache"),
                "--set",
                "instance=" + instance,
                "--set",
                "device=cpu",
                "--set",
                "health.port=-1");
    }

    private void awaitSwept(String ofTask, int checkpoints) {
        await().atMost(SOON).until(() -> swept(ofTask).size() >= checkpoints);
    }

    /** Rows predicted of each checkpoint of a task. */
    private Map<Long, Integer> swept(String ofTask) {
        Map<Long, Integer> rows = new TreeMap<>();
        for (var found : task.read(topics.predictions(ofTask), PredictionBlock.class))
            rows.merge(found.event().getCheckpoint(), found.event().getIds().size(), Integer::sum);
        return rows;
    }

    private OffsetAndMetadata committed() {
        try (Admin admin = task.clients.admin()) {
            return Objects.requireNonNull(
                    admin.listConsumerGroupOffsets(topics.prefix() + "evaluators")
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(new TopicPartition(topics.checkpoints(), PARTITION)));
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("cannot read the evaluators' offsets", e);
        }
    }

    private void endSlowHoldout() {
        String topic = topics.holdout(SLOW);
        List<Map.Entry<String, Example>> rows = new ArrayList<>();
        long[] counts = new long[TaskOnBroker.PARTITIONS];
        for (int i = 0; i < ROWS; i++) {
            String id = "held-" + i;
            rows.add(Map.entry(id, EventFactory.example(id, Split.HOLDOUT, "late text " + i, 7L)));
            counts[TaskOnBroker.partitionOf(id)]++;
        }
        String writer = SLOW + ".producer";
        task.write(writer, topic, rows);
        List<Map.Entry<String, Progress>> ends = new ArrayList<>();
        for (int p = 0; p < counts.length; p++)
            ends.add(
                    Map.entry(
                            ProgressTable.key(topic, p, writer),
                            new Progress(
                                    topic, p, writer, counts[p], Map.of(), null, 0L, true, null,
                                    List.of())));
        task.write(writer, topics.progress(SLOW), ends);
    }

    private void checkpoint(String model, long number) {
        CheckpointStore store = new DirectoryStore(Path.of(task.clients.settings().store()));
        int inputs = Encoders.open("hashing", Device.CPU, data).dimensions();
        try (Head head = Head.uniform(HeadShape.linear(inputs, 2), number, Device.CPU)) {
            var file = store.put(model, number, CheckpointStore.Kind.WEIGHTS, head.write(Map.of()));
            Checkpoint event =
                    Checkpoint.newBuilder()
                            .setModel(model)
                            .setNumber(number)
                            .setState(State.LEARNING)
                            .setWeightsUri(file.uri())
                            .setWeightsSha256(file.sha256())
                            .setStateUri("")
                            .setStateSha256("")
                            .setExamplesSeen(number)
                            .setCursor(List.of())
                            .setNextPartition(0)
                            .setSupervisorCheckpoints(List.of())
                            .setLoss(0.5)
                            .setSpecHash("hash")
                            .setSoftwareVersion("test")
                            .setEventTimeMs(1000)
                            .build();
            task.write(model, topics.checkpoints(), List.of(Map.entry(model, event)));
        }
    }

    private static int partition(String model) {
        byte[] key = model.getBytes(StandardCharsets.UTF_8);
        return Utils.toPositive(Utils.murmur2(key)) % Topics.MODEL_PARTITIONS;
    }

    private static ModelSpec spec(String id, String task) {
        return ModelSpec.newBuilder()
                .setId(id)
                .setExperiment("exp")
                .setModel("m")
                .setSeed(0)
                .setRun(1)
                .setSpecHash("hash")
                .setTask(task)
                .setClasses(List.of("no", "yes"))
                .setPartitions(TaskOnBroker.PARTITIONS)
                .setEncoderName("hashing")
                .setHead(new dev.belay.schemas.events.Head(HeadKind.LINEAR, 0))
                .setSupervisor(ModelId.TRUTH)
                .setSplit(Split.STUDENT)
                .setBudget(100)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAM)
                                .setLearningRate(0.02)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }
}
