package dev.belay.cli.report.results;

import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** The holdout rows of a run in which the seeds of a student can be compared. */
final class LevelRows {
    private LevelRows() {}

    /** {@link RunResults#levelRows}. */
    static Map<String, List<PairMetrics>> of(RunResults results) {
        Set<String> failed = new HashSet<>();
        results.failures().forEach(failure -> failed.add(failure.getModel()));
        Map<String, Integer> seeds = new HashMap<>();
        for (ModelSpec spec : results.specs()) {
            seeds.merge(spec.getModel(), failed.contains(spec.getId()) ? 0 : 1, Integer::sum);
        }
        Map<String, List<PairMetrics>> level = new LinkedHashMap<>();
        bySeen(results, failed)
                .forEach(
                        (name, rows) -> {
                            rows.values().removeIf(all -> all.size() < seeds.getOrDefault(name, 0));
                            if (!rows.isEmpty()) {
                                level.put(name, List.copyOf(rows.lastEntry().getValue().values()));
                            }
                        });
        for (List<PairMetrics> last : results.byNames(results.finalRows())) {
            String name = results.name(last.get(0).getStudent());
            if (last.size() == seeds.getOrDefault(name, 0)) {
                level.put(name, last);
            }
        }
        return level;
    }

    /** Rows of the students that did not fail: name → examples seen → student → newest row. */
    private static Map<String, NavigableMap<Long, Map<String, PairMetrics>>> bySeen(
            RunResults results, Set<String> failed) {
        Map<String, NavigableMap<Long, Map<String, PairMetrics>>> bySeen = new LinkedHashMap<>();
        for (PairMetrics row : results.holdoutRows()) {
            if (!failed.contains(row.getStudent())) {
                bySeen.computeIfAbsent(results.name(row.getStudent()), name -> new TreeMap<>())
                        .computeIfAbsent(row.getExamplesSeen(), seen -> new LinkedHashMap<>())
                        .put(row.getStudent(), row);
            }
        }
        return bySeen;
    }
}
