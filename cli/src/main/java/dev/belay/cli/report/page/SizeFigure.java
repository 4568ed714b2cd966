package dev.belay.cli.report.page;

import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.cli.report.page.Curve.Role;
import dev.belay.cli.report.page.SizeCurve.Limits;
import dev.belay.cli.report.page.SizeCurve.Point;
import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.PairMedian;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.models.encoder.Encoders;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The figure of Burns et al. (2023): what students of different sizes make of one supervisor's
 * labels, against the number of their parameters.
 *
 * <p>Size, not compute: how many tokens a model has read is not counted, so its floating-point
 * operations are not known.
 *
 * @param curves students and ceilings; those of several supervisors are drawn side by side
 * @param supervisors of students of at least two sizes, with their accuracies
 */
record SizeFigure(List<SizeCurve> curves, List<Level> supervisors) {

    /** A supervisor's accuracy over its seeds. */
    record Level(String name, @Nullable Spread accuracy) {}

    /** A model, what there is to draw of it, and the settings that set its line apart. */
    private record Drawn(
            Point point,
            Role role,
            @Nullable String supervisor,
            List<String> settings,
            String training) {}

    /**
     * @param rows the newest or final rows, one a student
     * @return null where no supervisor has students of two sizes to compare
     */
    static @Nullable SizeFigure of(RunResults results, Collection<PairMetrics> rows) {
        List<Drawn> students = new ArrayList<>();
        Map<String, Drawn> ceilings = new LinkedHashMap<>();
        Map<String, Level> supervisors = new LinkedHashMap<>();
        for (List<PairMetrics> group : results.byNames(rows)) {
            PairMedian pair = PairMedian.of(group, results);
            ModelSpec spec = results.spec(group.get(0).getStudent());
            if (spec == null || spec.getParameters() == null) {
                continue; // a model of others, of which only its predictions are known
            }
            students.add(student(pair, spec, group));
            supervisors.putIfAbsent(
                    pair.supervisor(), new Level(pair.supervisor(), pair.supervisorAccuracy()));
            String id = group.get(0).getCeiling();
            ModelSpec ceiling = id == null ? null : results.spec(id);
            if (ceiling != null && ceiling.getParameters() != null) {
                ceilings.putIfAbsent(ceiling.getModel(), ceiling(ceiling, pair, group));
            }
        }
        Map<String, Set<Long>> sizes = new HashMap<>();
        students.forEach(
                student ->
                        sizes.computeIfAbsent(supervisor(student), s -> new HashSet<>())
                                .add(student.point.parameters()));
        supervisors.keySet().removeIf(name -> sizes.getOrDefault(name, Set.of()).size() < 2);
        if (supervisors.isEmpty()) {
            return null;
        }
        students.removeIf(student -> !supervisors.containsKey(supervisor(student)));
        List<SizeCurve> curves = new ArrayList<>(curves(students));
        curves.addAll(curves(List.copyOf(ceilings.values())));
        return new SizeFigure(curves, List.copyOf(supervisors.values()));
    }

    private static String supervisor(Drawn drawn) {
        return Objects.requireNonNullElse(drawn.supervisor, "");
    }

    private static Drawn student(PairMedian pair, ModelSpec spec, List<PairMetrics> seeds) {
        Point point =
                new Point(
                        spec.getParameters(),
                        spec.getEncoderName(),
                        pair.student(),
                        pair.seeds(),
                        pair.undefined(),
                        pair.studentAccuracy(),
                        pair.pgr(),
                        pair.agreement(),
                        pair.agreementWhenSupervisorRight(),
                        pair.agreementWhenSupervisorWrong(),
                        limits(pair, seeds));
        List<String> settings = new ArrayList<>(List.of(ModelSettings.loss(spec)));
        settings.addAll(common(spec));
        return new Drawn(
                point, Role.STUDENT, pair.supervisor(), settings, ModelSettings.training(spec));
    }

    private static Drawn ceiling(ModelSpec spec, PairMedian pair, List<PairMetrics> seeds) {
        Point point =
                new Point(
                        spec.getParameters(),
                        spec.getEncoderName(),
                        spec.getModel(),
                        pair.seeds(),
                        0,
                        pair.ceilingAccuracy(),
                        null,
                        null,
                        null,
                        null,
                        seeds.size() == 1
                                ? limits(Map.of("accuracy", PairMetrics::getCeilingAccuracy), seeds)
                                : Map.of());
        List<String> settings = new ArrayList<>(List.of("ceiling"));
        settings.addAll(common(spec));
        return new Drawn(point, Role.CEILING, null, settings, ModelSettings.training(spec));
    }

    /** Of one seed those of its row; of several the interval over seeds. */
    private static Map<String, Limits> limits(PairMedian pair, List<PairMetrics> seeds) {
        if (seeds.size() == 1) {
            return limits(
                    Map.of(
                            "accuracy", PairMetrics::getStudentAccuracy,
                            "pgr", PairMetrics::getPgr,
                            "right", PairMetrics::getAgreementWhenSupervisorRight,
                            "wrong", PairMetrics::getAgreementWhenSupervisorWrong),
                    seeds);
        }
        SeedIntervals over = pair.overSeeds();
        Measure pgr = over == null ? null : over.pgr().measure();
        return pgr == null
                ? Map.of()
                : Map.of("pgr", new Limits(finite(pgr.low()), finite(pgr.high())));
    }

    private static Map<String, Limits> limits(
            Map<String, Function<PairMetrics, @Nullable Estimate>> estimates,
            List<PairMetrics> seeds) {
        Map<String, Limits> limits = new LinkedHashMap<>();
        new TreeMap<>(estimates)
                .forEach(
                        (key, estimate) -> {
                            Estimate found = estimate.apply(seeds.get(0));
                            if (found != null
                                    && (found.getLow() != null || found.getHigh() != null)) {
                                limits.put(key, new Limits(found.getLow(), found.getHigh()));
                            }
                        });
        return limits;
    }

    private static @Nullable Double finite(double limit) {
        return Double.isFinite(limit) ? (Double) limit : null;
    }

    private static List<String> common(ModelSpec spec) {
        return List.of(
                ModelSettings.head(spec) + " head",
                // what learns from scratch has no other way to learn: it goes with the plain way
                Encoders.isFromScratch(spec.getEncoderName())
                        ? "head learns"
                        : ModelSettings.learns(spec),
                Format.count(spec.getBudget()) + " examples");
    }

    private static List<SizeCurve> curves(List<Drawn> all) {
        Map<List<String>, List<Drawn>> groups = new LinkedHashMap<>();
        for (Drawn one : all) {
            List<String> key = new ArrayList<>(List.of(supervisor(one)));
            key.addAll(one.settings);
            groups.computeIfAbsent(key, k -> new ArrayList<>()).add(one);
        }
        Map<List<String>, List<Drawn>> lines = new LinkedHashMap<>();
        groups.forEach((settings, group) -> lines.putAll(split(settings, group)));
        List<SizeCurve> curves = new ArrayList<>();
        lines.forEach(
                (settings, line) ->
                        curves.add(
                                new SizeCurve(
                                        name(settings, lines.keySet()),
                                        line.get(0).role,
                                        line.get(0).supervisor,
                                        line.stream()
                                                .map(Drawn::point)
                                                .sorted(
                                                        Comparator.comparingLong(Point::parameters)
                                                                .thenComparing(Point::encoder))
                                                .toList())));
        return curves;
    }

    /**
     * Encoders may need training settings of their own; only where one encoder is there several
     * times do these tell lines apart.
     */
    private static Map<List<String>, List<Drawn>> split(List<String> settings, List<Drawn> group) {
        Set<String> encoders = new HashSet<>();
        boolean repeated = false;
        for (Drawn one : group) {
            repeated |= !encoders.add(one.point.encoder());
        }
        Map<List<String>, List<Drawn>> lines = new LinkedHashMap<>();
        for (Drawn one : group) {
            List<String> key = new ArrayList<>(settings);
            key.add(repeated ? one.training : "");
            lines.computeIfAbsent(key, k -> new ArrayList<>()).add(one);
        }
        return lines;
    }

    /**
     * The method, and what is not the same on all lines; the supervisor, which is the first axis,
     * is not in it.
     */
    private static String name(List<String> settings, Set<List<String>> all) {
        List<String> parts = new ArrayList<>(List.of(settings.get(1)));
        for (int i = 2; i < settings.size(); i++) {
            Set<String> values = new HashSet<>();
            for (List<String> other : all) {
                values.add(other.get(i));
            }
            if (values.size() > 1 && !settings.get(i).isEmpty()) {
                parts.add(settings.get(i));
            }
        }
        return String.join(", ", parts);
    }
}
