package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.it.Recount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole experiment by the command line, from its file to its report and its export. */
@Timeout(600)
class ExperimentIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path folder;

    @Test
    void aRunEndsWithItsThreeFilesAndAFinalRowOfEveryPair() throws Exception {
        // When
        UndisturbedRun run = UndisturbedRun.get();
        // Then
        JsonNode summary = JSON.readTree(run.summary());
        assertEquals("small", summary.get("experiment").textValue());
        JsonNode examples = summary.get("examples");
        assertEquals(SmallExperiment.HOLDOUT, examples.get("holdout").intValue());
        assertEquals(
                SmallExperiment.ROWS - SmallExperiment.HOLDOUT,
                examples.get("supervisor").intValue() + examples.get("student").intValue());
        Set<String> pairs = new HashSet<>();
        for (JsonNode pair : summary.get("pairs")) {
            pairs.add(pair.get("student").textValue() + "#" + pair.get("seed"));
            assertEquals("bow", pair.get("supervisor").textValue());
            assertEquals("ceiling", pair.get("ceiling").textValue());
            assertEquals(SmallExperiment.HOLDOUT, pair.get("n").intValue());
            double weak = pair.get("supervisorAccuracy").doubleValue();
            double best = pair.get("ceilingAccuracy").doubleValue();
            assertTrue(weak > 0.55 && weak < 0.85, () -> "the supervisor is weak: " + pair);
            assertTrue(best > weak + 0.05, () -> "there is a gap to recover: " + pair);
            assertTrue(pair.get("pgr").isNumber(), () -> "the gap is resolved: " + pair);
            assertTrue(
                    pair.get("pgrLow").doubleValue() <= pair.get("pgr").doubleValue()
                            && pair.get("pgr").doubleValue() <= pair.get("pgrHigh").doubleValue(),
                    () -> "PGR is in its interval: " + pair);
        }
        assertEquals(Set.of("naive#0", "naive#1", "conf#0", "conf#1"), pairs);
        assertEquals(SmallExperiment.STUDENTS.size(), summary.get("median").size());
        // every checkpoint of every student has a line
        List<JsonNode> metrics = jsonLines(run.out().resolve("metrics.jsonl"));
        for (JsonNode pair : summary.get("pairs")) {
            Set<Long> checkpoints =
                    metrics.stream()
                            .filter(m -> "HOLDOUT".equals(m.path("phase").textValue()))
                            .filter(m -> m.get("student").equals(pair.get("student")))
                            .filter(m -> m.get("seed").equals(pair.get("seed")))
                            .map(m -> m.get("checkpoint").longValue())
                            .collect(Collectors.toSet());
            assertEquals(pair.get("checkpoint").intValue(), checkpoints.size(), pair::toString);
        }
        // and the last on the stream counts all that the student learned from
        Map<String, JsonNode> stream = UndisturbedRun.lastOnTheStream(run.out());
        assertEquals(pairs, stream.keySet());
        for (JsonNode last : stream.values()) {
            assertEquals(examples.get("student"), last.get("n"), last::toString);
            assertFalse(last.get("provisional").booleanValue(), last::toString);
        }
        String report = Files.readString(run.out().resolve("report.html"));
        assertTrue(report.contains("</html>") && report.contains("naive"));
        assertFalse(report.contains("src=\"http"), "the report opens without a network");
    }

    @Test
    void aRecountOfTheExportGivesTheNumbersOfTheSummary() throws Exception {
        // Given
        UndisturbedRun run = UndisturbedRun.get();
        Path export = folder.resolve("export");
        // When
        BelayProcess.succeed(
                folder, "export", "--out", export.toString(), "--data", run.data().toString());
        // Then
        int pairs = SmallExperiment.STUDENTS.size() * SmallExperiment.SEEDS.size();
        assertEquals(pairs, Recount.compare(export, run.out().resolve("summary.json")));
        assertEquals(
                SmallExperiment.ROWS, jsonLines(export.resolve("truth.jsonl")).size(), "truths");
    }

    @Test
    void theSameCommandAgainAddsNothingAndSaysTheSame() throws Exception {
        // Given
        UndisturbedRun run = UndisturbedRun.get();
        List<String> before = run.topics().facts();
        // When
        Path out = folder.resolve("again");
        run(run.file(), out, run.data());
        // Then
        assertEquals(run.summary(), UndisturbedRun.summary(out));
        assertEquals(
                UndisturbedRun.lastOnTheStream(run.out()), UndisturbedRun.lastOnTheStream(out));
        SameFacts.require(before, Facts.of(run.data()));
    }

    @Test
    void theSameSeedsOnAnotherBrokerGiveTheSameSummary() throws Exception {
        // Given
        UndisturbedRun run = UndisturbedRun.get();
        Path out = folder.resolve("out");
        // When
        run(SmallExperiment.write(folder), out, folder.resolve("data"));
        // Then
        assertEquals(run.summary(), UndisturbedRun.summary(out));
    }

    @Test
    void anotherSeedDrawsOtherExamplesForTheSupervisor() throws Exception {
        // Given
        List<String> facts = UndisturbedRun.get().topics().facts();
        // When
        Set<String> first = learnedFrom(facts, "small/bow#0@0");
        Set<String> second = learnedFrom(facts, "small/bow#1@0");
        // Then
        assertEquals(60, first.size());
        assertEquals(60, second.size());
        assertNotEquals(first, second);
    }

    /** A trainer predicts what it is about to learn from; the labeler predicts the other split. */
    private static Set<String> learnedFrom(List<String> facts, String model) {
        Set<String> labelled = new HashSet<>();
        Set<String> predicted = new HashSet<>();
        for (String fact : facts) {
            String[] words = fact.split(" ", -1);
            if (fact.startsWith("small.labels.small.bow.")) {
                labelled.add(words[1]);
            } else if (fact.startsWith("small.predictions PROGRESSIVE " + model + " ")) {
                predicted.add(words[4]);
            }
        }
        predicted.removeAll(labelled);
        return predicted;
    }

    private void run(Path file, Path out, Path data) throws Exception {
        BelayProcess.succeed(
                folder, "run", file.toString(), "--out", out.toString(), "--data", data.toString());
    }

    private static List<JsonNode> jsonLines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }
}
