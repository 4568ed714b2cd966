package dev.belay.benchmarks.aggregator;

import dev.belay.runtime.clients.Clients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An {@link AggregatorMain} with this program's own class path. */
final class AggregatorProcess implements AutoCloseable {
    private static final int LAST_LINES = 20;

    private final Process process;
    private final Path log;

    private AggregatorProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * @param run whose topics it works on
     * @param state its folder; what it says goes beside it
     */
    static AggregatorProcess start(Clients run, Path state, Map<String, String> more) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-cp",
                                System.getProperty("java.class.path"),
                                AggregatorMain.class.getName()));
        add(command, "kafka.bootstrap.servers", run.settings().bootstrapServers());
        add(command, "registry.url", run.settings().registryUrl());
        add(command, "topics.prefix", run.topics().prefix());
        run.topics().renames().forEach((from, to) -> add(command, "topics.rename." + from, to));
        add(command, "instance", state.getFileName().toString());
        add(command, "state", state.toString());
        more.forEach((key, value) -> add(command, key, value));
        try {
            Files.createDirectories(state);
            Path log = state.resolveSibling(state.getFileName() + ".log");
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            return new AggregatorProcess(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException("can't start an aggregator", e);
        }
    }

    private static void add(List<String> command, String key, String value) {
        command.add(key + "=" + value);
    }

    /** Throws if it has ended, with what it said last. */
    void check() {
        if (process.isAlive()) return;
        try {
            List<String> lines = Files.readAllLines(log);
            throw new IllegalStateException(
                    "an aggregator's process has ended with exit code %d and said last:%n%s"
                            .formatted(
                                    process.exitValue(),
                                    String.join(
                                            System.lineSeparator(),
                                            lines.subList(
                                                    Math.max(0, lines.size() - LAST_LINES),
                                                    lines.size()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * SIGKILL; returns when it is gone.
     *
     * @return when it was sent, {@link System#nanoTime}
     */
    long kill() {
        check();
        long now = System.nanoTime();
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS))
                throw new IllegalStateException("it survives SIGKILL");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return now;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
