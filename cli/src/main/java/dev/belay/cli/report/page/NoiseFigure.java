package dev.belay.cli.report.page;

import dev.belay.cli.report.results.LossSinceBest;
import dev.belay.cli.report.results.PairFigure;
import dev.belay.cli.report.results.PairMedian;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What students make of wrong labels: accuracy, the share of the wrong labels that they repeat,
 * calibration, and accuracy lost since the best checkpoint, against the share of labels that are
 * wrong. One panel for each type of noise, one line for each kind of student.
 *
 * @param panels at least one
 */
record NoiseFigure(List<Panel> panels) {
    /**
     * @param ceiling accuracy of the students' ceiling over its seeds; null: not known
     */
    record Panel(String title, @Nullable Spread ceiling, List<Line> lines) {}

    /**
     * @param points by ascending share of wrong labels
     */
    record Line(String name, List<Point> points) {}

    /**
     * @param wrong share of the holdout whose label from the supervisor is wrong
     * @param repeated share of these that the student predicts as the supervisor does; null where
     *     none is wrong
     * @param ece expected calibration error of the student; null where not counted
     * @param lost accuracy that it has lost since its best checkpoint; null where not known
     */
    record Point(
            String student,
            double wrong,
            Spread accuracy,
            @Nullable Spread repeated,
            @Nullable Spread ece,
            @Nullable Spread lost) {}

    /** Whether the calibration of any student is known. */
    boolean anyEce() {
        return points().anyMatch(point -> point.ece() != null);
    }

    /** Whether any student has lost accuracy. */
    boolean anyLost() {
        return points().anyMatch(point -> point.lost() != null && point.lost().max() > 0);
    }

    private Stream<Point> points() {
        return panels.stream()
                .flatMap(panel -> panel.lines().stream())
                .flatMap(line -> line.points().stream());
    }

    /**
     * @param rows the newest or final rows, one a student
     * @return null where no type of noise has students of two supervisors
     */
    static @Nullable NoiseFigure of(RunResults results, Collection<PairMetrics> rows) {
        Map<String, Map<String, List<Point>>> byType = new LinkedHashMap<>();
        Map<String, List<Point>> clean = new LinkedHashMap<>(); // by line, of all panels
        Map<String, Spread> ceilings = new LinkedHashMap<>();
        for (List<PairMetrics> seeds : results.byNames(rows)) {
            PairMedian pair = PairMedian.of(seeds, results);
            LabelerSpec labeler = results.labeler(seeds.get(0).getSupervisor());
            ModelSpec student = results.spec(seeds.get(0).getStudent());
            Spread supervisor = pair.supervisorAccuracy();
            Spread accuracy = pair.studentAccuracy();
            if (labeler == null
                    || !labeler.getMethod().getName().equals(LabelerSpecs.NOISE)
                    || student == null
                    || supervisor == null
                    || accuracy == null) {
                continue;
            }
            double wrong = 1 - supervisor.median();
            Spread repeated = wrong == 0 ? null : pair.agreementWhenSupervisorWrong();
            Point point =
                    new Point(
                            pair.student(),
                            wrong,
                            accuracy,
                            repeated,
                            PairFigure.STUDENT_ECE.over(seeds),
                            LossSinceBest.over(
                                    LossSinceBest.of(
                                            results,
                                            seeds.stream().map(PairMetrics::getStudent).toList())));
            String line = student.getEncoderName() + ", " + ModelSettings.loss(student);
            Map<String, String> parameters = labeler.getMethod().getParameters();
            if (Double.parseDouble(parameters.getOrDefault("rate", "1")) == 0) {
                clean.computeIfAbsent(line, l -> new ArrayList<>()).add(point);
                continue;
            }
            String type = parameters.getOrDefault("type", "uniform");
            byType.computeIfAbsent(type, t -> new LinkedHashMap<>())
                    .computeIfAbsent(line, l -> new ArrayList<>())
                    .add(point);
            Spread ceiling = pair.ceilingAccuracy();
            if (ceiling != null) {
                ceilings.putIfAbsent(type, ceiling);
            }
        }
        List<Panel> panels = new ArrayList<>();
        byType.forEach(
                (type, lines) -> {
                    lines.forEach(
                            (line, points) -> {
                                points.addAll(clean.getOrDefault(line, List.of()));
                                points.sort(Comparator.comparingDouble(Point::wrong));
                            });
                    if (lines.values().stream().anyMatch(points -> points.size() > 1)) {
                        panels.add(
                                new Panel(
                                        type,
                                        ceilings.get(type),
                                        lines.entrySet().stream()
                                                .map(e -> new Line(e.getKey(), e.getValue()))
                                                .toList()));
                    }
                });
        return panels.isEmpty() ? null : new NoiseFigure(panels);
    }
}
