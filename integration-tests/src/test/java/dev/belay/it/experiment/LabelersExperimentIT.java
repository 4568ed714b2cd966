package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Labelers that are not trained models, as supervisors: by rules, and by somebody else's program.
 */
@Timeout(400)
class LabelersExperimentIT {
    private static final int PARTITIONS = 4;
    private static final String LABELS = "belay.small.labels.small.crowd.0";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern EVEN = Pattern.compile("word\\d*[02468]\\b");
    private static final Pattern ODD = Pattern.compile("word\\d*[13579]\\b");

    private static final String LABELERS =
            """
            labelers:
              lexicon:
                kind: rules
                patterns: {even: ["word1?[02468]\\\\b"], odd: ["word1?[13579]\\\\b"]}
              crowd: {kind: external}
            models:
              of-rules: {encoder: hashing-bigrams, supervisor: lexicon, micro-epoch: 64}
              of-crowd: {encoder: hashing-bigrams, supervisor: crowd, micro-epoch: 64}
              ceiling:  {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64}
            seeds: [0, 1]
            """;

    @TempDir Path folder;

    @Test
    void rulesAndAnExternalProgramSuperviseStudentsAndAreEvaluated() throws Exception {
        // Given
        Path file = SmallExperiment.write(folder);
        String text = SmallExperiment.text("");
        Files.writeString(file, text.substring(0, text.indexOf("models:")) + LABELERS);
        Path out = folder.resolve("out");
        try (EmbeddedPlatform platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {});
                PlainLabeler crowd =
                        new PlainLabeler(
                                platform.bootstrapServers(),
                                platform.registryUrl(),
                                "small",
                                "small/crowd#0@0",
                                LABELS,
                                LabelersExperimentIT::majority)) {
            StringWriter said = new StringWriter();
            CompletableFuture<Integer> run =
                    CompletableFuture.supplyAsync(() -> run(platform, file, out, said));
            // When
            Awaitility.await("the labels of the external program")
                    .atMost(Duration.ofMinutes(2))
                    .pollDelay(Duration.ZERO)
                    .until(
                            () -> {
                                assertFalse(run.isDone(), said::toString);
                                return crowd.step(PARTITIONS);
                            });
            // Then
            assertEquals(0, run.get(), said::toString);
            JsonNode summary = JSON.readTree(out.resolve("summary.json").toFile());
            Map<String, List<Float>> holdout = new HashMap<>(crowd.answers());
            Map<String, Integer> truths = truths(folder.resolve("data.jsonl"), "test");
            holdout.keySet().retainAll(truths.keySet());
            assertEquals(SmallExperiment.HOLDOUT, holdout.size());
            long abstained = holdout.values().stream().filter(List::isEmpty).count();
            long right =
                    holdout.entrySet().stream()
                            .filter(e -> !e.getValue().isEmpty())
                            .filter(
                                    e ->
                                            argmax(e.getValue())
                                                    == java.util.Objects.requireNonNull(
                                                            truths.get(e.getKey())))
                            .count();
            assertTrue(abstained > 0 && abstained < SmallExperiment.HOLDOUT, () -> "" + abstained);
            assertEquals(4, summary.get("pairs").size());
            for (JsonNode pair : summary.get("pairs")) {
                assertTrue(pair.get("supervisorAccuracy").isNumber(), pair::toString);
                assertTrue(
                        pair.get("pgr").isNumber() || pair.get("pgrUndefined").isTextual(),
                        pair::toString);
                if (pair.get("supervisor").textValue().equals("crowd")) {
                    long n = SmallExperiment.HOLDOUT - abstained;
                    assertEquals(n, pair.get("n").longValue(), pair::toString);
                    assertEquals(
                            (double) right / n, pair.get("supervisorAccuracy").doubleValue(), 1e-9);
                } else {
                    assertEquals("lexicon", pair.get("supervisor").textValue());
                }
            }
            // and what was no label
            Map<String, Integer> reasons = letters(platform);
            assertEquals(1, reasons.get("expected probabilities in [0, 1], found NaN"));
            assertEquals(1, reasons.get("expected 2 probabilities, found 3"));
            assertEquals(1, reasons.get("found in another partition"));
        }
    }

    private static int run(EmbeddedPlatform platform, Path file, Path out, StringWriter said) {
        return Belay.commandLine()
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said, true))
                .execute(
                        "run",
                        file.toString(),
                        "--out",
                        out.toString(),
                        "--data",
                        file.resolveSibling("data").toString(),
                        "--services",
                        "embedded",
                        "--bootstrap-servers",
                        platform.bootstrapServers(),
                        "--registry",
                        platform.registryUrl());
    }

    /** Of the words of either class; abstains from a tie. */
    private static List<Float> majority(String text) {
        long even = EVEN.matcher(text).results().count();
        long odd = ODD.matcher(text).results().count();
        if (even == odd) {
            return List.of();
        }
        return even > odd ? List.of(0.75f, 0.25f) : List.of(0.25f, 0.75f);
    }

    private static int argmax(List<Float> distribution) {
        return distribution.get(0) >= distribution.get(1) ? 0 : 1;
    }

    private static Map<String, Integer> truths(Path data, String split) throws Exception {
        Map<String, Integer> truths = new HashMap<>();
        for (String line : Files.readAllLines(data)) {
            JsonNode row = JSON.readTree(line);
            if (row.get("split").textValue().equals(split)) {
                truths.put(row.get("id").textValue(), row.get("label").intValue());
            }
        }
        return truths;
    }

    /** How often the labeler gave each reason. */
    private static Map<String, Integer> letters(EmbeddedPlatform platform) {
        Map<String, Integer> reasons = new TreeMap<>();
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers", platform.bootstrapServers(),
                        "group.id", "letters",
                        "auto.offset.reset", "earliest",
                        "isolation.level", "read_committed");
        try (var consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("belay.dead-letters"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> {
                                consumer.poll(Duration.ofMillis(200))
                                        .forEach(
                                                letter -> {
                                                    String service =
                                                            header(letter.headers(), "service");
                                                    if (service.equals("labeler-specs")) {
                                                        reasons.merge(
                                                                header(letter.headers(), "reason")
                                                                        .replaceFirst(
                                                                                "^found in partition"
                                                                                        + " .*",
                                                                                "found in another"
                                                                                        + " partition"),
                                                                1,
                                                                Integer::sum);
                                                    }
                                                });
                                return reasons.size() >= 3;
                            });
        }
        return reasons;
    }

    private static String header(org.apache.kafka.common.header.Headers headers, String name) {
        return new String(headers.lastHeader("belay." + name).value(), StandardCharsets.UTF_8);
    }
}
