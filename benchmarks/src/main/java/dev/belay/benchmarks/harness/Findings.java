package dev.belay.benchmarks.harness;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a bench found: figures and ratios, as a table for people and as JSON for programs. */
public final class Findings {
    private static final String LINE = "%-52s %12s %12s %8s%n";

    private record Row(String title, double belay, double bare, double ratio) {}

    private final String bench;
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private final Map<String, Double> ratios = new LinkedHashMap<>();

    public Findings(String bench) {
        this.bench = bench;
    }

    /** A figure by itself. */
    public void figure(String key, String title, double value) {
        rows.add(new Row(title, value, Double.NaN, Double.NaN));
        figures.put(key, value);
    }

    /**
     * A figure of Belay's beside another of the same unit.
     *
     * @param ratio Belay's over the other; the median of several, so not exactly their quotient
     */
    public void compared(
            String key,
            double belay,
            String otherKey,
            double other,
            String title,
            String ratioKey,
            double ratio) {
        rows.add(new Row(title, belay, other, ratio));
        figures.put(key, belay);
        figures.put(otherKey, other);
        ratios.put(ratioKey, ratio);
    }

    /** A ratio that follows from others. */
    public void ratio(String key, String title, double ratio) {
        rows.add(new Row(title, Double.NaN, Double.NaN, ratio));
        ratios.put(key, ratio);
    }

    /** The table: a line a figure. */
    public String table() {
        StringBuilder table = new StringBuilder();
        table.append(LINE.formatted("figure", "Belay", "bare", "ratio"));
        for (Row row : rows)
            table.append(
                    LINE.formatted(
                            row.title,
                            number(row.belay),
                            number(row.bare),
                            Double.isNaN(row.ratio) ? "" : "%.3f".formatted(row.ratio)));
        return table.toString();
    }

    /** {@code {"bench": name, "figures": {…}, "ratios": {…}}} in one line. */
    public String json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("bench", bench);
        ObjectNode all = json.putObject("figures");
        figures.forEach(all::put);
        ObjectNode quotients = json.putObject("ratios");
        ratios.forEach(quotients::put);
        return json.toString();
    }

    private static String number(double value) {
        if (Double.isNaN(value)) return "";
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
