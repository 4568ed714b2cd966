package dev.belay.cli.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.SampleSizes;
import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.PairFigure;
import dev.belay.cli.report.results.RowJson;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.cli.report.results.SummaryJson;
import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.ClassCounts;
import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class FigureTablesTest {
    @Test
    void aNumberOfAPairIsTheSameInTheSummaryAndInItsEvent() {
        // Given
        RunResults results = SampleRun.finished(1, 4);
        PairMetrics row = results.finalRows().get(0);
        // When
        JsonNode pair = SummaryJson.of(results).at("/pairs/0");
        // Then
        assertEquals(row.getStudentCalibration().getEce(), pair.get("studentEce").doubleValue());
        assertEquals(row.getNewErrorRate().getHigh(), pair.get("newErrorRateHigh").doubleValue());
        assertEquals(row.getBestPgr().getCheckpoint(), pair.get("bestPgrCheckpoint").longValue());
        assertEquals(row.getGate().getPassed(), pair.get("gatePassed").booleanValue());
        assertEquals(
                row.getByClass().get(1).getStudentRight(),
                pair.at("/byClass/1/studentRight").longValue());
        assertEquals(row.getConfusion().get(3).getCount(), pair.at("/confusion/3/2").longValue());
    }

    @Test
    void mediansOfTheSummaryGoOverSeeds() {
        // Given
        RunResults results = SampleRun.finished(3, 4);
        List<PairMetrics> seeds = results.byNames(results.finalRows()).iterator().next();
        // When
        JsonNode median = SummaryJson.of(results).at("/median/0");
        // Then
        for (PairFigure figure : PairFigure.ALL) {
            Spread spread = Objects.requireNonNull(figure.over(seeds), figure.key());
            assertEquals(spread.median(), median.get(figure.key()).doubleValue());
            assertTrue(median.has(figure.key() + "Min"), figure.key());
        }
        assertEquals(3, median.get("shownBetter").intValue());
    }

    @Test
    void summaryLeavesManyClassesToTheEvents() {
        // Given
        RunResults results = SampleRun.finished(1, 2);
        ClassCounts none = new ClassCounts(0L, 0L, 0L, 0L, 0L, 0L);
        PairMetrics row =
                PairMetrics.newBuilder(results.finalRows().get(0))
                        .setByClass(Collections.nCopies(13, none))
                        .build();
        // Then
        assertTrue(RowJson.pair(row, results).get("byClass").isNull());
        assertEquals(13, RowJson.line(row, results).get("byClass").size());
    }

    @Test
    void aChoiceRunHasNoFiguresByClassAndSaysWhy() {
        // Given
        RunResults choice = SampleRun.choice();
        RunResults classes = SampleRun.finished(1, 2);
        // When
        String page = ReportHtml.of(choice, Instant.EPOCH);
        // Then
        assertTrue(page.contains("has its own options (kind choice)"));
        assertFalse(page.contains("Cohen's κ of<br>"));
        assertFalse(page.contains("Accuracy by class"));
        assertTrue(page.contains("consistency of<br>their errors"));
        assertTrue(page.contains("calibration error"));
        String errors = page.substring(page.indexOf("What became of"));
        errors = errors.substring(0, errors.indexOf("</table>"));
        long lines = choice.byNames(choice.finalRows()).size();
        assertEquals(6, errors.split("<th scope=\"col\"", -1).length - 1);
        assertEquals(lines * 5, errors.split("<td class=\"num\"", -1).length - 1);
        for (JsonNode row :
                List.of(
                        SummaryJson.of(choice).at("/pairs/0"),
                        RowJson.line(choice.finalRows().get(0), choice))) {
            assertEquals("choice", row.get("classFiguresUndefined").textValue());
            for (String key : List.of("cohensKappa", "byClass", "confusion")) {
                assertTrue(row.get(key).isNull(), key);
            }
        }
        // and of classes all is as it was
        assertFalse(SummaryJson.of(classes).at("/pairs/0").has("classFiguresUndefined"));
        assertTrue(ReportHtml.of(classes, Instant.EPOCH).contains("Cohen's κ of<br>"));
        assertFalse(ReportHtml.of(classes, Instant.EPOCH).contains("kind choice"));
    }

    @Test
    void undefinedIsShownWithItsReason() {
        // Given
        RunResults results = last(row -> row.setCohensKappa(null));
        // When
        Map<String, Object> line = FigureTables.errors(results, results.finalRows()).get(0);
        // Then
        assertEquals("–", line.get("cohensKappa"));
        assertEquals("both always say one class", line.get("cohensKappaRange"));
    }

    @Test
    void aSingleSeedHasItsIntervalAndSeveralTheirRange() {
        // Given
        RunResults one = SampleRun.finished(1, 4);
        RunResults three = SampleRun.finished(3, 4);
        PairMetrics row = one.finalRows().get(0);
        // When
        Map<String, Object> ofOne = FigureTables.calibration(one, one.finalRows()).get(0);
        Map<String, Object> ofThree = FigureTables.calibration(three, three.finalRows()).get(0);
        Map<String, Object> errors = FigureTables.errors(one, one.finalRows()).get(0);
        JsonNode pair = SummaryJson.of(one).at("/pairs/0");
        // Then
        double gain = row.getBrierGain().getGain();
        assertEquals(Format.interval(gain - .02, gain + .02, 3), ofOne.get("brierGainRange"));
        double loss = row.getStudentCalibration().getLogLoss();
        assertEquals(Format.interval(loss - .06, loss + .06, 3), ofOne.get("studentLogLossRange"));
        double kappa = row.getCohensKappa();
        assertEquals(Format.interval(kappa - .04, kappa + .04, 3), errors.get("cohensKappaRange"));
        assertEquals("", ofOne.get("brierMisfitRange"));
        assertTrue(String.valueOf(ofThree.get("brierGainRange")).contains(" to "));
        assertEquals(gain - .02, pair.get("brierGainLow").doubleValue());
        assertEquals(kappa + .04, pair.get("cohensKappaHigh").doubleValue());
        assertTrue(pair.get("errorConsistencyLow").isNull());
        assertEquals(loss + .06, pair.get("studentLogLossHigh").doubleValue());
    }

    @Test
    void calibrationErrorStandsBesideWhatPerfectCalibrationWouldShow() {
        // Given
        RunResults results = SampleRun.finished(3, 2);
        // When
        Map<String, Object> line = FigureTables.calibration(results, results.finalRows()).get(0);
        // Then
        assertEquals("0.020", line.get("studentEce"));
        assertEquals("0.014 expected", line.get("studentEceRange"));
    }

    @Test
    void studentThatPassedOnceHasPassed() {
        // Given: the second look passed, the third and last did not
        RunResults results = looks(false, true, false);
        // Then
        Map<String, Object> line = FigureTables.checkpoints(results, results.finalRows()).get(0);
        assertEquals("shown better", line.get("gate"));
        assertEquals("at look 2", line.get("gateRange"));
        assertEquals(2, SummaryJson.of(results).at("/pairs/0/shownBetterAtLook").intValue());
    }

    @Test
    void studentThatNeverPassedIsNotShownBetter() {
        // Given
        RunResults results = looks(false, false, false);
        // Then
        Map<String, Object> line = FigureTables.checkpoints(results, results.finalRows()).get(0);
        assertEquals("not shown", line.get("gate"));
        assertEquals("in 3 looks", line.get("gateRange"));
        assertTrue(SummaryJson.of(results).at("/pairs/0/shownBetterAtLook").isNull());
        assertEquals(0, SummaryJson.of(results).at("/median/0/shownBetter").intValue());
    }

    @Test
    void stoppingWhereLabelsWereMetBestTakesThatCheckpointsPgr() {
        // Given
        RunResults results = last(row -> row.setBestLabelAgreement(new Best(2L, .9)));
        double second = results.holdoutRows().get(1).getPgr().getValue();
        // When
        Map<String, Object> line = FigureTables.checkpoints(results, results.finalRows()).get(0);
        // Then
        assertEquals(Format.pgr(second), line.get("stopped"));
        assertEquals("checkpoint 2", line.get("stopAt"));
    }

    @Test
    void whatWasNotCountedIsNoTable() {
        // Given: events of before there were such figures
        RunResults results = SampleSizes.finished(1);
        List<PairMetrics> rows = results.finalRows();
        // Then
        assertTrue(FigureTables.errors(results, rows).isEmpty());
        assertTrue(FigureTables.calibration(results, rows).isEmpty());
        assertTrue(FigureTables.checkpoints(results, rows).isEmpty());
        assertTrue(ClassTables.of(results, rows).isEmpty());
        assertTrue(StreamTable.of(results).isEmpty());
    }

    @Test
    void confusionIsInSharesOfEachClass() {
        // Given
        RunResults results = SampleRun.finished(2, 2);
        // When
        Map<String, Object> table = ClassTables.of(results, results.finalRows()).get(0);
        // Then
        assertEquals("bow", table.get("supervisor"));
        assertEquals(List.of("abstract", "physical"), table.get("classes"));
        Map<?, ?> first = (Map<?, ?>) list(table, "confusion").get(0);
        assertEquals("1,000", first.get("n"));
        double sum = 0;
        for (Object cell : list(first, "cells")) {
            sum += Double.parseDouble(String.valueOf(((Map<?, ?>) cell).get("share")));
        }
        assertEquals(1, sum, .0011);
        // supervisor, three students, two ceilings
        assertEquals(6, list(table, "models").size());
    }

    @Test
    void manyClassesAreNoTable() {
        // Given
        RunResults results = SampleRun.finished(1, 2);
        ClassCounts ten = new ClassCounts(10L, 5L, 6L, 9L, 10L, 8L);
        List<String> names = Collections.nCopies(13, "class");
        for (ModelSpec spec : results.specs()) {
            results.add(ModelSpec.newBuilder(spec).setClasses(names).build());
        }
        List<PairMetrics> rows =
                results.finalRows().stream()
                        .map(
                                row ->
                                        PairMetrics.newBuilder(row)
                                                .setByClass(Collections.nCopies(13, ten))
                                                .build())
                        .toList();
        // Then
        assertTrue(ClassTables.of(results, rows).isEmpty());
    }

    @Test
    void streamIsTheNewestRowOfAllSoFarAndNoWindow() {
        // Given
        RunResults results = SampleRun.finished(1, 2);
        PairMetrics stream = results.streamRows().get(0);
        results.add(
                PairMetrics.newBuilder(stream)
                        .setCheckpoint(9)
                        .setWindowStartMs(0L)
                        .setWindowEndMs(1000L)
                        .setN(1)
                        .build());
        // When
        List<Map<String, Object>> lines = StreamTable.of(results);
        // Then
        assertEquals(3, lines.size());
        assertEquals("2,000", lines.get(0).get("n"));
        assertEquals("+3 without truth, 1 too late", lines.get(0).get("missing"));
        assertEquals(Phase.PROGRESSIVE, stream.getPhase());
    }

    @Test
    void aStreamThatCountsFewerThanWereLearnedFromSaysSo() {
        // Given
        RunResults results = SampleRun.finished(1, 4);
        PairMetrics stream = results.streamRows().get(0);
        // When
        results.add(PairMetrics.newBuilder(stream).setN(1000).build());
        // Then
        assertEquals("1,000 of 1,024", StreamTable.of(results).get(0).get("n"));
    }

    private static List<?> list(Map<?, ?> map, String key) {
        return (List<?>) Objects.requireNonNull(map.get(key), key);
    }

    /** A run of one student whose looks, the last row's among them, passed or not. */
    private static RunResults looks(boolean... passed) {
        RunResults results = SampleRun.finished(1, passed.length);
        for (PairMetrics row : results.holdoutRows()) {
            if (!row.getStudent().equals(SampleRun.id("naive", 0))) {
                continue;
            }
            long k = row.getCheckpoint();
            boolean pass = passed[(int) k - 1];
            results.add(
                    PairMetrics.newBuilder(row)
                            .setGate(new GateFigures(k, .01, .02, .03, pass ? .1 : -.1, pass))
                            .build());
        }
        return results;
    }

    /** A run whose first student's last row was changed. */
    private static RunResults last(UnaryOperator<PairMetrics.Builder> change) {
        RunResults results = SampleRun.finished(1, 4);
        PairMetrics row = results.finalRows().get(0);
        results.add(change.apply(PairMetrics.newBuilder(row)).build());
        return results;
    }
}
