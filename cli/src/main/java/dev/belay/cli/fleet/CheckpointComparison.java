package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.statistics.figures.PairedComparison;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
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
 * @param table who is right
 * @param same examples of which both predict the same class
 * @param withoutTruth examples that both predict and that are not counted
 * @param onlyA examples that B does not predict, not counted
 * @param onlyB examples that A does not predict, not counted
 * @param discordant those that exactly one classifies right, by id
 */
record CheckpointComparison(
        String task,
        String a,
        String b,
        PairedComparison table,
        long same,
        long withoutTruth,
        long onlyA,
        long onlyB,
        List<Discordant> discordant) {
    private static final int SHOWN = 10;

    /**
     * An example that exactly one of the two classifies right.
     *
     * @param truth a class by its name
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
        line(
                out,
                "%,d examples of the holdout of task %s, on which both are counted",
                table.n(),
                task);
        line(out, "A  %-" + width + "s  accuracy %s", a, text(table.accuracyOfA()));
        line(out, "B  %-" + width + "s  accuracy %s", b, text(table.accuracyOfB()));
        out.println();
        line(out, "%-8s  %10s  %10s", "", "B right", "B wrong");
        line(out, "%-8s  %,10d  %,10d", "A right", table.bothRight(), table.onlyA());
        line(out, "%-8s  %,10d  %,10d", "A wrong", table.onlyB(), table.bothWrong());
        out.println();
        line(out, "difference A − B  %s (paired, Agresti–Min)", text(table.difference()));
        line(
                out,
                "McNemar's test    p = %.4g (exact, two-sided; %,d discordant examples)",
                table.mcNemar(),
                discordant.size());
        line(out, "agreement         %s", text(agreement()));
        line(
                out,
                "not counted       %,d without truth, %,d predicted by A only, %,d by B only",
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
        json.put("bothRight", table.bothRight()).put("onlyARight", table.onlyA());
        json.put("onlyBRight", table.onlyB()).put("bothWrong", table.bothWrong());
        json.put("confidence", Measure.CONFIDENCE);
        put(json, "accuracyOfA", table.accuracyOfA());
        put(json, "accuracyOfB", table.accuracyOfB());
        put(json, "difference", table.difference());
        json.put("mcNemarP", table.mcNemar());
        put(json, "agreement", agreement());
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

    private @Nullable Measure agreement() {
        return Rate.of(same, table.n());
    }

    private static void put(ObjectNode json, String key, @Nullable Measure measure) {
        Measure found = Objects.requireNonNull(measure, key);
        json.put(key, found.value()).put(key + "Low", found.low()).put(key + "High", found.high());
    }

    private static String text(@Nullable Measure measure) {
        Measure found = Objects.requireNonNull(measure);
        return String.format(
                Locale.ROOT, "%.4f [%.4f, %.4f]", found.value(), found.low(), found.high());
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
