package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.it.LongTest;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Against a broker that is not Belay's: Apache Kafka's own image. Skipped without Docker. */
@LongTest
@Timeout(400)
class ContainerIT {
    private static final DockerImageName KAFKA = DockerImageName.parse("apache/kafka:4.3.1");
    private static final Pattern REGISTRY = Pattern.compile("schema registry at (http\\S+?),? ");

    @TempDir Path folder;

    @BeforeAll
    static void aDockerEngineAnswers() {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "SKIPPED: no Docker engine answers on this machine, so nothing was tried against"
                        + " a broker in a container");
    }

    @Test
    void aBrokerInAContainerGivesTheNumbersOfTheEmbeddedOne() throws Exception {
        // Given
        UndisturbedRun embedded = UndisturbedRun.get();
        Path file = SmallExperiment.write(folder);
        Path out = folder.resolve("out");
        try (var kafka = new KafkaContainer(KAFKA);
                var registry =
                        BelayProcess.start(
                                folder.resolve("registry"),
                                "registry",
                                "--registry-port",
                                "0",
                                "--data",
                                folder.resolve("registry-data").toString())) {
            kafka.start();
            // When
            BelayProcess.succeed(
                    folder,
                    "run",
                    file.toString(),
                    "--out",
                    out.toString(),
                    "--data",
                    folder.resolve("data").toString(),
                    "--services",
                    "embedded",
                    "--bootstrap-servers",
                    kafka.getBootstrapServers(),
                    "--registry",
                    registry.awaitOutput(REGISTRY));
            // Then
            assertEquals(embedded.summary(), UndisturbedRun.summary(out));
        }
    }
}
