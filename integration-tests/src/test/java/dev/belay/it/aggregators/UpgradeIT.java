package dev.belay.it.aggregators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The aggregator takes up the topics, the offsets and the state folder that release 0.1.0 left
 * behind ({@link ReleasedStateIT} wrote them), and goes on to what a batch recount gives.
 */
@Timeout(240)
class UpgradeIT {
    private static final String PREVIOUS = "0.1.0";
    private static final String WITNESS = "witness";

    @TempDir Path folder;

    /**
     * Not recounted exactly: by the rule of release 0.1.0 a label could lose against the same
     * model's prediction as a trainer, and a block of which all rows had lost was not kept. What is
     * not in its state is not counted after an upgrade either (docs/upgrading.md).
     */
    private static final String BOOTSTRAPPED = Pairs.BOOT + "|PROGRESSIVE";

    @Test
    void theChangelogsOfThePreviousReleaseAreRestored() throws Exception {
        upgrade(StateDump.of(PREVIOUS));
    }

    @Test
    void theStateFolderOfThePreviousReleaseIsTakenUp() throws Exception {
        StateDump dump = StateDump.of(PREVIOUS);
        dump.restoreFiles(state());
        List<Path> tasks = taskFolders();
        for (Path task : tasks) {
            Files.createFile(task.resolve(WITNESS)); // goes if Streams wipes the task
        }
        upgrade(dump);
        assertEquals(2 * Pairs.PARTITIONS, tasks.size());
        assertTrue(tasks.stream().allMatch(task -> Files.exists(task.resolve(WITNESS))));
    }

    private void upgrade(StateDump dump) throws Exception {
        try (var platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("platform"), 0, 0), line -> {})) {
            // Given
            DumpedBroker.restore(
                    dump, platform.bootstrapServers(), platform.registryUrl(), UpgradeTask.GROUP);
            try (UpgradeTask task = UpgradeTask.on(platform, state());
                    MetricsView metrics = task.metrics()) {
                metrics.catchUp();
                Map<String, Long> before = metrics.examples();
                // When
                task.send(UpgradeEvents::later);
                task.aggregate(metrics, row -> !row.startsWith(BOOTSTRAPPED));
                // Then
                Map<String, Long> after = metrics.examples();
                assertTrue(before.size() > 25, before::toString);
                before.forEach(
                        (key, n) ->
                                assertTrue(
                                        after.getOrDefault(key, -1L) >= n,
                                        key + " of " + n + ": " + after));
            }
        }
    }

    private Path state() {
        return folder.resolve("state");
    }

    private List<Path> taskFolders() throws IOException {
        try (Stream<Path> all = Files.list(state().resolve(UpgradeTask.GROUP))) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+_\\d+")).toList();
        }
    }
}
