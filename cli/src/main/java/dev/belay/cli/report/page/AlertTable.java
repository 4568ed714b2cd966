package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.AlertKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The alerts of a run, the oldest first. */
final class AlertTable {
    private static final Map<AlertKind, String> WORDS =
            Map.of(
                    AlertKind.ERRORS, "wrong labels",
                    AlertKind.ABSTENTIONS, "abstentions",
                    AlertKind.LABELS, "labels of each class",
                    AlertKind.DISAGREEMENT, "disagreement of the student");

    private AlertTable() {}

    static List<Map<String, Object>> of(RunResults results) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Alert alert : results.alerts()) {
            Map<String, Object> cells = new LinkedHashMap<>();
            cells.put("what", WORDS.getOrDefault(alert.getKind(), alert.getKind().name()));
            cells.put("slice", alert.getSlice() == null ? "" : alert.getSlice());
            cells.put("supervisor", results.name(alert.getSupervisor()));
            cells.put(
                    "student",
                    alert.getKind() == AlertKind.DISAGREEMENT
                            ? results.name(alert.getStudent())
                            : "");
            cells.put("before", shares(alert, alert.getBefore()));
            cells.put("after", shares(alert, alert.getAfter()));
            cells.put("examplesBefore", Format.count(alert.getExamplesBefore()));
            cells.put("examplesAfter", Format.count(alert.getExamplesAfter()));
            cells.put("since", Instant.ofEpochMilli(alert.getSinceMs()).toString());
            cells.put("until", Instant.ofEpochMilli(alert.getUntilMs()).toString());
            lines.add(cells);
        }
        return lines;
    }

    private static String shares(Alert alert, List<Double> shares) {
        List<Double> shown =
                alert.getKind() == AlertKind.LABELS
                        ? shares
                        : shares.subList(shares.size() - 1, shares.size());
        return String.join(" ", shown.stream().map(share -> Format.fixed(share, 3)).toList());
    }
}
