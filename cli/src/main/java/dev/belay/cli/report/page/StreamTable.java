package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Every pair on the stream itself: examples that the student predicted before it learned from them,
 * with limits that hold however often one looks.
 */
final class StreamTable {
    /** An e-value of 20: the student is shown to be better at 5 %. */
    private static final double SHOWN = Math.log(20);

    private static final double LN_10 = Math.log(10);

    private StreamTable() {}

    /** A line a student and seed; empty where no limits for any time were counted. */
    static List<Map<String, Object>> of(RunResults results) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (PairMetrics row : results.streamRows()) {
            if (row.getAnytimeGain() != null || row.getLogEvidence() != null) {
                lines.add(line(results, row));
            }
        }
        return lines;
    }

    private static Map<String, Object> line(RunResults results, PairMetrics row) {
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("student", results.name(row.getStudent()));
        cells.put("supervisor", results.name(row.getSupervisor()));
        cells.put("seed", row.getSeed());
        long seen = results.examplesSeen(row.getStudent());
        String of = row.getN() < seen ? " of " + Format.count(seen) : "";
        cells.put("n", Format.count(row.getN()) + of);
        cells.put("missing", missing(row));
        Cells.estimate(cells, "gain", row.getAnytimeGain(), 3);
        Cells.estimate(cells, "gap", row.getAnytimeGap(), 3);
        Cells.estimate(cells, "pgr", row.getAnytimePgr(), 2);
        if (row.getAnytimePgr() == null) {
            Estimate gap = row.getAnytimeGap();
            cells.put(
                    "pgrRange",
                    gap != null
                            ? "gap-not-resolved"
                            : row.getCeiling() == null ? "no-ceiling" : "ceiling-not-ready");
        }
        Double evidence = row.getLogEvidence();
        cells.put(
                "shown", evidence == null ? "–" : evidence >= SHOWN ? "shown better" : "not shown");
        cells.put("evidence", evidence == null ? "" : evidence(evidence));
        return cells;
    }

    /** e-values grow without bound: as a power of ten where they are great. */
    private static String evidence(double logEvidence) {
        if (logEvidence >= Math.log(1000)) {
            return String.format(Locale.ROOT, "e = 10^%.0f", Math.floor(logEvidence / LN_10));
        }
        return logEvidence < Math.log(0.01)
                ? "e < 0.01"
                : "e = " + Format.fixed(Math.exp(logEvidence), 2);
    }

    private static String missing(PairMetrics row) {
        List<String> parts = new ArrayList<>();
        if (row.getWithoutTruth() > 0) {
            parts.add("+" + Format.count(row.getWithoutTruth()) + " without truth");
        }
        if (row.getAbstained() > 0) {
            parts.add("+" + Format.count(row.getAbstained()) + " abstained");
        }
        if (row.getTooLate() > 0) {
            parts.add(Format.count(row.getTooLate()) + " too late");
        }
        if (row.getRevised() > 0) {
            parts.add(Format.count(row.getRevised()) + " revised");
        }
        return String.join(", ", parts);
    }
}
