package dev.belay.cli.report.page;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.noise.PredictionPowered;
import dev.belay.aggregators.statistics.noise.WindowEstimate;
import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.AlertKind;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeFigureTest {
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final long MINUTE = 60_000;

    private final RunResults results = SampleRun.finished(1, 4);
    private final PairMetrics last = results.finalRows().get(0);

    @Test
    void windowsOfAStudentWhoseLabelsHaveChangedAreAPanelWithAMarkForEachAlert() {
        // Given windows of a minute, and of five, of which the first can no longer change
        window(0, 1, .9, .85);
        window(1, 1, .7, null);
        window(2, 1, .7, null);
        window(0, 5, .77, null);
        assertNull(TimeFigure.of(results)); // nothing has changed, and there is no noise
        // When
        results.add(alert(AlertKind.ERRORS, START + MINUTE));
        // Then
        TimeFigure.Panel panel = requireNonNull(TimeFigure.of(results)).panels().get(0);
        assertEquals(3, panel.points().size());
        TimeFigure.Point first = panel.points().get(0);
        assertEquals(.1, requireNonNull(first.wrong()), 1e-9);
        assertEquals(.15, requireNonNull(first.high()), 1e-9);
        assertNull(panel.points().get(1).low());
        assertEquals(START + MINUTE, panel.marks().get(0).sinceMs());
        assertEquals("errors 0.10 → 0.30", panel.marks().get(0).text());
        String page = ReportHtml.of(results, Instant.EPOCH);
        assertTrue(page.contains("Wrong labels over time"));
        assertTrue(page.contains("Changes in the labels"));
    }

    @Test
    void twoWindowsAreNoFigure() {
        window(0, 1, .9, null);
        window(1, 1, .9, null);
        results.add(alert(AlertKind.ERRORS, START));
        assertNull(TimeFigure.of(results));
        assertTrue(ReportHtml.of(results, Instant.EPOCH).contains("Changes in the labels"));
    }

    @Test
    void whereTruthIsSampledAWindowHasTheEstimateFromPredictionsBesideTheOneFromTruth() {
        // Given
        for (int minute = 0; minute < 3; minute++) {
            window(minute, 1, .9, null);
        }
        var counts = new PredictionPowered.Counts(1_000, 100, 150, 95, 4_000, 600);
        WindowEstimate estimate =
                WindowEstimate.of(START + MINUTE, START + 2 * MINUTE, counts, .11);
        // When
        results.estimates(last.getStudent(), List.of(estimate));
        // Then
        List<TimeFigure.Point> points =
                requireNonNull(TimeFigure.of(results)).panels().get(0).points();
        assertNull(points.get(0).powered());
        assertNull(points.get(0).low());
        assertEquals(requireNonNull(estimate.powered()).rate(), points.get(1).powered());
        assertEquals(.11, points.get(1).injected());
        assertEquals(requireNonNull(estimate.truth()).low(), points.get(1).low());
        assertTrue(ReportHtml.of(results, Instant.EPOCH).contains("\"powered\":{\"value\":"));
    }

    /**
     * @param low lower limit of the supervisor's accuracy, the upper one being 1; null: none
     */
    private void window(int minute, int minutes, double accuracy, @Nullable Double low) {
        results.add(
                PairMetrics.newBuilder(last)
                        .setPhase(Phase.PROGRESSIVE)
                        .setWindowStartMs(START + minute * MINUTE)
                        .setWindowEndMs(START + (minute + minutes) * MINUTE)
                        .setSupervisorAccuracy(
                                new Estimate(
                                        accuracy, low, low == null ? null : (Double) 1.0, 100L))
                        .build());
    }

    private Alert alert(AlertKind kind, long sinceMs) {
        return Alert.newBuilder()
                .setTask("t")
                .setExperiment("x")
                .setKind(kind)
                .setSupervisor(last.getSupervisor())
                .setStudent(last.getStudent())
                .setSupervisorCheckpoint(0L)
                .setBefore(List.of(.9, .1))
                .setAfter(List.of(.7, .3))
                .setExamplesBefore(2_000L)
                .setExamplesAfter(300L)
                .setSinceMs(sinceMs)
                .setUntilMs(sinceMs + MINUTE)
                .setTopic("belay.t.predictions")
                .setRunLength(300_000L)
                .setEventTimeMs(sinceMs)
                .build();
    }
}
