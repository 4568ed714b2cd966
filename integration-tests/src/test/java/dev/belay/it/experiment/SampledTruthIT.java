package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run whose truth is known for a fifth of the student's examples, with noise on all labels. */
@Timeout(900)
class SampledTruthIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS = 3_000;
    private static final double SHARE = .2;
    private static final int WINDOW = 800;

    /** The rules know the class by its word, so that noise alone makes labels wrong. */
    private static final String EXPERIMENT =
            """
            name: sampled
            task:
              classes: [even, odd]
            data:
              path: data.jsonl
              holdout: {share: 0.1}
              supervisor-share: 0
              truth: {sampled: 0.2, seed: 4}
            labelers:
              oracle: {kind: rules, keywords: {even: [even], odd: [odd]}}
              noisy:  {kind: noise, sources: [oracle], rate: 0.3}
            models:
              student: {encoder: hashing-bigrams, supervisor: noisy, micro-epoch: 64}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64}
            """;

    @TempDir Path folder;

    private final Map<String, Integer> labelOf = new HashMap<>(); // of the file
    private final Set<String> students = new TreeSet<>();
    private final Set<String> held = new TreeSet<>();
    private final Map<String, Double> truth = new TreeMap<>(); // inclusion probability
    private final Map<String, Integer> noisy = new HashMap<>();
    private final Map<String, Integer> byStudent = new HashMap<>();
    private final Map<String, Integer> byCeiling = new HashMap<>();
    private final Map<String, Boolean> truthLabels = new HashMap<>(); // whether abstained
    private final Set<String> flips = new HashSet<>();

    @Test
    void theCeilingPredictsEveryExampleAndTheEstimateHoldsTheInjectedRate() throws Exception {
        // Given
        Files.writeString(folder.resolve("data.jsonl"), rows());
        Path file = Files.writeString(folder.resolve("sampled.yaml"), EXPERIMENT);
        Path out = folder.resolve("out");
        try (EmbeddedPlatform platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {})) {
            // When
            belay(
                    platform,
                    "run",
                    file.toString(),
                    "--out",
                    out.toString(),
                    "--data",
                    folder.resolve("data").toString(),
                    "--services",
                    "embedded");
            read(platform);
            // Then truth is there for the drawn examples and the holdout
            Set<String> drawn = new TreeSet<>();
            for (String id : students) {
                if (isDrawn(id)) {
                    drawn.add(id);
                }
            }
            assertEquals(ROWS, students.size() + held.size());
            assertEquals(SHARE * students.size(), drawn.size(), 85);
            Set<String> expected = new TreeSet<>(drawn);
            expected.addAll(held);
            assertEquals(expected, truth.keySet());
            truth.forEach((id, p) -> assertEquals(held.contains(id) ? 1 : SHARE, p));
            // And the labeler truth abstains from the others, so that the ceiling predicts all
            assertEquals(students, truthLabels.keySet());
            truthLabels.forEach((id, abstained) -> assertEquals(!drawn.contains(id), abstained));
            assertEquals(students, byCeiling.keySet());
            assertEquals(students, byStudent.keySet());
            assertEquals(students, noisy.keySet());
            // And the figures of the stream are those of the examples with truth
            stream(out, drawn);
            // And the estimates are those of a recount and hold what was injected
            estimates(
                    JSON.readTree(
                            belay(
                                    platform,
                                    "noise",
                                    "estimate",
                                    "sampled/student",
                                    "--json",
                                    "--window",
                                    "" + WINDOW)),
                    drawn);
            String table =
                    belay(platform, "noise", "estimate", "sampled/student", "--window", "800");
            assertTrue(table.contains("closed windows"), table);
            assertTrue(table.contains("ceiling's predictions"), table);
            System.out.println(table);
            System.out.println(belay(platform, "noise", "estimate", "sampled/student"));
        }
    }

    private void stream(Path out, Set<String> drawn) throws Exception {
        JsonNode last = JSON.missingNode();
        for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
            JsonNode row = JSON.readTree(line);
            if (row.get("phase").textValue().equals("PROGRESSIVE")
                    && row.get("windowStartMs").isNull()) {
                last = row;
            }
        }
        assertEquals(drawn.size(), last.get("n").longValue(), last::toString);
        assertEquals(students.size() - drawn.size(), last.get("withoutTruth").longValue());
        assertEquals(right(noisy, drawn), last.get("supervisorAccuracy").doubleValue(), 1e-9);
        assertEquals(right(byStudent, drawn), last.get("studentAccuracy").doubleValue(), 1e-9);
        assertEquals(right(byCeiling, drawn), last.get("ceilingAccuracy").doubleValue(), 1e-9);
    }

    private double right(Map<String, Integer> said, Set<String> of) {
        return (double)
                        of.stream()
                                .filter(id -> Objects.equals(said.get(id), labelOf.get(id)))
                                .count()
                / of.size();
    }

    private void estimates(JsonNode found, Set<String> drawn) {
        double injected = (double) flips.size() / students.size();
        assertEquals(.3, injected, .04);
        // the rules are always right: what noise has changed is what is wrong
        assertEquals(injected, 1 - right(noisy, students), 1e-12);
        assertEquals(injected, found.get("injected").doubleValue(), 1e-12);
        assertEquals("DECLARED", found.get("sample").textValue());
        assertEquals(drawn.size(), found.get("withTruth").longValue());
        JsonNode byTruth = found.at("/estimates/0");
        assertEquals(1 - right(noisy, drawn), byTruth.get("value").doubleValue(), 1e-12);
        JsonNode powered = JSON.missingNode();
        for (JsonNode line : found.get("estimates")) {
            powered = line.get("method").textValue().equals("prediction-powered") ? line : powered;
        }
        assertTrue(powered.get("note").textValue().startsWith("the ceiling's"), powered::toString);
        assertTrue(powered.get("low").doubleValue() <= injected, found::toString);
        assertTrue(powered.get("high").doubleValue() >= injected, found::toString);
        assertTrue(width(powered) < .9 * width(byTruth), found::toString);
        JsonNode windows = found.get("windows");
        assertEquals(students.size() / WINDOW, windows.size());
        long truths = 0;
        for (JsonNode window : windows) {
            assertEquals(WINDOW, window.get("examples").intValue());
            truths += window.get("withTruth").longValue();
            assertEquals(.3, window.get("injected").doubleValue(), .07);
            assertTrue(window.get("relativeWidth").doubleValue() <= 1.05, window::toString);
            assertEquals(
                    .3, window.at("/predictionPowered/value").doubleValue(), .15, window::toString);
        }
        assertTrue(truths > 350 && truths <= drawn.size(), found::toString);
    }

    private static double width(JsonNode line) {
        return line.get("high").doubleValue() - line.get("low").doubleValue();
    }

    private void read(EmbeddedPlatform platform) {
        try (PlainReader reader =
                new PlainReader(platform.bootstrapServers(), platform.registryUrl())) {
            reader.forAll(
                    Pattern.compile(
                            "belay\\.sampled\\.(examples|holdout|truth|predictions|flips|labels\\.truth)"),
                    record -> {
                        GenericRecord value = Objects.requireNonNull(record.value());
                        switch (record.topic().substring("belay.sampled.".length())) {
                            case "examples" -> students.add(record.key());
                            case "holdout" -> held.add(record.key());
                            case "flips" -> flips.add(record.key());
                            case "truth" ->
                                    truth.put(
                                            record.key(),
                                            (Double) value.get("inclusionProbability"));
                            case "labels.truth" ->
                                    truthLabels.put(record.key(), (Boolean) value.get("abstained"));
                            default -> predicted(value);
                        }
                    });
        }
    }

    private void predicted(GenericRecord block) {
        if (!block.get("phase").toString().equals("PROGRESSIVE")) {
            return;
        }
        String model = block.get("model").toString();
        Map<String, Integer> of =
                model.startsWith("sampled/noisy")
                        ? noisy
                        : model.startsWith("sampled/student")
                                ? byStudent
                                : model.startsWith("sampled/ceiling") ? byCeiling : new HashMap<>();
        List<?> ids = (List<?>) block.get("ids");
        List<?> p = (List<?>) block.get("probabilities");
        for (int i = 0; i < ids.size(); i++) {
            of.put(ids.get(i).toString(), (float) p.get(2 * i) >= (float) p.get(2 * i + 1) ? 0 : 1);
        }
    }

    /** By definition. */
    private static boolean isDrawn(String id) throws Exception {
        byte[] hash =
                MessageDigest.getInstance("SHA-256")
                        .digest(("truth:4|" + id).getBytes(StandardCharsets.UTF_8));
        long bits = new java.math.BigInteger(1, Arrays.copyOf(hash, 8)).shiftRight(11).longValue();
        return bits * 0x1.0p-53 < SHARE;
    }

    private String rows() throws Exception {
        Random random = new Random(5);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            int label = random.nextInt(2);
            List<String> words = new ArrayList<>(List.of(label == 0 ? "even" : "odd"));
            for (int w = 0; w < 6; w++) {
                words.add("word" + random.nextInt(300));
            }
            labelOf.put("t" + i, label);
            rows.append(
                            JSON.writeValueAsString(
                                    Map.of(
                                            "id",
                                            "t" + i,
                                            "text",
                                            String.join(" ", words),
                                            "label",
                                            label)))
                    .append('\n');
        }
        return rows.toString();
    }

    /** Runs a command; returns what it prints. */
    private static String belay(EmbeddedPlatform platform, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", platform.bootstrapServers()));
        all.addAll(List.of("--registry", platform.registryUrl()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Belay.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(all.toArray(String[]::new));
        assertEquals(0, code, () -> out + "\n" + err);
        return out.toString();
    }
}
