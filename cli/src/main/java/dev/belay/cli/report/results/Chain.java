package dev.belay.cli.report.results;

import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bootstrapping (Burns et al. 2023, section 4.3.1): a chain of students, each the supervisor of the
 * next. A pair's own PGR is against its own supervisor, so along a chain it has another denominator
 * at each link. Here every link has the same one:
 *
 * <pre>PGR of a link = (its accuracy − first) / (last ceiling − first)</pre>
 *
 * <p>first: accuracy of the chain's first supervisor; last ceiling: that of the last student's
 * ceiling; all at their last checkpoints on the same holdout. Of each seed by itself, then the
 * median. Undefined unless the gap is resolved: the interval of a direct student's gap, which is
 * the same gap, lies above 0; without a direct student the intervals of the two accuracies are
 * apart, which asks for more.
 *
 * @param supervisor name of the first supervisor: a model on truth or a labeler
 * @param ceiling name of the last student's ceiling; null: it has none
 * @param links the students, from the first supervisor's to the last; at least two
 * @param direct students of the first supervisor with the last student's ceiling, measured alike
 */
public record Chain(
        String supervisor, @Nullable String ceiling, List<Link> links, List<Link> direct) {

    /**
     * A student of a chain.
     *
     * @param accuracy null where half or more of the seeds have none yet
     * @param pgr null where undefined
     * @param undefined why; null where {@code pgr} is defined
     */
    public record Link(
            String student,
            @Nullable Spread accuracy,
            @Nullable Spread pgr,
            @Nullable String undefined) {}

    /** Accuracies that all links of a seed share. */
    private record Ends(double first, double gap, @Nullable String undefined) {}

    /**
     * All chains of a run.
     *
     * @param rows one of each student and seed
     */
    public static List<Chain> of(RunResults results, Collection<PairMetrics> rows) {
        Map<String, ModelSpec> students = new LinkedHashMap<>(); // by name, of any seed
        Set<String> supervisors = new HashSet<>();
        for (ModelSpec spec : results.specs()) {
            if (!results.isBeside(spec.getId())) {
                students.putIfAbsent(spec.getModel(), spec);
                supervisors.add(results.name(spec.getSupervisor()));
            }
        }
        List<Chain> chains = new ArrayList<>();
        for (String last : students.keySet()) {
            List<String> names = new ArrayList<>();
            String at = last;
            for (ModelSpec spec = students.get(at); spec != null; spec = students.get(at)) {
                names.add(0, at);
                at = results.name(spec.getSupervisor());
            }
            if (names.size() > 1 && !supervisors.contains(last)) {
                chains.add(chain(at, names, students, results, rows));
            }
        }
        return chains;
    }

    private static Chain chain(
            String first,
            List<String> names,
            Map<String, ModelSpec> students,
            RunResults results,
            Collection<PairMetrics> rows) {
        String ceiling = ceiling(students, names.get(names.size() - 1), results);
        List<String> direct =
                students.keySet().stream()
                        .filter(name -> !names.contains(name))
                        .filter(
                                name ->
                                        results.name(supervisor(students, name)).equals(first)
                                                && Objects.equals(
                                                        ceiling(students, name, results), ceiling))
                        .toList();
        Map<Long, Map<String, PairMetrics>> bySeed = new LinkedHashMap<>();
        for (PairMetrics row : rows) {
            bySeed.computeIfAbsent(row.getSeed(), seed -> new LinkedHashMap<>())
                    .put(results.name(row.getStudent()), row);
        }
        List<Ends> ends = bySeed.values().stream().map(seed -> ends(seed, names, direct)).toList();
        List<Map<String, PairMetrics>> seeds = List.copyOf(bySeed.values());
        return new Chain(
                first,
                ceiling,
                names.stream().map(name -> link(name, seeds, ends)).toList(),
                direct.stream().map(name -> link(name, seeds, ends)).toList());
    }

    private static String supervisor(Map<String, ModelSpec> students, String name) {
        return Objects.requireNonNull(students.get(name)).getSupervisor();
    }

    private static @Nullable String ceiling(
            Map<String, ModelSpec> students, String name, RunResults results) {
        String id = Objects.requireNonNull(students.get(name)).getCeiling();
        return id == null ? null : results.name(id);
    }

    private static Ends ends(
            Map<String, PairMetrics> seed, List<String> names, List<String> direct) {
        PairMetrics begin = seed.get(names.get(0));
        PairMetrics end = seed.get(names.get(names.size() - 1));
        if (end != null && end.getCeiling() == null) {
            return new Ends(0, 0, "no-ceiling");
        }
        Estimate first = begin == null ? null : begin.getSupervisorAccuracy();
        Estimate ceiling = end == null ? null : end.getCeilingAccuracy();
        if (begin == null || first == null || ceiling == null) {
            return new Ends(0, 0, "ceiling-not-ready");
        }
        if (begin.getAbstained() > 0) { // its accuracy is that of other examples
            return new Ends(0, 0, "supervisor-abstains");
        }
        double gap = ceiling.getValue() - first.getValue();
        if (gap <= 0) {
            return new Ends(0, 0, "ceiling-below-supervisor");
        }
        Estimate paired =
                direct.stream()
                        .map(seed::get)
                        .filter(Objects::nonNull)
                        .map(PairMetrics::getGap)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
        Double low = paired == null ? null : paired.getLow();
        if (paired == null && ceiling.getLow() != null && first.getHigh() != null) {
            low = ceiling.getLow() - first.getHigh();
        }
        return low != null && low > 0
                ? new Ends(first.getValue(), gap, null)
                : new Ends(0, 0, "gap-not-resolved");
    }

    private static Link link(String name, List<Map<String, PairMetrics>> seeds, List<Ends> ends) {
        List<@Nullable Double> accuracies = new ArrayList<>();
        List<@Nullable Double> pgrs = new ArrayList<>();
        String undefined = null;
        for (int i = 0; i < seeds.size(); i++) {
            PairMetrics row = seeds.get(i).get(name);
            Estimate accuracy = row == null ? null : row.getStudentAccuracy();
            Ends of = ends.get(i);
            accuracies.add(accuracy == null ? null : (Double) accuracy.getValue());
            if (accuracy == null || of.undefined() != null) {
                pgrs.add(null);
                undefined = of.undefined() == null ? "ceiling-not-ready" : of.undefined();
            } else {
                pgrs.add((accuracy.getValue() - of.first()) / of.gap());
            }
        }
        Spread pgr = Spread.of(pgrs);
        String reason = undefined == null ? "ceiling-not-ready" : undefined;
        return new Link(name, Spread.of(accuracies), pgr, pgr == null ? reason : null);
    }
}
