package dev.belay.cli.report.page;

import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.AlertKind;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Share of wrong labels and accuracy of the student by window of event time, with the alerts: a
 * panel for each of at most {@value #MOST} students whose labels have changed or have noise added.
 *
 * @param panels at least one
 */
record TimeFigure(List<Panel> panels) {
    private static final int MOST = 6;
    private static final int LEAST_WINDOWS = 3;

    /**
     * @param points by ascending time
     */
    record Panel(String title, List<Point> points, List<Mark> marks) {}

    /**
     * A window [startMs, endMs).
     *
     * @param n examples with truth
     * @param wrong share of the supervisor's labels that are wrong; null: no example has truth
     * @param low lower limit of it; this and {@code high} null while the window may still change
     * @param student accuracy of the student before it learned from the examples
     */
    record Point(
            long startMs,
            long endMs,
            long n,
            @Nullable Double wrong,
            @Nullable Double low,
            @Nullable Double high,
            @Nullable Double student) {}

    /** A change that was found. */
    record Mark(long sinceMs, long untilMs, String text) {}

    /** Null where no student has windows enough, and labels with noise or an alert. */
    static @Nullable TimeFigure of(RunResults results) {
        Map<String, List<PairMetrics>> byStudent = new LinkedHashMap<>();
        results.rows().stream()
                .filter(row -> row.getPhase() == Phase.PROGRESSIVE)
                .filter(row -> row.getWindowStartMs() != null && row.getWindowEndMs() != null)
                .filter(row -> !results.isBeside(row.getStudent()))
                .forEach(
                        row ->
                                byStudent
                                        .computeIfAbsent(row.getStudent(), s -> new ArrayList<>())
                                        .add(row));
        List<Panel> panels = new ArrayList<>();
        byStudent.forEach(
                (student, rows) -> {
                    List<Mark> marks = marks(results, rows.get(0));
                    List<Point> points = points(rows);
                    if (panels.size() < MOST
                            && points.size() >= LEAST_WINDOWS
                            && (!marks.isEmpty() || isNoise(results, rows.get(0)))) {
                        panels.add(new Panel(title(results, rows.get(0)), points, marks));
                    }
                });
        return panels.isEmpty() ? null : new TimeFigure(panels);
    }

    private static String title(RunResults results, PairMetrics row) {
        return "%s, taught by %s, seed %d"
                .formatted(
                        results.name(row.getStudent()),
                        results.name(row.getSupervisor()),
                        row.getSeed());
    }

    private static boolean isNoise(RunResults results, PairMetrics row) {
        LabelerSpec labeler = results.labeler(row.getSupervisor());
        return labeler != null && labeler.getMethod().getName().equals(LabelerSpecs.NOISE);
    }

    /** The windows of the shortest kind. */
    private static List<Point> points(List<PairMetrics> rows) {
        long shortest = rows.stream().mapToLong(TimeFigure::length).min().orElse(0);
        return rows.stream()
                .filter(row -> length(row) == shortest)
                .sorted(Comparator.comparing(PairMetrics::getWindowStartMs))
                .map(TimeFigure::point)
                .toList();
    }

    private static long length(PairMetrics row) {
        return row.getWindowEndMs() - row.getWindowStartMs();
    }

    private static Point point(PairMetrics row) {
        Estimate supervisor = row.getSupervisorAccuracy();
        Estimate student = row.getStudentAccuracy();
        return new Point(
                row.getWindowStartMs(),
                row.getWindowEndMs(),
                row.getN(),
                supervisor == null ? null : wrong(supervisor.getValue()),
                supervisor == null ? null : wrong(supervisor.getHigh()),
                supervisor == null ? null : wrong(supervisor.getLow()),
                student == null ? null : (Double) student.getValue());
    }

    private static @Nullable Double wrong(@Nullable Double right) {
        return right == null ? null : (Double) (1 - right);
    }

    private static List<Mark> marks(RunResults results, PairMetrics row) {
        return results.alerts().stream()
                .filter(
                        alert ->
                                alert.getKind() == AlertKind.DISAGREEMENT
                                        ? alert.getStudent().equals(row.getStudent())
                                        : alert.getSupervisor().equals(row.getSupervisor()))
                .map(alert -> new Mark(alert.getSinceMs(), alert.getUntilMs(), text(alert)))
                .toList();
    }

    private static String text(Alert alert) {
        String kind =
                alert.getKind().name().toLowerCase(Locale.ROOT)
                        + (alert.getSlice() == null ? "" : " in " + alert.getSlice());
        return alert.getKind() == AlertKind.LABELS
                ? kind
                : String.format(
                        Locale.ROOT,
                        "%s %.2f → %.2f",
                        kind,
                        alert.getBefore().get(1),
                        alert.getAfter().get(1));
    }
}
