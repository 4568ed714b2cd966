package dev.belay.it.aggregators;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An {@link AggregatorHost} whose state and words are in a folder of its own. */
final class AggregatorProcess implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final long bornNs = System.nanoTime();

    private AggregatorProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * @param name of the instance; it takes up the state that one of this name left
     * @param folder of all instances
     */
    static AggregatorProcess start(Path folder, String name, Map<String, String> settings)
            throws IOException {
        Path log = Files.createDirectories(folder).resolve(name + ".log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                AggregatorHost.class.getName(),
                                "instance=" + name,
                                "state=" + folder.resolve(name)));
        settings.forEach((key, value) -> command.add(key + "=" + value));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new AggregatorProcess(process, log);
    }

    void assertAlive() {
        assertTrue(process.isAlive(), this::lastWords);
    }

    long livedMs() {
        return (System.nanoTime() - bornNs) / 1_000_000;
    }

    /** SIGKILL; returns when it is gone. */
    void kill() throws InterruptedException {
        assertAlive();
        process.destroyForcibly();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "it survives SIGKILL");
    }

    /** Returns its exit code once it has ended by itself. */
    int awaitEnd() throws InterruptedException {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), this::lastWords);
        return process.exitValue();
    }

    /** Its last lines, for messages. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return "exit code %s, said last:\n  %s"
                    .formatted(
                            process.isAlive() ? "none" : process.exitValue(),
                            String.join(
                                    "\n  ",
                                    lines.subList(Math.max(0, lines.size() - 60), lines.size())));
        } catch (IOException e) {
            return log + " can't be read: " + e;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
