package dev.belay.cli.report.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.SampleSeeds;
import dev.belay.cli.report.page.Curve;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

final class RunResultsTest {
    @Test
    void summaryHasTheKeysOfTheDesign() {
        // When
        JsonNode summary = SummaryJson.of(SampleRun.finished(3, 4));
        // Then
        assertEquals("wordnet", summary.get("experiment").textValue());
        assertEquals("wordnet-physical", summary.get("task").textValue());
        assertEquals(1024, summary.at("/examples/student").intValue());
        assertEquals(9, summary.get("pairs").size());
        JsonNode pair = summary.at("/pairs/0");
        for (String key :
                List.of(
                        "supervisor",
                        "student",
                        "ceiling",
                        "seed",
                        "checkpoint",
                        "n",
                        "supervisorAccuracy",
                        "studentAccuracy",
                        "ceilingAccuracy",
                        "pgr",
                        "pgrLow",
                        "pgrHigh",
                        "pgrUndefined",
                        "agreement",
                        "agreementWhenSupervisorRight",
                        "agreementWhenSupervisorWrong",
                        "supervisorAccuracyLow",
                        "gain",
                        "gapHigh")) {
            assertTrue(pair.has(key), key);
        }
        assertEquals("bow", pair.get("supervisor").textValue());
        assertEquals("naive", pair.get("student").textValue());
        assertEquals(4, pair.get("checkpoint").intValue());
        JsonNode median = summary.at("/median/0");
        assertEquals(3, median.get("seeds").intValue());
        assertEquals(0, median.get("undefined").intValue());
        assertTrue(median.get("pgr").isNumber());
    }

    @Test
    void summaryHasMeansOverAllSeedsWithIntervals() {
        // Given: three equal seeds, whose interval is that of one
        RunResults equal = SampleSeeds.of(SampleSeeds.WIDE, SampleSeeds.WIDE, SampleSeeds.WIDE);
        // When
        JsonNode median = SummaryJson.of(equal).at("/median/0");
        // Then: gain .10, 20 of 200, 60 discordant; two made-up examples, of which one is
        // discordant
        double mean = 20 / 202.0;
        double half = 1.959963984540054 * Math.sqrt((61 / 202.0 - mean * mean) / 202);
        assertEquals(.1, median.get("gainOverSeeds").doubleValue(), 1e-12);
        assertEquals(mean - half, median.get("gainOverSeedsLow").doubleValue(), 1e-12);
        assertEquals(mean + half, median.get("gainOverSeedsHigh").doubleValue(), 1e-12);
        assertEquals(.3, median.get("gapOverSeeds").doubleValue(), 1e-12);
        assertEquals(1 / 3.0, median.get("pgrOverSeeds").doubleValue(), 1e-12);
        assertTrue(median.get("pgrOverSeedsLow").doubleValue() < 1 / 3.0);
        assertTrue(median.get("pgrOverSeedsHigh").doubleValue() > 1 / 3.0);
        assertTrue(median.get("pgrOverSeedsUndefined").isNull());
    }

    @Test
    void seedWithoutPgrIsInTheMeansOfTheSummary() {
        // When
        JsonNode median =
                SummaryJson.of(
                                SampleSeeds.of(
                                        SampleSeeds.WIDE, SampleSeeds.WIDE, SampleSeeds.NO_GAP))
                        .at("/median/0");
        // Then
        assertEquals(1, median.get("undefined").intValue());
        assertEquals((.1 + .1 + 0) / 3, median.get("gainOverSeeds").doubleValue(), 1e-12);
        assertEquals((.3 + .3 + .01) / 3, median.get("gapOverSeeds").doubleValue(), 1e-12);
        assertTrue(median.get("pgrOverSeeds").isNull());
        assertEquals("gap-not-resolved", median.get("pgrOverSeedsUndefined").textValue());
    }

    @Test
    void oneSeedHasNoIntervalOverSeeds() {
        // When
        JsonNode median = SummaryJson.of(SampleSeeds.of(SampleSeeds.WIDE)).at("/median/0");
        // Then
        assertTrue(median.get("gainOverSeeds").isNull());
        assertTrue(median.get("pgrOverSeeds").isNull());
        assertTrue(median.get("pgrOverSeedsUndefined").isNull());
    }

    @Test
    void summaryTellsHowProbablyTheGapWouldBeResolvedAgain() {
        // When
        JsonNode pairs =
                SummaryJson.of(SampleSeeds.of(SampleSeeds.BARELY, SampleSeeds.WIDE)).get("pairs");
        // Then: z = 12/202 over √((29/202 − mean²)/202), with the made-up examples; P(Z < z − 1.96)
        double barely = pairs.get(0).get("gapResolvedAgain").doubleValue();
        double z = 12 / 202.0 / Math.sqrt((29 / 202.0 - Math.pow(12 / 202.0, 2)) / 202);
        assertEquals(2.26, z, .005);
        assertEquals(.617, barely, .002); // Φ(.298)
        assertTrue(pairs.get(1).get("gapResolvedAgain").doubleValue() > .999);
    }

    @Test
    void summaryKeepsNumbersUnrounded() {
        // Given
        RunResults results = SampleRun.finished(1, 2);
        PairMetrics row = results.finalRows().get(0);
        // When
        JsonNode pair = SummaryJson.of(results).at("/pairs/0");
        // Then
        assertEquals(
                row.getStudentAccuracy().getValue(), pair.get("studentAccuracy").doubleValue());
        assertEquals(row.getAgreement().getLow(), pair.get("agreementLow").doubleValue());
    }

    @Test
    void summaryHasTheSizesOfSupervisorAndStudent() {
        // When
        JsonNode summary = SummaryJson.of(SampleRun.finished(2, 2));
        // Then
        for (String of : List.of("/pairs/0", "/median/0")) {
            assertEquals(32_770, summary.at(of + "/supervisorParameters").intValue());
            assertEquals(22_566_146, summary.at(of + "/studentParameters").intValue());
        }
    }

    @Test
    void sizesThatAreNotKnownAreNull() {
        // Given: no spec of the supervisor
        RunResults results = new RunResults("wordnet", "wordnet-physical");
        results.add(
                ModelSpec.newBuilder(SampleRun.spec("naive", 0, "minilm", "bow", 256))
                        .setParameters(null)
                        .build());
        results.add(SampleRun.checkpoint(SampleRun.id("naive", 0), 1, State.FINISHED, null));
        results.add(row("naive", true, cells(700, 900)));
        // When
        JsonNode pair = SummaryJson.of(results).at("/pairs/0");
        // Then
        assertTrue(pair.get("supervisorParameters").isNull());
        assertTrue(pair.get("studentParameters").isNull());
    }

    @Test
    void windowHasOneRowWhateverCheckpointsItSaw() {
        // Given: a window's row, and a later one of the same window
        RunResults results = one("naive", true, cells(700, 900));
        results.add(window(1, 0, 1000));
        results.add(window(2, 0, 1000));
        // When: a window of the same start and another length
        results.add(window(2, 0, 2000));
        // Then
        assertEquals(3, results.rows().size());
        assertEquals(2, results.rows().get(1).getCheckpoint());
    }

    @Test
    void windowsAreNeverTakenForAllSoFar() {
        // Given
        RunResults results = one("naive", true, cells(700, 900));
        results.add(stream(1));
        results.add(stream(2));
        JsonNode before = SummaryJson.of(results);
        // When
        results.add(window(3, 5000, 6000));
        // Then
        assertEquals(before, SummaryJson.of(results));
        assertEquals(1, results.streamRows().size());
        assertEquals(2, results.streamRows().get(0).getCheckpoint());
        assertEquals(1, results.holdoutRows().size());
    }

    @Test
    void ofAStudentWithoutEndTheNewestRowsAreReportedAndKept() {
        // Given
        RunResults results = one("naive", false, cells(700, 900));
        String student = results.holdoutRows().get(0).getStudent();
        assertEquals(0, SummaryJson.of(results).get("pairs").size());
        assertFalse(SummaryJson.of(results).has("stream"));
        ModelSpec spec = Objects.requireNonNull(results.spec(student));
        // When
        results.add(ModelSpec.newBuilder(spec).setBudget(0).build());
        results.add(stream(2));
        results.add(stream(1));
        results.add(window(3, 5000, 6000));
        // Then
        JsonNode summary = SummaryJson.of(results);
        assertEquals(1, summary.get("pairs").size());
        assertEquals(2, summary.at("/stream/0/checkpoint").longValue());
        assertEquals(3, results.rows().size());
        assertEquals(1, results.streamRows().size());
    }

    @Test
    void undefinedPgrIsNullWithItsReason() {
        // Given: supervisor and ceiling right equally often
        RunResults results = one("naive", true, cells(500, 500));
        // When
        JsonNode summary = SummaryJson.of(results);
        // Then
        assertTrue(summary.at("/pairs/0/pgr").isNull());
        assertTrue(summary.at("/pairs/0/pgrLow").isNull());
        assertEquals("gap-not-resolved", summary.at("/pairs/0/pgrUndefined").textValue());
        assertTrue(summary.at("/median/0/pgr").isNull());
        assertEquals("gap-not-resolved", summary.at("/median/0/pgrUndefined").textValue());
        assertEquals(1, summary.at("/median/0/undefined").intValue());
        assertTrue(summary.at("/median/0/studentAccuracy").isNumber());
    }

    @Test
    void provisionalAndUnfinishedRowsStayOutOfTheSummary() {
        assertEquals(0, one("naive", false, cells(700, 900)).finalRows().size());
        // Given: a row of an earlier checkpoint only
        RunResults results = one("naive", true, cells(700, 900));
        results.add(SampleRun.checkpoint(SampleRun.id("naive", 0), 2, State.FINISHED, null));
        // Then
        assertEquals(0, results.finalRows().size());
        assertEquals(1, results.newestRows().size());
    }

    @Test
    void runIsCompleteWhenEveryStudentHasItsFinalRow() {
        // Given
        RunResults results = SampleRun.finished(2, 3);
        assertTrue(results.complete());
        // When
        results.add(SampleRun.spec("late", 0, "minilm", "bow", 256));
        // Then
        assertFalse(results.complete());
        assertFalse(new RunResults("none", "none").complete());
    }

    @Test
    void laterRowOfTheSameKeyReplaces() {
        // Given
        RunResults results = one("naive", false, cells(700, 900));
        // When
        results.add(row("naive", true, cells(600, 900)));
        // Then
        assertEquals(1, results.rows().size());
        assertEquals(.6, results.finalRows().get(0).getSupervisorAccuracy().getValue());
    }

    @Test
    void rowsOfModelsThatWereNotAddedAreIgnored() {
        // Given
        RunResults results = one("naive", true, cells(700, 900));
        // When
        results.add(row("conf", true, cells(700, 900)));
        // Then
        assertEquals(1, results.rows().size());
    }

    @Test
    void failuresAreNamedWithTheirReason() {
        // Given
        RunResults results = one("naive", true, cells(700, 900));
        // When
        results.add(SampleRun.checkpoint(SampleRun.id("naive", 0), 1, State.FAILED, "loss is NaN"));
        // Then
        JsonNode failed = SummaryJson.of(results).at("/failed/0");
        assertEquals("naive", failed.get("model").textValue());
        assertEquals("loss is NaN", failed.get("reason").textValue());
        assertEquals(0, SummaryJson.of(results).get("pairs").size());
    }

    @Test
    void ceilingKeepsItsLearningCurveWhenRowsBecomeFinal() {
        // Given
        RunResults results = SampleRun.finished(1, 3);
        PairMetrics first = results.holdoutRows().get(0);
        int before = ceiling(results).points().size();
        // When: the first checkpoint's row is replaced by one against the final ceiling
        results.add(
                SampleRun.of(
                        "naive",
                        0,
                        1,
                        true,
                        first.getCeiling(),
                        3,
                        first.getCells().stream().mapToLong(Long::longValue).toArray()));
        // Then
        assertEquals(3, before);
        assertEquals(3, ceiling(results).points().size());
    }

    @Test
    void outputFollowsTheOrderOfTheExperimentFile() {
        // When
        List<String> students = new ArrayList<>();
        StreamSupport.stream(
                        SummaryJson.of(SampleRun.finished(1, 2)).get("median").spliterator(), false)
                .forEach(median -> students.add(median.get("student").textValue()));
        // Then
        assertEquals(List.of("naive", "conf", "bge-conf"), students);
    }

    private static Curve ceiling(RunResults results) {
        return Curve.accuracies(results).stream()
                .filter(curve -> curve.name().equals("ceiling"))
                .findFirst()
                .orElseThrow();
    }

    /** A run of one student with one checkpoint. */
    private static RunResults one(String student, boolean last, long[] cells) {
        RunResults results = new RunResults("wordnet", "wordnet-physical");
        results.add(SampleRun.spec(student, 0, "minilm", "bow", 256));
        results.add(SampleRun.spec("bow", 0, "hashing", null, 256));
        results.add(SampleRun.checkpoint(SampleRun.id(student, 0), 1, State.FINISHED, null));
        results.add(row(student, last, cells));
        return results;
    }

    private static PairMetrics row(String student, boolean last, long[] cells) {
        return SampleRun.of(student, 0, 1, last, SampleRun.id("ceiling", 0), 1, cells);
    }

    private static PairMetrics stream(long checkpoint) {
        return PairMetrics.newBuilder(row("naive", false, cells(600, 900)))
                .setPhase(Phase.PROGRESSIVE)
                .setCheckpoint(checkpoint)
                .build();
    }

    private static PairMetrics window(long checkpoint, long startMs, long endMs) {
        return PairMetrics.newBuilder(stream(checkpoint))
                .setWindowStartMs(startMs)
                .setWindowEndMs(endMs)
                .build();
    }

    /** 1,000 examples; so many the supervisor, and so many the ceiling has right; independent. */
    private static long[] cells(long supervisor, long ceiling) {
        long[] cells = new long[16];
        cells[8 + 2] = supervisor * ceiling / 1000;
        cells[8] = supervisor - cells[8 + 2];
        cells[2] = ceiling - cells[8 + 2];
        cells[0] = 1000 - supervisor - cells[2];
        return cells;
    }
}
