package dev.belay.it.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(300)
class BenchIT {
    /** Two minutes on a quiet machine: {@code .ci/long bench} sets it. */
    private static final String LONG = "belay.bench";

    @TempDir Path dir;

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void trainerEndsWithAllItsFigures() throws IOException {
        JsonNode json = lastLineOf("trainer");
        assertEquals(
                Set.of(
                        "trainerExamplesPerSecond",
                        "bareExamplesPerSecond",
                        "waitMs",
                        "heldMs",
                        "copyMs",
                        "encodeMs",
                        "predictMs",
                        "learnMs",
                        "saveMs",
                        "commitMs",
                        "heapLastMiB",
                        "heapFirstMiB",
                        "residentLastMiB",
                        "residentFirstMiB",
                        "eightHeadsSeconds",
                        "oneHeadSeconds"),
                positive(json.get("figures")));
        assertEquals(
                Set.of("toBare", "memoryHeap", "memoryResident", "eightHeadsToOne"),
                positive(json.get("ratios")));
    }

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void labelerEndsWithAllItsFigures() throws IOException {
        JsonNode json = lastLineOf("labeler");
        assertEquals(
                Set.of(
                        "labelerTextsPerSecond",
                        "labelerBareTextsPerSecond",
                        "evaluatorTextsPerSecond",
                        "evaluatorBareTextsPerSecond",
                        "encoderTextsPerSecond",
                        "encoderBareTextsPerSecond",
                        "longTextsPerSecond",
                        "peakResidentMiB"),
                positive(json.get("figures")));
        assertEquals(
                Set.of("toBare", "labelerToBare", "evaluatorToBare", "encoderToBare"),
                positive(json.get("ratios")));
    }

    /** Ends so only if all sides' counts are those of its recount. */
    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void aggregatorEndsWithAllItsFigures() throws IOException {
        JsonNode json = lastLineOf("aggregator");
        assertEquals(
                Set.of(
                        "aggregatorPredictionsPerSecond",
                        "barePredictionsPerSecond",
                        "columnsPredictionsPerSecond",
                        "dslPredictionsPerSecond",
                        "startSeconds",
                        "nsPerPrediction",
                        "nsPerPrediction10xCheckpoints",
                        "nsPerPrediction10xModels",
                        "nsPerPrediction10xExamples",
                        "latencyPredictionsPerSecond",
                        "latencyP50Ms",
                        "latencyP99Ms",
                        "restoreKeptSeconds"), // of three kills the first
                positive(json.get("figures")));
        assertEquals(
                Set.of(
                        "toBare",
                        "toColumns",
                        "toDsl",
                        "cost10xCheckpoints",
                        "cost10xModels",
                        "cost10xExamples"),
                positive(json.get("ratios")));
    }

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void rowsEndsWithAllItsFigures() throws IOException {
        JsonNode json = lastLineOf("rows");
        assertEquals(
                Set.of(
                        "jsonlToPlain",
                        "jsonlMemory",
                        "parquetToPlain",
                        "parquetMemory",
                        "topicToPlain",
                        "topicMemory"),
                positive(json.get("ratios")));
    }

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void attachEndsWithAllItsFigures() throws IOException {
        JsonNode json = lastLineOf("attach");
        assertEquals(
                Set.of("columnsToBare", "expressionsToBare", "cpuToBare", "toBare"),
                positive(json.get("ratios")));
    }

    @Test
    void coverageIsNearWhatIntervalsSayEvenInFewDraws() throws IOException {
        JsonNode figures = lastLineOf("coverage", "--quick").get("figures");
        assertTrue(figures.get("fiellerLeast").asDouble() > 0.87, figures.toString());
        assertTrue(figures.get("gainLeast").asDouble() > 0.87, figures.toString());
        assertTrue(figures.get("anytimeMost").asDouble() <= 0.1, figures.toString());
    }

    private JsonNode lastLineOf(String bench) throws IOException {
        JsonNode json = lastLineOf(bench, "--quick", "--dir", dir.toString());
        try (var left = Files.list(dir)) {
            assertEquals(List.of(), left.toList());
        }
        return json;
    }

    private static JsonNode lastLineOf(String bench, String... options) throws IOException {
        StringWriter out = new StringWriter();
        CommandLine belay = Belay.commandLine().setOut(new PrintWriter(out));
        List<String> words = new ArrayList<>(List.of("bench", bench));
        words.addAll(List.of(options));
        assertEquals(0, belay.execute(words.toArray(String[]::new)));
        List<String> lines = out.toString().lines().toList();
        JsonNode json = new ObjectMapper().readTree(lines.get(lines.size() - 1));
        assertEquals(bench, json.get("bench").asText());
        return json;
    }

    /** The keys of an object of numbers above 0. */
    private static Set<String> positive(JsonNode numbers) {
        List<String> keys = new ArrayList<>();
        numbers.properties()
                .forEach(
                        entry -> {
                            assertTrue(entry.getValue().asDouble() > 0, entry.toString());
                            keys.add(entry.getKey());
                        });
        return new TreeSet<>(keys);
    }
}
