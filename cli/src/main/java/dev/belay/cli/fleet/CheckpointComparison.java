package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.Significance;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.cli.table.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Comparison of two checkpoints on the same examples, at least one.
 *
 * @param a EXPERIMENT/MODEL#SEED@RUN:NUMBER
 * @param table what was counted, A as the student, B as the supervisor
 * @param withoutTruth examples that both predict and that are not counted
 * @param onlyA examples that B does not predict, or abstains from; not counted
 * @param onlyB examples that A does not predict, or abstains from; not counted
 * @param discordant those that exactly one classifies right, by id
 */
record CheckpointComparison(
        String task,
        String a,
        String b,
        PairTable table,
        long withoutTruth,
        long onlyA,
        long onlyB,
        List<Discordant> discordant) {
    private static final int SHOWN = 10;

    /**
     * An example that exactly one of the two classifies right.
     *
     * @param truth a class by its name, or an option by its number
     * @param a what A predicts
     * @param b what B predicts
     */
    record Discordant(String id, String truth, String a, String b) {
        private ObjectNode json() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("id", id)
                    .put("truth", truth)
                    .put("a", a)
                    .put("b", b);
        }
    }

    /**
     * Prints all figures.
     *
     * @param examples whether to print the first discordant examples too
     */
    void print(PrintWriter out, boolean examples) {
        int width = Math.max(a.length(), b.length());
        PairStatistics figures = figures();
        CellTable cells = table.cells();
        PairedMoments moments = PairedMoments.of(table);
        PairedMoments.Clustered clustered = moments.clustered();
        line(
                out,
                "%,d examples%s of the holdout of task %s, on which both are counted",
                table.n(),
                clustered == null ? "" : " in %,d clusters".formatted(clustered.clusters()),
                task);
        line(out, "A  %-" + width + "s  accuracy %s", a, text(figures.studentAccuracy()));
        line(out, "B  %-" + width + "s  accuracy %s", b, text(figures.supervisorAccuracy()));
        out.println();
        line(out, "%-8s  %10s  %10s", "", "B right", "B wrong");
        line(out, "%-8s  %,10d  %,10d", "A right", right(cells, 1, 1), right(cells, 1, 0));
        line(out, "%-8s  %,10d  %,10d", "A wrong", right(cells, 0, 1), right(cells, 0, 0));
        out.println();
        line(
                out,
                "difference A − B  %s (paired, %s)",
                text(figures.gain()),
                clustered == null ? "Agresti–Min" : "cluster-robust");
        Double p = Significance.p(moments);
        if (clustered == null) {
            line(
                    out,
                    "McNemar's test    %s (exact, two-sided; %,d discordant examples)",
                    p == null ? "undefined" : String.format(Locale.ROOT, "p = %.4g", p),
                    discordant.size());
        } else {
            line(
                    out,
                    "t test            %s (cluster-robust, two-sided; %d degrees of freedom)",
                    p == null ? "too few groups" : String.format(Locale.ROOT, "p = %.4g", p),
                    clustered.degrees());
        }
        line(out, "agreement         %s", text(figures.agreement()));
        line(
                out,
                "not counted       %,d without truth, %,d predicted by A only, %,d by B only (abstentions"
                        + " are no predictions)",
                withoutTruth,
                onlyA,
                onlyB);
        if (examples && !discordant.isEmpty()) {
            out.println();
            line(
                    out,
                    "Discordant examples%s:",
                    discordant.size() > SHOWN
                            ? " (the first %d of %,d; all of them: --ids FILE)"
                                    .formatted(SHOWN, discordant.size())
                            : "");
            TextTable listed = new TextTable("id", "truth", "A", "B");
            discordant.stream()
                    .limit(SHOWN)
                    .forEach(one -> listed.add(one.id, one.truth, one.a, one.b));
            listed.print(out);
        }
    }

    /** One object with all figures and all discordant examples. */
    void printJson(PrintWriter out) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("task", task).put("a", a).put("b", b).put("n", table.n());
        CellTable cells = table.cells();
        json.put("bothRight", right(cells, 1, 1)).put("onlyARight", right(cells, 1, 0));
        json.put("onlyBRight", right(cells, 0, 1)).put("bothWrong", right(cells, 0, 0));
        json.put("confidence", Measure.CONFIDENCE);
        PairStatistics figures = figures();
        put(json, "accuracyOfA", figures.studentAccuracy());
        put(json, "accuracyOfB", figures.supervisorAccuracy());
        put(json, "difference", figures.gain());
        PairedMoments moments = PairedMoments.of(table);
        PairedMoments.Clustered clustered = moments.clustered();
        json.put(clustered == null ? "mcNemarP" : "clusterRobustP", Significance.p(moments));
        if (clustered != null) {
            json.put("clusters", clustered.clusters()).put("degrees", clustered.degrees());
        }
        put(json, "agreement", figures.agreement());
        json.put("withoutTruth", withoutTruth).put("onlyA", onlyA).put("onlyB", onlyB);
        var list = json.putArray("discordant");
        discordant.forEach(one -> list.add(one.json()));
        out.println(json);
    }

    /** The discordant examples, a JSON object a line. */
    void writeIds(Appendable out) throws IOException {
        for (Discordant one : discordant) {
            out.append(one.json().toString()).append('\n');
        }
    }

    private PairStatistics figures() {
        return PairStatistics.of(table, Pgr.Ceiling.NONE);
    }

    /** Examples that A and B classify right (1) or wrong (0). */
    private static long right(CellTable cells, int ofA, int ofB) {
        return cells.sum(
                CellTable.STUDENT | CellTable.SUPERVISOR,
                CellTable.STUDENT * ofA | CellTable.SUPERVISOR * ofB);
    }

    private static void put(ObjectNode json, String key, @Nullable Measure measure) {
        Measure found = Objects.requireNonNull(measure, key);
        boolean bounded = found.high() < Double.POSITIVE_INFINITY;
        json.put(key, found.value());
        json.put(key + "Low", bounded ? (Double) found.low() : null);
        json.put(key + "High", bounded ? (Double) found.high() : null);
    }

    private static String text(@Nullable Measure measure) {
        Measure found = Objects.requireNonNull(measure);
        return found.high() < Double.POSITIVE_INFINITY
                ? String.format(
                        Locale.ROOT, "%.4f [%.4f, %.4f]", found.value(), found.low(), found.high())
                : String.format(Locale.ROOT, "%.4f (too few groups)", found.value());
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
