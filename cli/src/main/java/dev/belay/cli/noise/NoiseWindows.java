package dev.belay.cli.noise;

import dev.belay.aggregators.statistics.noise.WindowEstimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * The share of wrong labels by closed window: one in which no row is missing any more ({@link
 * StudentStream#settledMs}). Where the ceiling's predictions are used, rows without one are left
 * out: the ceiling could not encode the example, or had finished.
 */
public final class NoiseWindows {
    private NoiseWindows() {}

    /** Windows of so many consecutive rows, by event time, then id; at least 1. */
    public static List<WindowEstimate> ofExamples(StudentStream stream, int size) {
        List<StudentStream.Row> rows = settled(stream);
        List<WindowEstimate> windows = new ArrayList<>();
        for (int from = 0; from + size <= rows.size(); from += size) {
            List<StudentStream.Row> window = rows.subList(from, from + size);
            long endMs = window.get(size - 1).timeMs() + 1;
            windows.add(estimate(stream, window, window.get(0).timeMs(), endMs));
        }
        return windows;
    }

    /** Windows {@code [k·length, (k + 1)·length)} of event time, without empty ones. */
    public static List<WindowEstimate> ofTime(StudentStream stream, Duration length) {
        long ms = length.toMillis();
        var byStart = new TreeMap<Long, List<StudentStream.Row>>();
        for (StudentStream.Row row : settled(stream)) {
            byStart.computeIfAbsent(
                            Math.floorDiv(row.timeMs(), ms) * ms, start -> new ArrayList<>())
                    .add(row);
        }
        List<WindowEstimate> windows = new ArrayList<>();
        byStart.forEach(
                (start, rows) -> {
                    if (start + ms <= stream.settledMs()) {
                        windows.add(estimate(stream, rows, start, start + ms));
                    }
                });
        return windows;
    }

    private static List<StudentStream.Row> settled(StudentStream stream) {
        boolean byCeiling = stream.byCeiling();
        return stream.rows().stream()
                .filter(row -> row.timeMs() < stream.settledMs())
                .filter(row -> !byCeiling || row.ceiling() != null)
                .sorted(
                        Comparator.comparingLong(StudentStream.Row::timeMs)
                                .thenComparing(StudentStream.Row::id))
                .toList();
    }

    private static WindowEstimate estimate(
            StudentStream stream, List<StudentStream.Row> rows, long startMs, long endMs) {
        return WindowEstimate.of(
                startMs,
                endMs,
                StudentStream.counts(rows, stream.byCeiling()),
                stream.injected(rows));
    }
}
