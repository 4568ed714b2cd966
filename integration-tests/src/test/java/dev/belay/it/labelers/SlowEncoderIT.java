package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.models.network.Networks;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An encoder that takes three times as long as a member of a group may stay without polling. */
@Timeout(180)
class SlowEncoderIT {
    private static final Map<String, String> IMPATIENT =
            Map.of("kafka.consumer.max.poll.interval.ms", "3000");
    private static final Duration ENCODING = Duration.ofSeconds(9);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String BOW = Models.id("bow");

    @TempDir Path data;
    private EmbeddedPlatform platform;
    private TaskOnBroker task;
    private Topics topics;
    private DirectoryStore store;

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
        store = new DirectoryStore(data.resolve("store"));
        task.write(
                "user",
                topics.models(),
                List.of(
                        Map.entry(BOW, Models.spec("bow", "slow", ModelId.TRUTH, Split.SUPERVISOR)),
                        Map.entry(
                                Models.id("conf"),
                                Models.spec("conf", "slow", BOW, Split.STUDENT))));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void itsSweepsAndLabelsAreCommittedOnce() {
        // Given: the last text of the holdout, and of the examples, takes long
        task.holdout(20);
        task.examples(0, 40);
        task.end(topics.holdout(TaskOnBroker.TASK), topics.examples(TaskOnBroker.TASK));
        FakeTexts slow =
                new FakeTexts(
                        "slow",
                        text -> {
                            if (text.equals("bad text 19") || text.equals("good text 38")) {
                                takeLong();
                            }
                        });
        Networks networks = new Networks(ref -> slow, Device.CPU);
        Clients clients = task.instance("one", IMPATIENT);
        var models = new ModelLabelingService(clients, store, networks);
        var evaluator = new Evaluator(clients, store, networks);
        // When
        try (ServiceGroup services = ServiceGroup.start(List.of(models, evaluator))) {
            task.write(
                    BOW,
                    topics.checkpoints(),
                    List.of(
                            Map.entry(
                                    BOW,
                                    Models.checkpoint(
                                            store, BOW, 1, State.FINISHED, FakeTexts.DIMENSIONS))));
            // Then
            await().atMost(SOON).until(() -> evaluator.sweeps() == 1 && models.labelled() == 20);
            assertNull(services.failure());
        }
        List<String> swept = new ArrayList<>();
        List<String> labelled = new ArrayList<>();
        for (var found : task.read(topics.predictions(TaskOnBroker.TASK), PredictionBlock.class)) {
            PredictionBlock block = found.event();
            (block.getPhase() == Phase.HOLDOUT ? swept : labelled).addAll(block.getIds());
        }
        assertEquals(20, swept.size());
        assertEquals(20, new HashSet<>(swept).size());
        assertEquals(20, labelled.size());
        assertEquals(20, new HashSet<>(labelled).size());
    }

    private static void takeLong() {
        long end = System.nanoTime() + ENCODING.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
