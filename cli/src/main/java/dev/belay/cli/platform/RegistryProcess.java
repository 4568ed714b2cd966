package dev.belay.cli.platform;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The registry's own process: started here, ended with this JVM whatever ends it. */
final class RegistryProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration END_LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int LINES_SHOWN = 12;

    /** What a JVM needs of our environment; nothing in it may set the registry up differently. */
    private static final Set<String> ENVIRONMENT =
            Set.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS");

    private final Process process;
    private final Path log;
    private final RegistryApi api;
    private volatile boolean closing;

    private RegistryProcess(Process process, Path log, RegistryApi api) {
        this.process = process;
        this.log = log;
        this.api = api;
    }

    /**
     * Starts it and returns at once.
     *
     * @param folder its data; a process recorded there that is still running is ended first
     * @throws PlatformException if the old process does not end
     */
    static RegistryProcess launch(RegistryHome home, Path folder, String host, int port)
            throws IOException {
        Files.createDirectories(folder.resolve("tmp"));
        var record = folder.resolve("process");
        endRecorded(record);
        List<String> command = new ArrayList<>(RegistryHome.javaCommand());
        if (Files.exists(home.archive())) {
            command.add("-XX:SharedArchiveFile=" + home.archive());
        }
        command.addAll(settings(folder, host, port));
        command.add("-cp");
        // the runner first: the archive fits any class path that begins with the one it was made
        // with
        command.add(home.runner() + File.pathSeparator + home.ownClasses());
        command.add(RegistryChild.class.getName());
        var log = folder.resolve("registry.log");
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile()) // it reads a config folder where it stands
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().keySet().retainAll(ENVIRONMENT);
        var process = builder.start();
        try {
            RecordedProcess.of(process.toHandle()).write(record);
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
        // what listens on all addresses is asked at ours
        var own = host.equals("0.0.0.0") ? BrokerSettings.HOST : host;
        return new RegistryProcess(process, log, new RegistryApi(own, port));
    }

    /**
     * Waits until it answers and has its compatibility set.
     *
     * @return the address that Confluent clients take
     * @throws PlatformException if it ended or did not answer in time, with the last lines it wrote
     */
    String awaitReady() throws InterruptedException {
        long deadlineNs = System.nanoTime() + START_LIMIT.toNanos();
        while (!api.answers()) {
            if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed("ended with code %d while starting".formatted(process.exitValue()));
            }
            if (System.nanoTime() > deadlineNs) {
                throw failed("did not answer at %s within %s".formatted(api.url(), START_LIMIT));
            }
        }
        try {
            api.requireBackwardCompatibility();
        } catch (IOException e) {
            throw failed("could not be set up: " + e.getMessage());
        }
        return api.url();
    }

    /** Completes if the process ends without having been stopped, and never otherwise. */
    CompletableFuture<PlatformException> failure() {
        return process.onExit()
                .thenCompose(
                        ended ->
                                closing
                                        ? new CompletableFuture<>()
                                        : CompletableFuture.completedFuture(
                                                failed(
                                                        "ended with code %d"
                                                                .formatted(ended.exitValue()))));
    }

    /** Ends the process; nothing that it acknowledged is lost. */
    @Override
    public void close() {
        closing = true;
        end(process.toHandle());
    }

    private static void endRecorded(Path record) throws IOException {
        RecordedProcess.read(record)
                .flatMap(RecordedProcess::running)
                .ifPresent(RegistryProcess::end);
    }

    private static void end(ProcessHandle process) {
        process.destroyForcibly();
        try {
            process.onExit().get(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new PlatformException(
                    "the registry process %d did not end within %s of being killed"
                            .formatted(process.pid(), END_LIMIT),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PlatformException failed(String what) {
        return new PlatformException(
                "the schema registry %s. Its log, %s, ends with:%n%s"
                        .formatted(what, log, lastLines()));
    }

    private String lastLines() {
        try {
            var lines = Files.readString(log, StandardCharsets.UTF_8).lines().toList();
            return String.join(
                    System.lineSeparator(),
                    lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
        } catch (IOException e) {
            return "(unreadable: " + e.getMessage() + ")";
        }
    }

    /**
     * The registry's settings as JVM flags.
     *
     * @param folder for its database and temporary files
     * @param host address to listen on
     */
    static List<String> settings(Path folder, String host, int port) {
        // WRITE_DELAY=0: by default H2 acknowledges up to half a second before it writes; after a
        // kill -9, a schema id used in a topic would be lost or assigned to another schema
        var database = "jdbc:h2:file:" + folder.resolve("db") + ";WRITE_DELAY=0";
        return List.of(
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-Dquarkus.http.host=" + host,
                "-Dquarkus.http.port=" + port,
                "-Dregistry.datasource.url=" + database,
                "-Dquarkus.datasource.jdbc.url=" + database,
                // by default 20 connections are opened at the start
                "-Dquarkus.datasource.jdbc.initial-size=1",
                "-Dquarkus.datasource.jdbc.min-size=1",
                "-Dquarkus.datasource.jdbc.max-size=8",
                "-Dquarkus.log.level=WARN",
                "-Dquarkus.banner.enabled=false");
    }
}
