package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.belay.cli.Belay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionEvaluationListener;
import org.awaitility.core.EvaluatedCondition;
import org.awaitility.core.TimeoutEvent;

/** The command line in a JVM of its own, as the launcher starts it. */
public final class BelayProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int LOG_LINES = 150;

    private final Process process;
    private final Path out;
    private final Path err;

    private BelayProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * @param directory where it stands and where its {@code stdout} and {@code stderr} go, made if
     *     absent
     */
    public static BelayProcess start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), arguments);
    }

    /**
     * @param environment variables on top of this process's
     */
    static BelayProcess start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        Files.createDirectories(directory);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                // a build in the background ignores SIGINT, and so would this
                                "env",
                                "--default-signal=INT",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx768m",
                                "-XX:+UseSerialGC",
                                "-Dai.djl.offline=true",
                                "-Dai.djl.pytorch.num_threads=1",
                                "-Dai.djl.pytorch.num_interop_threads=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Belay.class.getName()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("stdout");
        Path err = directory.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().putAll(environment);
        return new BelayProcess(builder.start(), out, err);
    }

    /** Runs it to its end, which has to be with exit code 0, and returns what it wrote. */
    static String succeed(Path directory, String... arguments) throws Exception {
        try (BelayProcess process = start(directory, arguments)) {
            assertEquals(0, process.exitCode(), process::output);
            return Files.readString(process.out);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Waits for the end, bounded. */
    public int exitCode() throws InterruptedException {
        assertTrue(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS), this::output);
        return process.exitValue();
    }

    /** The first group of the pattern's first match in its standard output, once there is one. */
    public String awaitOutput(Pattern pattern) {
        Matcher[] found = {pattern.matcher("")};
        Awaitility.await()
                .atMost(LIMIT)
                .conditionEvaluationListener(
                        new ConditionEvaluationListener<Boolean>() {
                            @Override
                            public void conditionEvaluated(EvaluatedCondition<Boolean> state) {}

                            @Override
                            public void onTimeout(TimeoutEvent timeout) {
                                fail("found no " + pattern + " in " + output());
                            }
                        })
                .until(
                        () -> {
                            boolean alive = process.isAlive();
                            found[0] = pattern.matcher(Files.readString(out));
                            boolean matched = found[0].find();
                            assertTrue(matched || alive, this::output);
                            return matched;
                        });
        return found[0].group(1);
    }

    /** SIGKILL; returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "it survives SIGKILL");
    }

    /** SIGTERM; returns the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    /** SIGINT, as Ctrl-C; returns at once. */
    void interrupt() throws IOException, InterruptedException {
        int code =
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
        assertEquals(0, code, "kill -INT failed");
    }

    public String output() {
        try {
            return "stdout: "
                    + Files.readString(out)
                    + "\nstderr: "
                    + Files.readString(err)
                    + endsOfLogs();
        } catch (IOException e) {
            return "(can't be read: " + e + ")";
        }
    }

    /** Ends of the run's logs, which may show why it did not end. */
    private String endsOfLogs() throws IOException {
        StringBuilder ends = new StringBuilder();
        try (Stream<Path> files = Files.walk(out.getParent())) {
            for (Path log : files.filter(f -> f.endsWith("belay.log")).toList()) {
                List<String> lines = Files.readAllLines(log);
                ends.append("\nend of ").append(log).append(":\n");
                lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size())
                        .forEach(line -> ends.append(line).append('\n'));
            }
        }
        return ends.toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
