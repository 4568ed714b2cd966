package dev.belay.cli.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.results.Finding.Point;
import dev.belay.cli.results.SetResult.Ladder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Students are identified by their settings, whatever their names. */
class SetResultTest {
    /** Two sizes, methods, a chain, baselines; the larger ladder comes first. */
    static final String SUMMARY =
            """
            {"examples": {"supervisor": 100, "student": 4000, "holdout": 1800},
             "models": [
              {"model": "w", "supervisor": "truth", "encoder": "hashing", "loss": {"kind": "cross-entropy"}},
              {"model": "s1", "supervisor": "w", "encoder": "bge", "parameters": 33, "loss": {"kind": "cross-entropy"}},
              {"model": "s2", "supervisor": "w", "encoder": "bge", "parameters": 33, "loss": {"kind": "confidence", "warm-up": "evidence"}},
              {"model": "s3", "supervisor": "w", "encoder": "bge", "parameters": 33, "loss": {"kind": "confidence", "alpha": "0.75"}},
              {"model": "s4", "supervisor": "w", "encoder": "bge", "parameters": 33, "loss": {"kind": "product"}, "selector": {"kind": "confidence"}},
              {"model": "s5", "supervisor": "w", "encoder": "minilm", "parameters": 22, "loss": {"kind": "cross-entropy"}},
              {"model": "s6", "supervisor": "s5", "encoder": "bge", "parameters": 33, "loss": {"kind": "cross-entropy"}},
              {"model": "b", "supervisor": "truth", "encoder": "bge", "loss": {"kind": "cross-entropy"}}],
             "median": [
              {"student": "s1", "supervisor": "w", "ceiling": "cb", "seeds": 5, "supervisorAccuracy": 0.7, "studentAccuracy": 0.74, "ceilingAccuracy": 0.9,
               "gapOverSeeds": 0.21, "pgrOverSeeds": 0.2, "pgrOverSeedsLow": 0.1, "pgrOverSeedsHigh": 0.3, "agreementWhenSupervisorWrong": 0.5},
              {"student": "s2", "supervisor": "w", "ceiling": "cb", "seeds": 5, "studentAccuracy": 0.80, "pgrOverSeeds": 0.45, "pgrOverSeedsLow": null, "pgrOverSeedsHigh": 0.7},
              {"student": "s3", "supervisor": "w", "ceiling": "cb", "seeds": 5, "studentAccuracy": 0.78, "pgrOverSeeds": 0.4},
              {"student": "s4", "supervisor": "w", "ceiling": "cb", "seeds": 5, "studentAccuracy": 0.81, "pgrOverSeeds": 0.5},
              {"student": "s5", "supervisor": "w", "ceiling": "cm", "seeds": 5, "studentAccuracy": 0.71, "ceilingAccuracy": 0.8, "pgrOverSeeds": null, "pgrOverSeedsUndefined": "gap-not-resolved", "agreementWhenSupervisorWrong": 0.7},
              {"student": "s6", "supervisor": "s5", "ceiling": "cb", "seeds": 5, "studentAccuracy": 0.79, "pgrOverSeeds": 0.9}],
             "compared": [{"student": "b", "supervisor": "w", "ceiling": "cb", "studentAccuracy": 0.83}],
             "majority": {"class": "no", "n": 1800, "accuracy": 0.52},
             "chains": [{"supervisor": "w", "links": [{"student": "s5", "pgr": 0.1}, {"student": "s6", "pgr": 0.43}]}],
             "pairs": [{"student": "s1"}, {"student": "s2"}, {"student": "s3"}, {"student": "s4"}, {"student": "s5"}, {"student": "s6"}]}
            """;

    @TempDir private Path dir;
    private SetResult result;

    @BeforeEach
    void read() throws IOException {
        Files.writeString(dir.resolve("d.jsonl"), "{}\n");
        result = result(SUMMARY, "nlp");
    }

    @Test
    void eachStudentFindsItsColumn() {
        assertEquals(
                List.of("minilm", "bge"), result.ladders().stream().map(Ladder::encoder).toList());
        Ladder bge = result.ladders().get(1);
        assertEquals("s1", name(bge.naive()));
        assertEquals("s2", name(bge.confidence()));
        assertEquals("s2", name(bge.method("confidence α .5")));
        assertEquals("s3", name(bge.method("confidence α .75")));
        assertEquals("s4", name(bge.bestOther()));
        assertEquals("product, selector confidence", bge.students().get(3).method());
        Student boot = bge.bestBootstrapped();
        assertNotNull(boot);
        assertEquals("s6", boot.model());
        assertEquals(.43, boot.pgr().value(), "from the first supervisor, not from s5");
        assertEquals(.83, bge.ownTruth());
        assertEquals(.52, bge.majority());
        assertNull(bge.length());
        assertNull(result.ladders().get(0).ownTruth(), "of another encoder");
    }

    @Test
    void theTablesHaveValuesIntervalsAndReasons() {
        String page = new ResultsPage(List.of(result), "./belay results").text("results/");
        assertRow(page, "| set | w → minilm | – | .520 | – | .710 | – | – | – | – | .800 |");
        assertRow(
                page,
                "| set | w → bge | .700 | .520 | .830 | .740 | .800 | .780 | .810 product, selector confidence | .790 | .900 |");
        assertRow(page, "| set | w → minilm | – | gap-not-resolved | – | – | – | – |");
        assertRow(
                page,
                "| set | w → bge | .210 | .20 [.10, .30] | .45 (−∞, .70] | .40 | .50 product, selector confidence | .43 |");
        assertTrue(
                page.contains(
                        "| nlp/set | 5 | 4,000 | 1,800 | 0.042 | 2026-11-30 | 1 min 15 s | 2.1 GB |"),
                page);
    }

    private static void assertRow(String page, String row) {
        String zeros = row.replaceAll("(?<=[ \\[−])\\.(?=\\d)", "0.");
        assertTrue(page.contains(zeros), () -> zeros + " is not in\n" + page);
    }

    @Test
    void findingsAreComputedFromTheTable() {
        List<Finding> findings = Findings.of(List.of(result));
        Finding confidence = findings.get(0);
        assertEquals(List.of(new Point("set", .45 - .2)), confidence.points());
        assertTrue(
                confidence.sentence().startsWith("One set only allows the comparison: +0.25"),
                confidence::sentence);
        // the smaller student has no defined PGR
        assertEquals(
                "Not found on these data: no set allows the comparison.",
                of(findings, "encoders-pgr").sentence());
        assertEquals(List.of(), of(findings, "size-errors").points(), "two encoders");
        assertEquals(.7 - .5, value(findings, "encoders-errors"), 1e-12);
        assertEquals(.81 - .83, value(findings, "own-truth"), 1e-12);
        assertTrue(
                of(findings, "own-truth")
                        .sentence()
                        .startsWith("One set only allows the comparison: −"));
        assertEquals(.79 - .74, value(findings, "bootstrapping"), 1e-12);
    }

    @Test
    void whatManyPassesCostIsTheDifferenceOfTheLadders() throws IOException {
        // Given: the smaller ladder is the same encoder with one pass
        String summary =
                SUMMARY.replace("\"minilm\", \"parameters\": 22", "\"bge\", \"parameters\": 33")
                        .replace("\"model\": \"s1\"", "\"passes\": 32, \"model\": \"s1\"");
        Files.writeString(result.experiment().folder(dir).resolve("summary.json"), summary);
        // When
        List<Finding> findings = Findings.of(List.of(SetResult.of(result.experiment(), dir)));
        // Then
        assertEquals(.71 - .74, value(findings, "passes-naive"), 1e-12);
        assertEquals(
                List.of(),
                of(findings, "passes-confidence").points(),
                "no confidence with one pass");
    }

    @Test
    void studentsOfOneEncoderThatDifferInDepthAreALadderOfSizes() throws IOException {
        List<Finding> findings =
                findings(
                        SUMMARY.replace(
                                "\"minilm\", \"parameters\": 22",
                                "\"bge\", \"encoderParameters\": {\"layers\": \"2\"}, \"parameters\": 22"),
                        "sizes");
        assertEquals(.7 - .5, value(findings, "size-errors"), 1e-12);
        assertEquals(List.of(), of(findings, "encoders-errors").points());
        List<String> labels = result.ladders().stream().map(Ladder::label).toList();
        assertEquals(List.of("w → minilm", "w → bge"), labels);
        assertEquals(List.of(), of(findings, "own-truth").points(), "sizes are no task");
    }

    @Test
    void aPretrainedStudentIsNoLargerOneOfThoseThatAreNot() throws IOException {
        String pretrained =
                SUMMARY.replace("\"minilm\", \"parameters\": 22", "\"bge\", \"parameters\": 22")
                        .replace("\"model\": \"s1\"", "\"init\": \"x/y#0@3\", \"model\": \"s1\"");
        assertEquals(List.of(), of(findings(pretrained, "sizes"), "size-errors").points());
    }

    @Test
    void moreDataAreLaddersByExamples() throws IOException {
        List<Finding> findings =
                findings(
                        SUMMARY.replace("\"ceiling\": \"cm\"", "\"ceiling\": \"cb\"")
                                .replace(
                                        "\"model\": \"s5\"", "\"examples\": 125, \"model\": \"s5\"")
                                .replace(
                                        "\"model\": \"s1\"",
                                        "\"examples\": 500, \"model\": \"s1\""),
                        "more-data");
        // .71 with 125, .74 with 500
        assertEquals(.74 - .71, value(findings, "more-data-helps"), 1e-12);
        assertEquals(0, value(findings, "more-data-hurts"), 1e-12);
    }

    @Test
    void ownTruthIsThatOfTheSupervisorAndNoOther() throws IOException {
        String other = SUMMARY.replace("\"model\": \"b\",", "\"model\": \"b\", \"examples\": 125,");
        assertEquals(List.of(), of(findings(other, "nlp"), "own-truth").points());
    }

    @Test
    void ensemblesAreComparedWithThoseOfAsManyOnTheSameShare() throws IOException {
        List<Finding> findings =
                findings(
                        """
                        {"models": [
                          {"model": "a1", "supervisor": "truth", "encoder": "hashing", "share": "1/2"},
                          {"model": "a2", "supervisor": "truth", "encoder": "hashing", "share": "1/2"},
                          {"model": "b2", "supervisor": "truth", "encoder": "hashing", "share": "2/2"},
                          {"model": "s", "supervisor": "same", "supervisorKind": "average", "supervisorSources": ["a1", "a2"], "encoder": "bge", "parameters": 33, "loss": {"kind": "cross-entropy"}},
                          {"model": "o", "supervisor": "other", "supervisorKind": "average", "supervisorSources": ["a1", "b2"], "encoder": "bge", "parameters": 33, "loss": {"kind": "cross-entropy"}}],
                         "median": [
                          {"student": "s", "supervisor": "same", "ceiling": "c", "seeds": 5, "supervisorAccuracy": 0.7, "studentAccuracy": 0.74},
                          {"student": "o", "supervisor": "other", "ceiling": "c", "seeds": 5, "supervisorAccuracy": 0.73, "studentAccuracy": 0.75}],
                         "pairs": [{"student": "s"}, {"student": "o"}]}
                        """,
                        "supervisors");
        assertEquals(.03, value(findings, "ensembles"), 1e-12);
        assertEquals(.01, value(findings, "ensembles-students"), 1e-12);
    }

    private List<Finding> findings(String summary, String group) throws IOException {
        return Findings.of(List.of(result(summary, group)));
    }

    private SetResult result(String summary, String group) throws IOException {
        Path data = dir.resolve("d.jsonl");
        var experiment = new ListedExperiment(group, "set", data, "t", List.of(data), null);
        Path folder = experiment.folder(dir);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("summary.json"), summary);
        new RunRecord(
                        experiment.hash(),
                        RunRecord.State.FINISHED,
                        75,
                        2_100_000_000L,
                        1,
                        Instant.parse("2026-11-30T10:00:00Z"),
                        null)
                .write(folder);
        return SetResult.of(experiment, dir);
    }

    private static Finding of(List<Finding> findings, String id) {
        return findings.stream().filter(f -> f.id().equals(id)).findAny().orElseThrow();
    }

    private static double value(List<Finding> findings, String id) {
        return of(findings, id).points().get(0).value();
    }

    /**
     * 2 P(X &lt; 1) of 5 values is .0625, of 6 .031; of 14 P(X &lt; 3) is .0065, P(X &lt; 4) .029.
     */
    @Test
    void theIntervalOfTheMedianIsThatOfOrderStatistics() {
        assertTrue(
                finding(1, 2, 3, 4, 5)
                        .sentence()
                        .equals(
                                "Found in the median, fewer than 6 sets: median +3.00 over 5 sets (needed: above 0), above 0 in 5."));
        assertTrue(
                finding(-1, 2, 3, 4, 5, 6)
                        .sentence()
                        .startsWith("Found in the median, not resolved"));
        assertTrue(finding(1, 2, 3, 4, 5, 6).sentence().contains("+3.50 [+1.00, +6.00] over"));
        double[] fourteen = new double[14];
        Arrays.setAll(fourteen, i -> i + 1);
        assertTrue(
                finding(fourteen).sentence().contains("[+3.00, +12.00]"),
                finding(fourteen)::sentence);
    }

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
        assertEquals(2.0, finding(3, 1, 2).median());
        assertEquals(2.5, finding(4, 1, 2, 3).median());
        assertNull(finding().median());
        assertTrue(finding(.1, .2, .3).sentence().contains("Found"), "needs more than 0");
        assertTrue(finding(0, 0, .3).sentence().startsWith("Not found"));
    }

    private static Finding finding(double... values) {
        List<Point> points = Arrays.stream(values).mapToObj(v -> new Point("s", v)).toList();
        return new Finding("id", "title", "axis", points, 0);
    }

    private static String name(@Nullable Student student) {
        return student == null ? "" : student.model();
    }
}
