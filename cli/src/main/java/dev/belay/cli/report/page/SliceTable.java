package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of each student by example tag: noise in one source or language shows here. */
final class SliceTable {
    static final int MOST_LINES = 20;

    private SliceTable() {}

    /** One a student and seed; empty where no example has tags. */
    static List<Map<String, Object>> of(RunResults results, Collection<PairMetrics> rows) {
        List<Map<String, Object>> tables = new ArrayList<>();
        for (PairMetrics row : rows) {
            List<PairMetrics> slices = results.slices(row);
            if (!slices.isEmpty()) {
                int more = Math.max(0, slices.size() - MOST_LINES);
                Map<String, Object> table = new LinkedHashMap<>();
                table.put("student", results.name(row.getStudent()));
                table.put("supervisor", results.name(row.getSupervisor()));
                table.put("seed", row.getSeed());
                table.put(
                        "lines", slices.stream().limit(MOST_LINES).map(SliceTable::line).toList());
                table.put("more", more == 0 ? "" : "And " + more + " more in belay.slices.");
                tables.add(table);
            }
        }
        return tables;
    }

    private static Map<String, Object> line(PairMetrics slice) {
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("slice", slice.getSlice());
        cells.put("n", Format.count(slice.getN()));
        Cells.estimate(cells, "supervisorAccuracy", slice.getSupervisorAccuracy(), 3);
        Cells.estimate(cells, "studentAccuracy", slice.getStudentAccuracy(), 3);
        Cells.estimate(cells, "ceilingAccuracy", slice.getCeilingAccuracy(), 3);
        Cells.estimate(cells, "pgr", Cells.valid(slice.getPgr(), slice.getAnytimePgr()), 2);
        String reason = slice.getPgrUndefined();
        cells.put("pgrUndefined", reason == null ? "" : reason);
        Cells.estimate(cells, "agreement", slice.getAgreement(), 3);
        return cells;
    }
}
