package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.LongTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A chain of students, baselines, supervisors with different shares of the data, and labels with
 * trust. What the summary says of them is recomputed, by definition, from the records.
 */
@LongTest
@Timeout(600)
class ChainExperimentIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TOPICS =
            Pattern.compile(
                    "belay\\.(small\\.(examples|truth|predictions|labels\\..*)|checkpoints)");

    private static final String MODELS =
            """
            baselines: true
            labelers:
              trusted: {kind: trust, sources: [bow, judge], judge: judge}
              both:    {kind: votes, sources: [bow, judge]}
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor, share: 1/2, examples: 60, micro-epoch: 64}
              judge:   {encoder: hashing-bigrams, supervisor: truth, split: supervisor, share: 2/2, micro-epoch: 64, compare-with: bow}
              small:   {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 64}
              large:   {encoder: hashing, supervisor: small, micro-epoch: 64}
              direct:  {encoder: hashing, supervisor: bow, micro-epoch: 64}
              trust:   {encoder: hashing, supervisor: trusted, selector: {kind: trust, least: 0.6}, micro-epoch: 64}
              learned: {encoder: hashing, supervisor: both, selector: {kind: learned-weights, easy: 100}, micro-epoch: 64}
              small-ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64}
              large-ceiling: {encoder: hashing, supervisor: truth, micro-epoch: 64}
            """;

    @TempDir Path folder;

    private final Map<String, String> splits = new HashMap<>();
    private final Map<String, Integer> truth = new HashMap<>();

    /** Number of each model's last checkpoint. */
    private final Map<String, Long> last = new HashMap<>();

    /** Distributions by labeler, then by example; of votes those of the sources. */
    private final Map<String, Map<String, Object>> given = new TreeMap<>();

    /** Checkpoints that labels name, by labeler. */
    private final Map<String, Set<Long>> labelling = new TreeMap<>();

    /** SUPERVISOR examples that a model predicted before it learned from them. */
    private final Map<String, Set<String>> learned = new TreeMap<>();

    /** Class of each example of the holdout, by model and checkpoint. */
    private final Map<String, Map<String, Integer>> holdout = new TreeMap<>();

    @Test
    void whatIsShownBesidePgrIsWhatTheRecordsSayAlthoughTheRunIsKilled() throws Exception {
        // Given
        Path file = SmallExperiment.write(folder);
        String text = SmallExperiment.text("");
        Files.writeString(file, text.substring(0, text.indexOf("models:")) + MODELS);
        Path out = folder.resolve("out");
        Kills kills = new Kills(folder, file, out);
        // When: while the first student learns, and the second from it
        kills.once(9);
        kills.once(9);
        kills.none();
        // Then
        read();
        assertEquals(Set.of(lastOf("small")), labelling.get("small")); // it had ended
        assertEquals(Set.of(lastOf("bow")), labelling.get("bow"));
        assertEquals(60, of(learned, "bow").size());
        assertTrue(of(learned, "judge").size() > 100);
        assertTrue(Collections.disjoint(of(learned, "bow"), of(learned, "judge")));
        assertEquals(of(learned, "bow"), of(learned, "small-baseline"));
        assertEquals(of(learned, "bow"), of(learned, "large-baseline"));
        of(given, "both")
                .forEach(
                        (id, votes) ->
                                assertEquals(
                                        List.of(
                                                of(of(given, "bow"), id),
                                                of(of(given, "judge"), id)),
                                        votes));
        assertEquals(of(given, "bow").keySet(), of(given, "both").keySet());
        JsonNode summary = JSON.readTree(out.resolve("summary.json").toFile());
        baselines(summary);
        chain(summary.get("chains"));
        JsonNode trust = named(summary.get("median"), "trust");
        assertEquals(accuracy("bow"), trust.get("supervisorAccuracy").doubleValue(), 1e-9);
        long zeros = truth.entrySet().stream().filter(e -> is("HOLDOUT", e.getKey())).count();
        assertEquals(SmallExperiment.HOLDOUT, zeros);
        assertEquals(.5, summary.at("/majority/accuracy").doubleValue(), 1e-9); // of both as many
    }

    private void baselines(JsonNode summary) {
        JsonNode compared = summary.get("compared");
        assertEquals(3, compared.size());
        for (String model : List.of("judge", "small-baseline", "large-baseline")) {
            JsonNode found = named(compared, model);
            assertEquals("bow", found.get("supervisor").textValue());
            assertEquals(accuracy(model), found.get("studentAccuracy").doubleValue(), 1e-9);
            assertEquals(accuracy("bow"), found.get("supervisorAccuracy").doubleValue(), 1e-9);
        }
        for (JsonNode median : summary.get("median")) {
            assertFalse(median.get("student").textValue().endsWith("-baseline"));
        }
    }

    private void chain(JsonNode chains) {
        assertEquals(1, chains.size());
        JsonNode links = chains.get(0).get("links");
        assertEquals(2, links.size());
        double first = accuracy("bow");
        double gap = accuracy("large-ceiling") - first;
        for (String student : List.of("small", "large")) {
            JsonNode link = named(links, student);
            assertEquals(accuracy(student), link.get("studentAccuracy").doubleValue(), 1e-9);
            assertEquals((accuracy(student) - first) / gap, link.get("pgr").doubleValue(), 1e-9);
        }
        JsonNode direct = named(chains.get(0).get("direct"), "direct");
        assertEquals((accuracy("direct") - first) / gap, direct.get("pgr").doubleValue(), 1e-9);
    }

    private static JsonNode named(JsonNode array, String student) {
        return StreamSupport.stream(array.spliterator(), false)
                .filter(node -> node.get("student").textValue().equals(student))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + student + " in " + array));
    }

    /** Of a model's last checkpoint on the holdout. */
    private double accuracy(String model) {
        Map<String, Integer> said = of(holdout, model + "/" + lastOf(model));
        assertEquals(SmallExperiment.HOLDOUT, said.size(), model);
        long right =
                said.entrySet().stream()
                        .filter(e -> e.getValue().equals(truth.get(e.getKey())))
                        .count();
        return (double) right / said.size();
    }

    private long lastOf(String model) {
        return Objects.requireNonNull(last.get(model), model);
    }

    private boolean is(String split, String id) {
        return split.equals(splits.get(id));
    }

    private static <T> T of(Map<String, T> all, String key) {
        return Objects.requireNonNull(all.get(key), key);
    }

    private void read() {
        try (var platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("data"), 0, 0), line -> {});
                var reader = new PlainReader(platform.bootstrapServers(), platform.registryUrl())) {
            // predictions need the splits of their examples
            reader.forAll(
                    Pattern.compile("belay\\.small\\.(examples|holdout)"),
                    read -> {
                        GenericRecord value = Objects.requireNonNull(read.value());
                        splits.put(value.get("id").toString(), value.get("split").toString());
                    });
            reader.forAll(TOPICS, read -> take(read.topic(), Objects.requireNonNull(read.value())));
        }
    }

    private void take(String topic, GenericRecord value) {
        if (topic.endsWith(".truth") && value.getSchema().getName().equals("Truth")) {
            truth.put(value.get("id").toString(), (Integer) value.get("label"));
        } else if (topic.endsWith(".checkpoints")) {
            last.merge(name(value.get("model")), (Long) value.get("number"), Math::max);
        } else if (topic.endsWith(".predictions")) {
            takeBlock(value);
        } else if (topic.contains(".labels.") && !topic.endsWith("labels.truth")) {
            labelling
                    .computeIfAbsent(name(value.get("labeler")), l -> new HashSet<>())
                    .add((Long) value.get("checkpoint"));
            Object votes = value.get("votes");
            given.computeIfAbsent(name(value.get("labeler")), l -> new HashMap<>())
                    .put(
                            ((GenericRecord) value.get("example")).get("id").toString(),
                            votes == null ? value.get("probabilities") : votes);
        }
    }

    private void takeBlock(GenericRecord block) {
        var ids = (List<?>) block.get("ids");
        var probabilities = (List<?>) block.get("probabilities");
        String model = name(block.get("model"));
        boolean swept = block.get("phase").toString().equals("HOLDOUT");
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i).toString();
            if (swept) {
                float zero = (Float) probabilities.get(2 * i);
                float one = (Float) probabilities.get(2 * i + 1);
                holdout.computeIfAbsent(
                                model + "/" + block.get("checkpoint"), key -> new HashMap<>())
                        .put(id, one > zero ? 1 : 0);
            } else if (is("SUPERVISOR", id)) {
                learned.computeIfAbsent(model, key -> new HashSet<>()).add(id);
            }
        }
    }

    /** small/bow#0@0 → bow. */
    private static String name(Object id) {
        return id.toString().replaceAll("^small/|#.*$", "");
    }
}
