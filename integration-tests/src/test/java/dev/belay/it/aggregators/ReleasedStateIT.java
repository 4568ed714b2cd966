package dev.belay.it.aggregators;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes what the aggregator of a release leaves behind, for {@link UpgradeIT} of the next. Run it
 * in the release's own source tree with {@code -Dbelay.release=VERSION}; see CONTRIBUTING.md.
 */
@Timeout(240)
class ReleasedStateIT {
    @TempDir Path folder;

    @Test
    @EnabledIfSystemProperty(named = "belay.release", matches = "[0-9.]+")
    void writesTheStateOfThisRelease() throws Exception {
        Path file =
                Path.of("src/test/resources/released")
                        .resolve(System.getProperty("belay.release"))
                        .resolve("aggregator.gz");
        Files.createDirectories(file.getParent());
        Path state = folder.resolve("state");
        try (var platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("platform"), 0, 0), line -> {});
                UpgradeTask task = UpgradeTask.on(platform, state);
                MetricsView metrics = task.metrics()) {
            task.send(UpgradeEvents::counted);
            task.aggregate(metrics, UpgradeEvents::isCounted);
            task.send(UpgradeEvents::unread);
            StateDump dump =
                    DumpedBroker.take(
                            platform.bootstrapServers(),
                            platform.registryUrl(),
                            UpgradeTask.GROUP,
                            state);
            try (var out = Files.newOutputStream(file)) {
                dump.write(out);
            }
        }
    }
}
