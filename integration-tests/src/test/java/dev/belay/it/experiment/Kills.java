package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** SIGKILL of a run of the small experiment with all that it started: broker, services, the lot. */
final class Kills {
    private final Path folder;
    private final Path data;
    private final String[] command;
    private boolean standstill;

    /**
     * @param folder of the experiment file
     */
    Kills(Path folder, Path file, Path out) {
        this.folder = folder;
        this.data = folder.resolve("data");
        command =
                new String[] {
                    "run", file.toString(), "--out", out.toString(), "--data", data.toString()
                };
    }

    /** Runs it to its end, which has to be with exit code 0. */
    void none() throws Exception {
        try (BelayProcess process = BelayProcess.start(folder, command)) {
            if (process.exitCode() == 0) {
                return;
            }
            requireFirstStandstill(process);
        }
        none();
    }

    /**
     * Starts the run and kills it.
     *
     * @param files kills once that many more checkpoint files are there; 0: once the broker has the
     *     task's topics
     */
    void once(int files) throws Exception {
        long before = checkpointFiles();
        try (BelayProcess process = BelayProcess.start(folder, command)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(4))
                    .pollInterval(Duration.ofMillis(5))
                    // a file that goes while the folder is walked
                    .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .until(
                            () ->
                                    !process.isAlive()
                                            || (files == 0
                                                    ? hasTopic("belay.small.truth")
                                                    : checkpointFiles() >= before + files));
            if (process.isAlive()) {
                process.kill();
                return;
            }
            requireFirstStandstill(process);
        }
        once(files);
    }

    /**
     * Accepts one standstill. On a busy machine, about one restart in a hundred leaves a killed
     * broker with transactions that it neither completes nor aborts (compare KAFKA-16352), so
     * readers of committed records wait. The run then fails with the message that the same command
     * resumes it, which the test checks by running it again.
     */
    private void requireFirstStandstill(BelayProcess process) throws InterruptedException {
        assertEquals(1, process.exitCode(), process::output);
        assertTrue(process.output().contains("the same command resumes the run"), process::output);
        assertFalse(standstill, process::output);
        standstill = true;
    }

    private long checkpointFiles() throws IOException {
        Path store = data.resolve("checkpoints");
        if (!Files.isDirectory(store)) {
            return 0;
        }
        try (var files = Files.walk(store)) {
            return files.filter(f -> f.toString().contains("-weights-")).count();
        }
    }

    private boolean hasTopic(String topic) throws IOException {
        Path kafka = data.resolve("kafka");
        if (!Files.isDirectory(kafka)) {
            return false;
        }
        try (var files = Files.walk(kafka)) {
            return files.anyMatch(f -> f.getFileName().toString().startsWith(topic + "-"));
        }
    }
}
