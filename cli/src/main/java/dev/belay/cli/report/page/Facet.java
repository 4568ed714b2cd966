package dev.belay.cli.report.page;

import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.trainers.methods.Methods;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One of several figures side by side, where the lines of all students would be too many for one:
 * the students of one kind on one supervisor's labels, which differ in their method.
 *
 * @param title kind and supervisor
 * @param supervisor its name
 * @param ceiling its name; null: none
 */
record Facet(String title, String supervisor, @Nullable String ceiling, List<Line> lines) {
    /** More lines than colours are more than one figure can show. */
    private static final int MOST = 6;

    /**
     * @param model name of a student
     * @param method what it is called in all of the figures
     */
    record Line(String model, String method) {}

    /**
     * @param rows one or more a student
     * @return none where one figure is enough, or there is nothing to divide by
     */
    static List<Facet> of(RunResults results, Collection<PairMetrics> rows) {
        Map<String, PairMetrics> students = new LinkedHashMap<>();
        rows.forEach(row -> students.putIfAbsent(results.name(row.getStudent()), row));
        Map<List<String>, Facet> facets = new LinkedHashMap<>();
        students.forEach(
                (name, row) -> {
                    ModelSpec spec = results.spec(row.getStudent());
                    String ceiling =
                            row.getCeiling() == null ? null : results.name(row.getCeiling());
                    String supervisor = results.name(row.getSupervisor());
                    String kind = spec == null ? name : spec.getEncoderName();
                    facets.computeIfAbsent(
                                    List.of(supervisor, kind, ceiling == null ? "" : ceiling),
                                    key ->
                                            new Facet(
                                                    kind + ", taught by " + supervisor,
                                                    supervisor,
                                                    ceiling,
                                                    new ArrayList<>()))
                            .lines
                            .add(new Line(name, spec == null ? name : method(spec)));
                });
        boolean needed = students.size() > MOST && facets.size() > 1;
        return needed && haveDifferentMethods(facets.values())
                ? List.copyOf(facets.values())
                : List.of();
    }

    private static String method(ModelSpec spec) {
        String selector = spec.getSelector().getName();
        String stopping = spec.getStopping().getName();
        return ModelSettings.loss(spec)
                + (selector.equals(Methods.DEFAULT_SELECTOR) ? "" : ", selector " + selector)
                + (stopping.equals(Methods.DEFAULT_STOPPING) ? "" : ", stopping " + stopping);
    }

    /** Whether the lines of each differ in their methods. */
    private static boolean haveDifferentMethods(Collection<Facet> facets) {
        for (Facet facet : facets) {
            Set<String> methods = new HashSet<>();
            for (Line line : facet.lines) {
                if (!methods.add(line.method)) {
                    return false;
                }
            }
        }
        return true;
    }
}
