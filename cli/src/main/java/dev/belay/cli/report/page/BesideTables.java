package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Chain;
import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.LossSinceBest;
import dev.belay.cli.report.results.PairFigure;
import dev.belay.cli.report.results.PairMedian;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.cli.report.results.StoppedByTruth;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables beside PGR: models on truth that are compared with others, chains, upper bounds. */
final class BesideTables {
    private BesideTables() {}

    /** A line for each pair of names of models on truth; medians over seeds. */
    static List<Map<String, Object>> compared(RunResults results) {
        List<Map<String, Object>> table = new ArrayList<>();
        for (List<PairMetrics> seeds : results.byNames(results.besideRows())) {
            PairMedian median = PairMedian.of(seeds, results);
            Map<String, Object> cells = new LinkedHashMap<>();
            cells.put("model", median.student());
            cells.put("other", median.supervisor());
            cells.put("ceiling", median.ceiling() == null ? "none" : median.ceiling());
            Cells.spread(cells, "accuracy", median.studentAccuracy(), 3);
            Cells.spread(cells, "otherAccuracy", median.supervisorAccuracy(), 3);
            Cells.spread(cells, "pgr", median.pgr(), 2);
            String reason = median.pgrUndefined();
            cells.put("pgrUndefined", reason == null ? "" : reason);
            Cells.spread(cells, "agreement", median.agreement(), 3);
            Spread consistency = PairFigure.ERROR_CONSISTENCY.over(seeds);
            Cells.spread(cells, "consistency", consistency, 3);
            cells.put("seeds", median.seeds());
            table.add(cells);
        }
        return table;
    }

    /** A line for each student of each chain, then its direct students. */
    static List<Map<String, Object>> chains(RunResults results, Collection<PairMetrics> rows) {
        List<Map<String, Object>> table = new ArrayList<>();
        for (Chain chain : Chain.of(results, rows)) {
            String from = chain.supervisor();
            for (Chain.Link link : chain.links()) {
                table.add(link(link, from + " → " + link.student(), chain));
                from = link.student();
            }
            for (Chain.Link link : chain.direct()) {
                table.add(link(link, chain.supervisor() + " → " + link.student(), chain));
            }
        }
        return table;
    }

    private static Map<String, Object> link(Chain.Link link, String what, Chain chain) {
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("student", link.student());
        cells.put("link", what + (chain.direct().contains(link) ? ", direct" : ""));
        cells.put("ends", chain.supervisor() + " to " + chain.ceiling());
        Cells.spread(cells, "accuracy", link.accuracy(), 3);
        Cells.spread(cells, "pgr", link.pgr(), 2);
        String reason = link.undefined();
        cells.put("pgrUndefined", reason == null ? "" : reason);
        return cells;
    }

    /** A line for each pair of names. */
    static List<Map<String, Object>> stoppedByTruth(
            RunResults results, Collection<PairMetrics> rows) {
        List<Map<String, Object>> table = new ArrayList<>();
        for (StoppedByTruth best : StoppedByTruth.of(results, rows)) {
            Map<String, Object> cells = new LinkedHashMap<>();
            cells.put("student", best.student());
            cells.put("supervisor", best.supervisor());
            Cells.spread(cells, "accuracy", best.accuracy(), 3);
            Cells.spread(cells, "pgr", best.pgr(), 2);
            Spread seen = best.seen();
            cells.put("seen", seen == null ? "–" : Format.count(Math.round(seen.median())));
            lost(cells, best.lost());
            table.add(cells);
        }
        return table;
    }

    /** The accuracy lost since, and in how many seeds it is shown; of one seed its interval. */
    private static void lost(Map<String, Object> cells, List<LossSinceBest> seeds) {
        if (seeds.size() == 1) {
            Cells.measure(cells, "lost", seeds.get(0).loss(), 3);
        } else {
            Cells.spread(cells, "lost", LossSinceBest.over(seeds), 3);
        }
        cells.put(
                "shown",
                seeds.stream().filter(LossSinceBest::isShown).count() + " of " + seeds.size());
    }
}
