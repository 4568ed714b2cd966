package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.LongTest;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A run on an endless topic: the share of wrong labels is raised from .1 to .3 by the command, and
 * set back.
 */
@LongTest
@Timeout(600)
class NoiseChangeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(200);

    private static final String EXPERIMENT =
            """
            name: live
            task:
              classes: [even, odd]
            data:
              topic: reviews
              holdout: {share: 0.1, size: 40}
              supervisor-share: 0
            labelers:
              noisy: {kind: noise, sources: [truth], rate: 0.1}
            models:
              student: {encoder: hashing-bigrams, supervisor: noisy, micro-epoch: 64, max-wait: 1s, evaluate-every: 10}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64, max-wait: 1s, evaluate-every: 10}
            """;

    @TempDir Path folder;

    @Test
    void eachChangeOfTheRateIsOneAlertAndInTheReport() throws Exception {
        try (EmbeddedPlatform platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {})) {
            try (var admin =
                    Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic("reviews", 3, (short) 1))).all().get();
            }
            Path file = Files.writeString(folder.resolve("live.yaml"), EXPERIMENT);
            try (ReviewWriter writer = new ReviewWriter(platform.bootstrapServers(), "reviews");
                    StreamRecount recount =
                            new StreamRecount(platform.bootstrapServers(), platform.registryUrl());
                    BelayProcess run = BelayProcess.start(folder, command(platform, file))) {
                // Given 2,000 labels of which a tenth is wrong
                writer.start();
                awaitLabels(recount, run, 2_000);
                assertEquals(List.of(), errors(platform, "0"));
                // When the rate is raised, then an alert says so
                set(platform, "rate=0.3");
                List<JsonNode> raised = awaitErrors(platform, run, 1);
                assertEquals(.1, share(raised.get(0), "from"), .03);
                assertEquals(.3, share(raised.get(0), "to"), .1);
                // And when it is set back, another one, after as many labels
                awaitLabels(recount, run, recount.records("belay.live.labels.live.noisy.0") + 600);
                set(platform, "rate=0.1");
                List<JsonNode> lowered = awaitErrors(platform, run, 2);
                assertEquals(.1, share(lowered.get(1), "to"), .08);
                awaitLabels(recount, run, recount.records("belay.live.labels.live.noisy.0") + 300);
                run.interrupt();
                assertEquals(0, run.exitCode(), run::output);
            }
            checkEffects(platform);
        }
        // Then the report has both in the figure over time
        String report = Files.readString(folder.resolve("out/report.html"));
        assertTrue(report.contains("Wrong labels over time"), "no figure over time");
        assertTrue(report.contains("Changes in the labels"), "no table of alerts");
    }

    /** Asserts that all wrong labels are those that noise changed: their source is truth. */
    private void checkEffects(EmbeddedPlatform platform) throws Exception {
        String printed =
                BelayProcess.succeed(
                        folder.resolve("effects"),
                        connected(platform, "noise", "effects", "live/student", "--jsonl", "-"));
        Map<String, JsonNode> groups = new HashMap<>();
        for (String line : printed.lines().filter(text -> text.startsWith("{")).toList()) {
            JsonNode group = JSON.readTree(line);
            groups.put(group.get("group").textValue(), group);
        }
        long wrong = group(groups, "all").get("wrong").longValue();
        assertTrue(wrong > 200, printed);
        assertEquals(wrong, group(groups, "changed by noise").get("wrong").longValue(), printed);
        assertEquals(
                wrong, group(groups, "changed by noise").get("withTruth").longValue(), printed);
        assertEquals(0, group(groups, "as its source").get("wrong").longValue(), printed);
        long corrected = group(groups, "all").get("corrected").longValue();
        long inherited = group(groups, "all").get("inherited").longValue();
        assertEquals(wrong, corrected + inherited, printed); // of two classes there is no third
    }

    private static JsonNode group(Map<String, JsonNode> groups, String name) {
        return Objects.requireNonNull(groups.get(name), name);
    }

    private static double share(JsonNode alert, String field) {
        return Double.parseDouble(alert.get(field).textValue());
    }

    private static void awaitLabels(StreamRecount recount, BelayProcess run, long least) {
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(500))
                .until(
                        () -> {
                            assertTrue(run.isAlive(), run::output);
                            return recount.records("belay.live.labels.live.noisy.0") >= least;
                        });
    }

    private List<JsonNode> awaitErrors(EmbeddedPlatform platform, BelayProcess run, int count) {
        List<JsonNode> found = new ArrayList<>();
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () -> {
                            assertTrue(run.isAlive(), run::output);
                            found.clear();
                            found.addAll(errors(platform, count + "-" + System.nanoTime()));
                            assertEquals(count, found.size(), found::toString);
                        });
        return found;
    }

    /** The alerts about wrong labels, as the command prints them. */
    private List<JsonNode> errors(EmbeddedPlatform platform, String name) throws Exception {
        String printed =
                BelayProcess.succeed(
                        folder.resolve("alerts-" + name), connected(platform, "alerts", "--json"));
        List<JsonNode> errors = new ArrayList<>();
        for (JsonNode alert : JSON.readTree(printed)) {
            if (alert.get("what").textValue().equals("errors")) {
                errors.add(alert);
            }
        }
        return errors;
    }

    private void set(EmbeddedPlatform platform, String change) throws Exception {
        BelayProcess.succeed(
                folder.resolve("set-" + change),
                connected(platform, "noise", "set", "live/noisy", change));
    }

    private static String[] connected(EmbeddedPlatform platform, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", platform.bootstrapServers()));
        all.addAll(List.of("--registry", platform.registryUrl()));
        return all.toArray(String[]::new);
    }

    private String[] command(EmbeddedPlatform platform, Path file) {
        return connected(
                platform,
                "run",
                file.toString(),
                "--out",
                folder.resolve("out").toString(),
                "--data",
                folder.resolve("data").toString(),
                "--services",
                "embedded",
                "--set",
                "aggregator.windows=5s",
                "--set",
                "health.port=-1");
    }
}
