package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.Gates;
import dev.belay.cli.report.results.PairFigure;
import dev.belay.cli.report.results.PairMedian;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tables below the headline, a line for each pair of names, medians over its seeds with the
 * lowest and the highest below them (of a single seed the interval, where there is one): what
 * became of the supervisor's errors, calibration, and how the last checkpoint compares with those
 * before it. A table of which nothing was counted is empty, and left out.
 */
final class FigureTables {
    private static final List<PairFigure> ERRORS =
            List.of(
                    PairFigure.NEW_ERRORS,
                    PairFigure.CORRECTED,
                    PairFigure.RIGHT_WHEN_DIFFERING,
                    PairFigure.KAPPA,
                    PairFigure.ERROR_CONSISTENCY);
    private static final List<PairFigure> CALIBRATION =
            List.of(
                    PairFigure.SUPERVISOR_ECE,
                    PairFigure.SUPERVISOR_BRIER,
                    PairFigure.SUPERVISOR_LOG_LOSS,
                    PairFigure.STUDENT_ECE,
                    PairFigure.STUDENT_BRIER,
                    PairFigure.STUDENT_LOG_LOSS,
                    PairFigure.BRIER_GAIN,
                    PairFigure.BRIER_MISFIT,
                    PairFigure.BRIER_CROSS);

    private FigureTables() {}

    static List<Map<String, Object>> errors(RunResults results, Collection<PairMetrics> rows) {
        return table(
                results,
                rows,
                ERRORS,
                (seeds, cells) -> {
                    Cells.spread(
                            cells,
                            "inherited",
                            PairMedian.spread(seeds, PairMetrics::getAgreementWhenSupervisorWrong),
                            3);
                });
    }

    static List<Map<String, Object>> calibration(RunResults results, Collection<PairMetrics> rows) {
        return table(
                results,
                rows,
                CALIBRATION,
                (seeds, cells) -> {
                    expected(cells, "supervisorEce", seeds, PairFigure.SUPERVISOR_ECE_EXPECTED);
                    expected(cells, "studentEce", seeds, PairFigure.STUDENT_ECE_EXPECTED);
                });
    }

    static List<Map<String, Object>> checkpoints(RunResults results, Collection<PairMetrics> rows) {
        Gates gates = Gates.of(results);
        Map<String, Map<Long, PairMetrics>> all = new HashMap<>();
        results.holdoutRows()
                .forEach(
                        row ->
                                all.computeIfAbsent(row.getStudent(), id -> new HashMap<>())
                                        .put(row.getCheckpoint(), row));
        return table(
                results,
                rows,
                List.of(
                        PairFigure.BEST_PGR,
                        PairFigure.BEHIND_BEST,
                        PairFigure.BEST_LABEL_AGREEMENT),
                (seeds, cells) -> {
                    Cells.pgr(cells, "last", PairMedian.values(seeds, PairMetrics::getPgr));
                    Cells.pgr(cells, "bestPgr", PairFigure.BEST_PGR.values(seeds));
                    Cells.pgr(cells, "behindBestPgr", PairFigure.BEHIND_BEST.values(seeds));
                    cells.put("bestAt", at(seeds, PairMetrics::getBestPgr));
                    Cells.pgr(cells, "stopped", stopped(seeds, all));
                    cells.put("stopAt", at(seeds, PairMetrics::getBestLabelAgreement));
                    gate(cells, seeds, gates);
                });
    }

    /** What a table has beside its figures. */
    private interface Beside {
        void put(List<PairMetrics> seeds, Map<String, Object> cells);
    }

    private static List<Map<String, Object>> table(
            RunResults results,
            Collection<PairMetrics> rows,
            List<PairFigure> figures,
            Beside beside) {
        if (rows.stream().allMatch(row -> figures.stream().allMatch(f -> f.in(row) == null))) {
            return List.of();
        }
        List<Map<String, Object>> table = new ArrayList<>();
        for (List<PairMetrics> seeds : results.byNames(rows)) {
            Map<String, Object> cells = new LinkedHashMap<>();
            cells.put("student", results.name(seeds.get(0).getStudent()));
            cells.put("supervisor", results.name(seeds.get(0).getSupervisor()));
            for (PairFigure figure : figures) {
                if (figure.equals(PairFigure.KAPPA)
                        && results.isChoice(seeds.get(0).getStudent())) {
                    continue; // the page has no column for it
                }
                Spread spread = figure.over(seeds);
                Cells.spread(cells, figure.key(), spread, 3);
                Estimate interval = seeds.size() == 1 ? figure.interval(seeds.get(0)) : null;
                if (spread == null) {
                    cells.put(figure.key() + "Range", figure.undefined());
                } else if (interval != null) {
                    cells.put(
                            figure.key() + "Range",
                            Format.interval(interval.getLow(), interval.getHigh(), 3));
                }
            }
            beside.put(seeds, cells);
            table.add(cells);
        }
        return table;
    }

    /** Calibration error means nothing without what perfect calibration would show. */
    private static void expected(
            Map<String, Object> cells, String key, List<PairMetrics> seeds, PairFigure expected) {
        Spread spread = expected.over(seeds);
        if (spread != null) {
            cells.put(key + "Range", Format.rate(spread.median()) + " expected");
        }
    }

    private static String at(List<PairMetrics> seeds, Function<PairMetrics, @Nullable Best> best) {
        List<Long> checkpoints =
                seeds.stream().map(best).filter(Objects::nonNull).map(Best::getCheckpoint).toList();
        return checkpoints.isEmpty() ? "" : "checkpoint " + Cells.range(checkpoints);
    }

    /** PGR of each seed's checkpoint that agreed most with labels it had not learned from. */
    private static List<@Nullable Double> stopped(
            List<PairMetrics> seeds, Map<String, Map<Long, PairMetrics>> all) {
        List<@Nullable Double> values = new ArrayList<>();
        for (PairMetrics seed : seeds) {
            Best best = seed.getBestLabelAgreement();
            PairMetrics row =
                    best == null
                            ? null
                            : all.getOrDefault(seed.getStudent(), Map.of())
                                    .get(best.getCheckpoint());
            Estimate pgr = row == null ? null : row.getPgr();
            values.add(pgr == null ? null : (Double) pgr.getValue());
        }
        return values;
    }

    private static void gate(Map<String, Object> cells, List<PairMetrics> seeds, Gates gates) {
        List<Long> first =
                seeds.stream()
                        .map(row -> gates.firstPassed(row.getStudent()))
                        .filter(Objects::nonNull)
                        .toList();
        List<Long> looks =
                seeds.stream()
                        .map(row -> gates.looks().get(row.getStudent()))
                        .filter(Objects::nonNull)
                        .toList();
        String of = seeds.size() == 1 ? "" : first.size() + " of " + seeds.size() + " seeds";
        if (looks.isEmpty()) {
            cells.put("gate", "–");
            cells.put("gateRange", "truth, predictions or groups are missing");
        } else if (first.isEmpty()) {
            cells.put("gate", "not shown");
            cells.put("gateRange", "in " + Cells.range(looks) + " looks");
        } else {
            cells.put("gate", of.isEmpty() ? "shown better" : of);
            cells.put("gateRange", "at look " + Cells.range(first));
        }
    }
}
