package dev.belay.benchmarks.rows;

import dev.belay.benchmarks.harness.Memory;
import dev.belay.runtime.clients.Clients;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code belay produce} in a process of its own, with a bounded heap.
 *
 * @param seconds from its start until all rows were committed
 * @param peakBytes most memory it had resident; 0 where the system is not Linux
 */
record ProduceProcess(double seconds, long peakBytes) {
    /** Of a file, and of a topic. */
    private static final Pattern ROWS =
            Pattern.compile("(?:read )?([\\d,]+) (?:of [\\d,]+ rows|records: .*)");

    private static final int LAST_LINES = 20;
    private static final long LOOK_MS = 50;

    /**
     * Runs it until so many rows are committed.
     *
     * @param main class of the command line
     * @param heap option for the largest heap, such as {@code -Xmx256m}
     * @throws IllegalStateException when it ends before
     */
    static ProduceProcess run(String main, String heap, Clients clients, Path experiment, long rows)
            throws IOException, InterruptedException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        heap,
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main,
                        "produce",
                        experiment.toString(),
                        "--bootstrap-servers",
                        clients.settings().bootstrapServers(),
                        "--registry",
                        clients.settings().registryUrl());
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread stop = new Thread(process::destroyForcibly, "stop-produce");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            CompletableFuture<Void> done =
                    CompletableFuture.runAsync(() -> awaitRows(process, rows));
            long peak = 0;
            while (!done.isDone()) {
                peak = Math.max(peak, Memory.peakResident(process.pid()).orElse(0));
                process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS);
            }
            done.join();
            double seconds = (System.nanoTime() - begin) / 1e9;
            peak = Math.max(peak, Memory.peakResident(process.pid()).orElse(0));
            return new ProduceProcess(seconds, peak);
        } finally {
            process.destroyForcibly().waitFor();
            Runtime.getRuntime().removeShutdownHook(stop);
        }
    }

    /** Follows what it prints. */
    private static void awaitRows(Process process, long rows) {
        Deque<String> last = new ArrayDeque<>();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last.add(line);
                if (last.size() > LAST_LINES) {
                    last.remove();
                }
                Matcher found = ROWS.matcher(line);
                if (found.matches()
                        && Long.parseLong(found.group(1).replaceAll("\\D", "")) >= rows) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't read what belay produce prints", e);
        }
        throw new IllegalStateException(
                "belay produce has ended before row %,d and said last:%n%s"
                        .formatted(rows, String.join(System.lineSeparator(), last)));
    }
}
