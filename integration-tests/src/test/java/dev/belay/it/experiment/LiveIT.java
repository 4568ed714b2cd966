package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.LongTest;
import dev.belay.it.platform.PlatformHost;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fleet of services on a topic that another program keeps writing to, with drifting texts and
 * late labels. In the first half ({@code belay.minutes}, 3) each service and the broker are killed
 * in turn; in the second the live heap of each is measured, and compared in runs of ten minutes or
 * more.
 */
@LongTest
@EnabledIfSystemProperty(
        named = "belay.minutes",
        matches = "\\d+",
        disabledReason = ".ci/long live runs it")
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class LiveIT {
    private static final int MINUTES = Integer.getInteger("belay.minutes", 3);
    private static final int HOLDOUT = 60;
    private static final int SIGTERM = 143;
    private static final Duration SETTLED = Duration.ofMinutes(4);
    private static final List<String> SERVICES =
            List.of("attach", "labeler", "evaluator", "trainer", "aggregator");

    private static final Duration HALF = Duration.ofSeconds(MINUTES * 30L);

    /** Kills in the first half, the broker's among them. */
    private static final int KILLS = MINUTES < 10 ? 6 : 24;

    /** Duration of runs in which live heaps are compared. */
    private static final int STEADY_MINUTES = 10;

    /** Growth of the live heap in the second half that is noise. */
    private static final double NOISE_MIB = 8;

    /** Lines above INFO that a kill explains, each in the words of the service. */
    private static final Pattern EXPLAINED =
            Pattern.compile(
                    "is fenced|was fenced|has fenced the producer|nothing was committed"
                            + "|was killed with its stores open|no Kafka broker answers|broker .* answers again"
                            + "|no schema registry answers|dead letter");

    private static final String EXPERIMENT =
            """
            name: live
            task:
              classes: [even, odd]
            data:
              topic: reviews
              holdout: {share: 0.2, size: %d}
              supervisor-share: 0.4
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 60, micro-epoch: 32}
              naive:   {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 256, max-wait: 1s, evaluate-every: 10}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 256, max-wait: 1s, evaluate-every: 10}
            """
                    .formatted(HOLDOUT);

    @TempDir Path folder;

    private final Map<String, BelayProcess> running = new TreeMap<>();
    private final List<Path> logs = new ArrayList<>();
    private @Nullable PlatformHost platform;

    @Test
    void killsChangeNoFigureAndMemoryIsFlat() throws Exception {
        Files.writeString(experiment(), EXPERIMENT);
        platform = PlatformHost.start(folder.resolve("broker"));
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker().bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("reviews", 3, (short) 1))).all().get();
        }
        // Given services of their own, and a program that keeps writing
        succeed("topics", "apply", "--experiment", experiment().toString());
        succeed("models", "add", experiment().toString());
        for (String service : SERVICES) {
            start(service);
        }
        try (ReviewWriter writer = new ReviewWriter(broker().bootstrapServers(), "reviews", true)) {
            writer.start();
            // When each is killed in turn
            for (int kill = 0; kill < KILLS; kill++) {
                pass(HALF.dividedBy(KILLS));
                kill(kill);
            }
            pass(HALF.dividedBy(4));
            Map<String, Double> before = liveHeaps();
            pass(HALF.dividedBy(4).multipliedBy(3));
            Map<String, Double> after = liveHeaps();
            writer.stop();
            // Then the figures are those of a recount, and nothing is lost or doubled
            try (StreamRecount recount =
                    new StreamRecount(broker().bootstrapServers(), broker().registryUrl())) {
                requireRecounted(writer, recount);
                System.out.printf(
                        "%d kills in %d min, %,d records, live heaps %s, then %s MiB%n",
                        KILLS, MINUTES, recount.truth().size(), before, after);
            }
            after.forEach(
                    (service, mib) ->
                            assertTrue(
                                    MINUTES < STEADY_MINUTES // caches and memories still fill
                                            || mib
                                                    < 1.1
                                                                    * Objects.requireNonNull(
                                                                            before.get(service))
                                                            + NOISE_MIB,
                                    () -> service + " grows from " + before + " to " + after));
        } finally {
            for (BelayProcess service : running.values()) {
                assertEquals(SIGTERM, service.terminate(), service::output);
            }
            running.values().forEach(BelayProcess::close);
            broker().close();
        }
        assertEquals(List.of(), unexplained());
    }

    private PlatformHost broker() {
        return Objects.requireNonNull(platform);
    }

    private Path experiment() {
        return folder.resolve("live.yaml");
    }

    private void requireRecounted(ReviewWriter writer, StreamRecount recount) {
        Awaitility.await()
                .atMost(SETTLED)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(
                        () -> {
                            requireAlive();
                            recount.read();
                            assertEquals(writer.labels(), recount.truth());
                            assertEquals(recount.learnable(), recount.cumulative());
                            assertEquals(recount.counted(), recount.reported());
                            assertTrue(recount.sweeps() > 0);
                        });
        List<String> ids = new ArrayList<>(recount.examples());
        ids.addAll(recount.holdout());
        assertEquals(new TreeSet<>(ids).size(), ids.size());
        assertEquals(writer.labels().keySet(), new TreeSet<>(ids));
        assertEquals(HOLDOUT, recount.holdout().size());
        assertEquals(writer.bad(), recount.deadLetters());
        assertEquals(Set.of(), recount.predictedTwice());
        assertEquals(1, recount.runs());
    }

    private void kill(int number) throws Exception {
        int which = number % (SERVICES.size() + 1);
        if (which < SERVICES.size()) {
            String service = SERVICES.get(which);
            Objects.requireNonNull(running.get(service)).kill();
            start(service);
        } else {
            int port = port(broker().bootstrapServers());
            int registry = URI.create(broker().registryUrl()).getPort();
            broker().kill();
            platform = PlatformHost.start(folder.resolve("broker"), port, registry);
        }
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private void start(String service) throws Exception {
        Path directory = folder.resolve("process-" + logs.size() + "-" + service);
        logs.add(directory);
        List<String> command = new ArrayList<>(List.of(service));
        if (service.equals("attach")) {
            command.add(experiment().toString());
        }
        for (String setting :
                List.of(
                        "health.port=0",
                        "state=" + folder.resolve("state-" + service),
                        "store=" + folder.resolve("store"),
                        "cache=" + folder.resolve("cache"),
                        "wait.broker=180",
                        "aggregator.windows=5s",
                        "aggregator.truth-horizon=1m",
                        "aggregator.grace=1m",
                        "labeler.truth-horizon=1m")) {
            command.addAll(List.of("--set", setting));
        }
        running.put(service, BelayProcess.start(directory, connected(command)));
    }

    private void succeed(String... arguments) throws Exception {
        Path directory = folder.resolve("once-" + arguments[0]);
        BelayProcess.succeed(directory, connected(new ArrayList<>(List.of(arguments))));
    }

    private String[] connected(List<String> arguments) {
        arguments.addAll(List.of("--bootstrap-servers", broker().bootstrapServers()));
        arguments.addAll(List.of("--registry", broker().registryUrl()));
        return arguments.toArray(String[]::new);
    }

    /** Lets time pass, during which everything keeps running. */
    private void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Awaitility.await()
                .atMost(time.plusMinutes(1))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> {
                            requireAlive();
                            return System.nanoTime() > end;
                        });
    }

    private void requireAlive() {
        running.forEach(
                (service, process) ->
                        assertTrue(process.isAlive(), () -> service + ": " + process.output()));
    }

    /** Heap in use after a collection, MiB, by service. */
    private Map<String, Double> liveHeaps() throws Exception {
        Map<String, Double> heaps = new TreeMap<>();
        for (var service : running.entrySet()) {
            jcmd(service.getValue().pid(), "GC.run");
            String info = jcmd(service.getValue().pid(), "GC.heap_info");
            double kib =
                    Pattern.compile("generation.* used (\\d+)K")
                            .matcher(info)
                            .results()
                            .mapToDouble(match -> Double.parseDouble(match.group(1)))
                            .sum();
            assertTrue(kib > 0, info);
            heaps.put(service.getKey(), Math.round(kib / 102.4) / 10.0);
        }
        return heaps;
    }

    private static String jcmd(long pid, String command) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(pid),
                                command)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    /** Lines above INFO that no kill explains, and lines of stack traces. */
    private List<String> unexplained() throws Exception {
        List<String> lines = new ArrayList<>();
        for (Path directory : logs) {
            for (String name : List.of("stdout", "stderr")) {
                for (String line : Files.readAllLines(directory.resolve(name))) {
                    boolean above = line.contains(" WARN ") || line.contains(" ERROR ");
                    boolean trace = line.startsWith("\tat ") || line.startsWith("Caused by");
                    if (trace || (above && !EXPLAINED.matcher(line).find())) {
                        lines.add(directory.getFileName() + ": " + line);
                    }
                }
            }
        }
        return lines;
    }
}
