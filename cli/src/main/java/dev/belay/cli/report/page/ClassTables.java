package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.schemas.events.ClassCounts;
import dev.belay.schemas.events.ConfusionCount;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * For each supervisor: its predictions by class, and how often it, its students and their ceilings
 * are right on each class. Only where there are few enough classes to look at.
 */
final class ClassTables {
    private static final int MOST_CLASSES = 12;

    private ClassTables() {}

    /**
     * One a supervisor; empty where nothing was counted by class, or there are too many classes.
     */
    static List<Map<String, Object>> of(RunResults results, Collection<PairMetrics> rows) {
        Map<String, List<List<PairMetrics>>> bySupervisor = new LinkedHashMap<>();
        for (List<PairMetrics> seeds : results.byNames(rows)) {
            PairMetrics first = seeds.get(0);
            ModelSpec spec = results.spec(first.getStudent());
            int classes = spec == null ? 0 : spec.getClasses().size();
            boolean counted = seeds.stream().allMatch(row -> row.getByClass().size() == classes);
            if (counted && classes > 0 && classes <= MOST_CLASSES) {
                bySupervisor
                        .computeIfAbsent(
                                results.name(first.getSupervisor()), name -> new ArrayList<>())
                        .add(seeds);
            }
        }
        List<Map<String, Object>> tables = new ArrayList<>();
        bySupervisor.forEach((name, pairs) -> tables.add(table(results, name, pairs)));
        return tables;
    }

    private static Map<String, Object> table(
            RunResults results, String supervisor, List<List<PairMetrics>> pairs) {
        List<PairMetrics> first = pairs.get(0);
        ModelSpec spec = results.spec(first.get(0).getStudent());
        List<String> classes = spec == null ? List.of() : spec.getClasses();
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("supervisor", supervisor);
        table.put("classes", classes);
        table.put("confusion", confusion(classes, first));
        List<Map<String, Object>> models = new ArrayList<>();
        models.add(
                model(
                        supervisor,
                        "supervisor",
                        first,
                        ClassCounts::getTruth,
                        ClassCounts::getSupervisorRight));
        Map<String, Map<String, Object>> ceilings = new LinkedHashMap<>();
        for (List<PairMetrics> seeds : pairs) {
            models.add(
                    model(
                            results.name(seeds.get(0).getStudent()),
                            "",
                            seeds,
                            ClassCounts::getTruth,
                            ClassCounts::getStudentRight));
            String ceiling = seeds.get(0).getCeiling();
            if (ceiling != null) {
                ceilings.putIfAbsent(
                        results.name(ceiling),
                        model(
                                results.name(ceiling),
                                "ceiling",
                                seeds,
                                ClassCounts::getTruthWithCeiling,
                                ClassCounts::getCeilingRight));
            }
        }
        models.addAll(ceilings.values());
        table.put("models", models);
        return table;
    }

    /** A line a class: shares of what is said of it, all seeds together. */
    private static List<Map<String, Object>> confusion(
            List<String> classes, List<PairMetrics> seeds) {
        Map<Integer, TreeMap<Integer, Long>> counts = new TreeMap<>();
        for (PairMetrics row : seeds) {
            for (ConfusionCount count : row.getConfusion()) {
                counts.computeIfAbsent(count.getTruth(), k -> new TreeMap<>())
                        .merge(count.getSaid(), count.getCount(), Long::sum);
            }
        }
        List<Map<String, Object>> lines = new ArrayList<>();
        for (int truth = 0; truth < classes.size(); truth++) {
            Map<Integer, Long> said = counts.getOrDefault(truth, new TreeMap<>());
            long all = said.values().stream().mapToLong(Long::longValue).sum();
            List<Map<String, Object>> cells = new ArrayList<>();
            for (int k = 0; k < classes.size(); k++) {
                Double share = all == 0 ? null : (Double) ((double) said.getOrDefault(k, 0L) / all);
                cells.add(
                        Map.of(
                                "share", Format.rate(share),
                                "percent", percent(share),
                                "right", k == truth));
            }
            long seen = all / seeds.size();
            lines.add(Map.of("name", classes.get(truth), "n", Format.count(seen), "cells", cells));
        }
        return lines;
    }

    private static Map<String, Object> model(
            String name,
            String role,
            List<PairMetrics> seeds,
            ToLongFunction<ClassCounts> of,
            ToLongFunction<ClassCounts> right) {
        List<Map<String, Object>> cells = new ArrayList<>();
        for (int k = 0; k < seeds.get(0).getByClass().size(); k++) {
            List<@Nullable Double> values = new ArrayList<>();
            for (PairMetrics row : seeds) {
                ClassCounts counts = row.getByClass().get(k);
                long n = of.applyAsLong(counts);
                values.add(n == 0 ? null : (Double) ((double) right.applyAsLong(counts) / n));
            }
            Spread spread = Spread.of(values);
            Map<String, Object> cell = new LinkedHashMap<>();
            Cells.spread(cell, "rate", spread, 3);
            if (spread == null) {
                cell.put("rateRange", "no examples");
            }
            cells.add(cell);
        }
        return Map.of("name", name, "role", role, "cells", cells);
    }

    /** Of a shade, in percent without decimals. */
    private static String percent(@Nullable Double share) {
        return String.format(Locale.ROOT, "%.0f", share == null ? 0 : 100 * share);
    }
}
