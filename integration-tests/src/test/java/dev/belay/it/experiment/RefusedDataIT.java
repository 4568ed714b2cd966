package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.cli.run.ExperimentRegistration;
import dev.belay.cli.run.ExperimentRegistration.Changed;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataException;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other rows under the name of a task that has some. */
@Timeout(180)
class RefusedDataIT {
    @TempDir Path folder;

    @Test
    void otherRowsOfATaskAreRefusedBeforeARunIsDeclared() throws Exception {
        Path file = SmallExperiment.write(folder);
        try (EmbeddedPlatform platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {})) {
            Clients clients = clients(platform);
            // Given a run whose data are written
            assertFalse(declare(clients, file, true).isOld());
            // When the file has other rows
            Path rows = folder.resolve("data.jsonl");
            String before = Files.readString(rows);
            Files.writeString(rows, SmallExperiment.rows(8));
            DataException refused =
                    assertThrows(DataException.class, () -> declare(clients, file, false));
            // Then the message has both hashes, and the run is still the newest
            assertTrue(
                    String.valueOf(refused.getMessage())
                            .matches("(?s).*hash \\w{64}.*hash \\w{64}.*"),
                    refused::toString);
            Files.writeString(rows, before);
            ExperimentRegistration.Run again = declare(clients, file, false);
            assertTrue(again.isOld());
            assertEquals(0, again.number());
        }
    }

    private static ExperimentRegistration.Run declare(Clients clients, Path file, boolean produce) {
        Experiment experiment = ExperimentFile.read(file);
        try (DataSet data = Objects.requireNonNull(experiment.openData())) {
            var run =
                    new ExperimentRegistration(clients, experiment, data)
                            .make(false, Changed.NEW_RUN);
            if (produce) {
                new ProducerService(
                                clients,
                                ProducerConfig.of(experiment.task()),
                                data,
                                (rows, total) -> {})
                        .run();
            }
            return run;
        }
    }

    private static Clients clients(EmbeddedPlatform platform) {
        return new Clients(
                Settings.of(
                        Map.of(
                                "kafka.bootstrap.servers",
                                platform.bootstrapServers(),
                                "topics.replication",
                                "1")),
                new SimpleMeterRegistry(),
                new MockSchemaRegistryClient());
    }
}
