package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.LongTest;
import dev.belay.it.platform.PlatformHost;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator sees of services of which one is killed, whose broker is killed, and that are
 * stopped in the end: lines that say what happens, and gauges that are back soon.
 */
@LongTest
@Timeout(600)
class KilledServicesIT {
    private static final List<String> KINDS =
            List.of("labeler", "trainer", "evaluator", "aggregator");
    private static final Pattern METRICS = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+)/metrics");
    private static final Pattern BROKER = Pattern.compile("Kafka broker at ([^,\\s]+)");
    private static final Pattern REGISTRY = Pattern.compile("schema registry at ([^,\\s]+)");

    /** The goal is 15 s, on a machine that does nothing else. */
    private static final Duration SOON = Duration.ofSeconds(15);

    /** A frame of a stack trace, or a cause. */
    private static final Pattern TRACE = Pattern.compile("(?m)^(\\s+at \\S+\\(|Caused by: ).*");

    @TempDir Path folder;
    private final Map<String, BelayProcess> services = new LinkedHashMap<>();
    private String[] at = {};

    @Test
    void killsAreLinesWithoutStackTracesAndGaugesAreBackInSeconds() throws Exception {
        // Given
        BelayProcess broker =
                broker(
                        Integer.toString(PlatformHost.freePort()),
                        Integer.toString(PlatformHost.freePort()),
                        "broker-1");
        String server = broker.awaitOutput(BROKER);
        String registry = broker.awaitOutput(REGISTRY);
        at = new String[] {"--bootstrap-servers", server, "--registry", registry};
        List<BelayProcess> killed = new ArrayList<>();
        try {
            Path file = SmallExperiment.write(folder.resolve("small"), "rows-per-second: 60");
            BelayProcess.succeed(folder.resolve("plan"), with("topics", "apply"));
            for (String kind : KINDS) {
                services.put(kind, service(kind, 1));
            }
            try (BelayProcess run =
                    BelayProcess.start(
                            folder.resolve("run"),
                            with("run", file.toString(), "--out", folder + "/out"))) {
                // When: each is killed once, then the broker
                for (String kind : KINDS) {
                    BelayProcess victim = Objects.requireNonNull(services.get(kind));
                    victim.awaitOutput(METRICS);
                    victim.kill();
                    killed.add(victim);
                    services.put(kind, service(kind, 2));
                }
                Objects.requireNonNull(services.get("aggregator")).awaitOutput(METRICS);
                broker.kill();
                killed.add(broker);
                PlatformHost.awaitFree(URI.create(registry).getPort());
                broker =
                        broker(
                                server.substring(server.indexOf(':') + 1),
                                String.valueOf(URI.create(registry).getPort()),
                                "broker-2");
                // Then
                assertEquals(0, run.exitCode(), run::output);
            }
            List<String> before = gauges(scrape("aggregator"));
            assertTrue(before.size() >= 10, before::toString);
            BelayProcess aggregator = Objects.requireNonNull(services.get("aggregator"));
            long killNs = System.nanoTime();
            aggregator.kill();
            killed.add(aggregator);
            services.put("aggregator", service("aggregator", 3));
            Objects.requireNonNull(services.get("aggregator")).awaitOutput(METRICS);
            Awaitility.await()
                    .atMost(SOON)
                    .untilAsserted(() -> assertEquals(before, gauges(scrape("aggregator"))));
            Duration back = Duration.ofNanos(System.nanoTime() - killNs);
            System.out.printf("gauges were back %.1f s after the kill%n", back.toMillis() / 1e3);
            assertTrue(back.compareTo(SOON) < 0, back::toString);
            for (var service : services.entrySet()) {
                BelayProcess process = service.getValue();
                assertEquals(143, process.terminate(), process::output);
                String last = process.output();
                assertTrue(
                        last.contains(service.getKey() + " was stopped by a signal, in order"),
                        last);
                killed.add(process);
            }
            for (BelayProcess process : killed) {
                if (process != broker) {
                    assertTrue(!TRACE.matcher(process.output()).find(), process::output);
                }
            }
        } finally {
            services.values().forEach(BelayProcess::close);
            broker.close();
        }
    }

    /** The aggregator's gauges of pairs. */
    private static List<String> gauges(String page) {
        return page.lines()
                .filter(
                        line ->
                                line.matches(
                                        "belay_(accuracy|pgr|agreement|checkpoint_number|examples_seen|truth_too_late)\\{.*"))
                .sorted()
                .toList();
    }

    private String scrape(String service) throws Exception {
        String url =
                Objects.requireNonNull(services.get(service)).awaitOutput(METRICS) + "/metrics";
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private BelayProcess broker(String port, String registryPort, String name) throws Exception {
        return BelayProcess.start(
                folder.resolve(name),
                "broker",
                "--data",
                folder.resolve("broker").toString(),
                "--port",
                port,
                "--registry-port",
                registryPort);
    }

    private BelayProcess service(String kind, int life) throws Exception {
        return BelayProcess.start(
                folder.resolve(kind + "-" + life),
                with(
                        kind,
                        "--set",
                        "health.port=0",
                        "--set",
                        "state=" + folder.resolve("state-" + kind),
                        "--set",
                        "store=" + folder.resolve("store")));
    }

    private String[] with(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(at));
        return all.toArray(String[]::new);
    }
}
