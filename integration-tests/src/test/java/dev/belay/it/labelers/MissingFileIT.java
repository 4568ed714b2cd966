package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A labeler whose store lacks the file of a checkpoint. */
@Timeout(180)
class MissingFileIT {
    private static final String BOW = Models.id("bow");
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path data;

    @Test
    void aLabelerWithAnotherStoreNamesTheSettingAndWaitsForTheFile() throws IOException {
        // Given
        try (var platform =
                EmbeddedPlatform.start(new PlatformConfig(data.resolve("broker"), 0, 0), l -> {})) {
            var task =
                    new TaskOnBroker(
                            platform.bootstrapServers(),
                            new MockSchemaRegistryClient(),
                            data.resolve("store").toString(),
                            List.of(ModelId.TRUTH, BOW));
            Topics topics = task.clients.topics();
            task.write(
                    "user",
                    topics.models(),
                    List.of(
                            Map.entry(
                                    BOW,
                                    Models.spec("bow", "hashing", ModelId.TRUTH, Split.SUPERVISOR)),
                            Map.entry(
                                    Models.id("conf"),
                                    Models.spec("conf", "hashing", BOW, Split.STUDENT))));
            task.examples(0, 300);
            task.end(topics.examples(TaskOnBroker.TASK));
            Path other = Files.createDirectories(data.resolve("other")).toRealPath();
            var log = (Logger) LoggerFactory.getLogger(Prerequisites.class);
            var logged = new ListAppender<ILoggingEvent>();
            logged.start();
            log.addAppender(logged);
            log.setLevel(Level.INFO);
            var models = new ModelLabelingService(task.instance("one"), new DirectoryStore(other));
            ServiceGroup services = ServiceGroup.start(List.of(models));
            try (services) {
                // When: the checkpoint is committed, its file is in the store of the others
                var store = new DirectoryStore(Path.of(task.clients.settings().store()));
                int inputs = Encoders.open("hashing", Device.CPU, data).dimensions();
                var event = Models.checkpoint(store, BOW, 1, State.FINISHED, inputs);
                task.write(BOW, topics.checkpoints(), List.of(Map.entry(BOW, event)));
                // Then: tried again and again, and reported once
                await().atMost(SOON).until(() -> !models.troubles().isEmpty());
                await().during(Duration.ofSeconds(4))
                        .atMost(SOON)
                        .until(() -> models.troubles().size() == 1 && !isRunning(models));
                String trouble = models.troubles().get(0);
                assertTrue(trouble.contains(" is not in the store " + other + "; "), trouble);
                assertTrue(trouble.contains("the same setting 'store'"), trouble);
                assertEquals(List.of("labeler-models waits for " + trouble), aboutBow(logged));
                // When
                copy(Path.of(task.clients.settings().store()), other);
                // Then
                await().atMost(SOON).until(() -> models.labelled() == 150 && isRunning(models));
                assertEquals("labeler-models continues with " + BOW, aboutBow(logged).get(1));
            } finally {
                log.detachAppender(logged);
                log.setLevel(null); // its parent's
            }
        }
    }

    private static boolean isRunning(ModelLabelingService models) {
        return models.participants().stream().allMatch(p -> p.problem() == null);
    }

    private static List<String> aboutBow(ListAppender<ILoggingEvent> logged) {
        return List.copyOf(logged.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(BOW))
                .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(Objects.requireNonNull(copy.getParent()));
                Files.copy(file, copy);
            }
        }
    }
}
