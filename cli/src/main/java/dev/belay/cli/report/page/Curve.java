package dev.belay.cli.report.page;

import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
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
 * A line of a figure: one model over its seeds, against examples seen.
 *
 * @param name the model's name in the experiment file
 * @param points ascending in x
 */
public record Curve(String name, Role role, List<Point> points) {

    /** What a model is to the pairs of its run. A model that is several of these is the first. */
    public enum Role {
        STUDENT,
        SUPERVISOR,
        CEILING
    }

    /**
     * @param x examples seen
     * @param y over the seeds; null where half or more are undefined: a gap in the line
     * @param seeds seeds that have a row here
     * @param undefined how many of them have no value
     */
    public record Point(long x, @Nullable Spread y, int seeds, int undefined) {}

    /** Accuracy of every model that takes part in a pair: students, supervisors, ceilings. */
    public static List<Curve> accuracies(RunResults results) {
        Map<String, Role> roles = roles(results);
        Map<String, TreeMap<Long, List<@Nullable Double>>> values = new LinkedHashMap<>();
        for (ModelSpec spec : results.specs()) {
            TreeMap<Long, List<@Nullable Double>> byX =
                    values.computeIfAbsent(spec.getModel(), name -> new TreeMap<>());
            results.accuracyBySeen(spec.getId())
                    .forEach(
                            (seen, accuracy) ->
                                    byX.computeIfAbsent(seen, x -> new ArrayList<>())
                                            .add(accuracy.getValue()));
        }
        List<Curve> curves = new ArrayList<>();
        values.forEach(
                (name, byX) -> {
                    Role role = roles.get(name);
                    if (role != null && !byX.isEmpty()) {
                        curves.add(new Curve(name, role, points(byX)));
                    }
                });
        return curves;
    }

    /** One estimate of each student, such as its PGR, at every compared checkpoint. */
    static List<Curve> ofStudents(
            RunResults results, Function<PairMetrics, @Nullable Estimate> estimate) {
        return valuesOfStudents(
                results,
                row -> {
                    Estimate found = estimate.apply(row);
                    return found == null ? null : (Double) found.getValue();
                });
    }

    /** The same of a number that has no interval. */
    static List<Curve> valuesOfStudents(
            RunResults results, Function<PairMetrics, @Nullable Double> value) {
        Map<String, TreeMap<Long, List<@Nullable Double>>> values = new LinkedHashMap<>();
        for (PairMetrics row : results.studentRows()) {
            values.computeIfAbsent(results.name(row.getStudent()), name -> new TreeMap<>())
                    .computeIfAbsent(row.getExamplesSeen(), x -> new ArrayList<>())
                    .add(value.apply(row));
        }
        List<Curve> curves = new ArrayList<>();
        values.forEach((name, byX) -> curves.add(new Curve(name, Role.STUDENT, points(byX))));
        return curves;
    }

    private static List<Point> points(Map<Long, List<@Nullable Double>> byX) {
        List<Point> points = new ArrayList<>();
        byX.forEach(
                (x, all) -> {
                    int undefined = (int) all.stream().filter(Objects::isNull).count();
                    points.add(new Point(x, Spread.of(all), all.size(), undefined));
                });
        return List.copyOf(points);
    }

    private static Map<String, Role> roles(RunResults results) {
        Set<String> students = new HashSet<>();
        Set<String> supervisors = new HashSet<>();
        Set<String> ceilings = new HashSet<>();
        for (PairMetrics row : results.studentRows()) {
            students.add(results.name(row.getStudent()));
            supervisors.add(results.name(row.getSupervisor()));
            String ceiling = row.getCeiling();
            if (ceiling != null) {
                ceilings.add(results.name(ceiling));
            }
        }
        Map<String, Role> roles = new LinkedHashMap<>();
        ceilings.forEach(name -> roles.put(name, Role.CEILING));
        supervisors.forEach(name -> roles.put(name, Role.SUPERVISOR));
        students.forEach(name -> roles.put(name, Role.STUDENT));
        return roles;
    }
}
