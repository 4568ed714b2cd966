package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.cli.table.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.jspecify.annotations.Nullable;

/**
 * The examples on which a student, before it learned from their labels, contradicted them, the most
 * confident contradiction first.
 *
 * @param student EXPERIMENT/MODEL#SEED@RUN
 * @param supervisor whose labels they are
 * @param classes names; none of a task of kind choice
 * @param labelled examples that the student has predicted and the supervisor has labelled
 * @param labelledWithTruth of these, those whose truth is known
 * @param wrong of these, those whose label is not the truth
 * @param contradictions by descending margin, ties by id
 */
record Suspects(
        String student,
        String supervisor,
        List<String> classes,
        long labelled,
        long labelledWithTruth,
        long wrong,
        List<Suspect> contradictions)
        implements LineFiles.Lines {
    private static final List<Integer> PRECISION_AT = List.of(10, 50, 100, 200, 500, 1_000);

    /**
     * An example.
     *
     * @param label what the supervisor says: its most probable class or option, ties to the lowest
     * @param prediction the same of the student
     * @param margin the student's probability of its prediction less that of the label, in (0, 1]
     * @param labelProbabilities the supervisor's distribution
     * @param predictionProbabilities the student's
     * @param truth null: not known
     */
    record Suspect(
            String id,
            int label,
            int prediction,
            double margin,
            float[] labelProbabilities,
            float[] predictionProbabilities,
            @Nullable Integer truth) {
        /** Whether the label is wrong; null: not known. */
        @Nullable Boolean wrong() {
            return truth == null ? null : truth != label;
        }
    }

    /** Those of a student's stream. */
    static Suspects of(StudentStream stream) {
        List<Suspect> found = new ArrayList<>();
        long withTruth = 0;
        long wrong = 0;
        for (StudentStream.Row row : stream.rows()) {
            int label = row.labelled();
            int prediction = row.predicted();
            float[] p = row.prediction();
            Integer truth = row.truth();
            withTruth += truth == null ? 0 : 1;
            wrong += truth != null && truth != label ? 1 : 0;
            if (prediction != label) {
                double margin = (double) p[prediction] - p[label];
                found.add(new Suspect(row.id(), label, prediction, margin, row.label(), p, truth));
            }
        }
        found.sort(
                Comparator.comparingDouble(Suspect::margin).reversed().thenComparing(Suspect::id));
        return new Suspects(
                stream.student().getId(),
                stream.supervisor().getId(),
                stream.student().getClasses(),
                stream.rows().size(),
                withTruth,
                wrong,
                found);
    }

    /**
     * Share of wrong labels among the first contradictions whose truth is known, with the interval
     * of so many independent examples.
     *
     * @param k rank of the last one that counts
     * @return null if none of them has a truth
     */
    @Nullable Measure precision(int k) {
        long known = 0;
        long found = 0;
        for (Suspect suspect : contradictions.subList(0, Math.min(k, contradictions.size()))) {
            known += suspect.truth() == null ? 0 : 1;
            found += Boolean.TRUE.equals(suspect.wrong()) ? 1 : 0;
        }
        return Rate.of(found, known);
    }

    /**
     * Prints how many there are, how often they were wrong, and the first of them.
     *
     * @param top how many of them
     */
    void print(PrintWriter out, int top) {
        say(out, "student     %s", student);
        say(out, "labels      %s", supervisor);
        say(
                out,
                "labelled    %,d examples that the student predicted before it learned from them",
                labelled);
        say(
                out,
                "wrong       %s of the labels whose truth is known",
                text(Rate.of(wrong, labelledWithTruth)));
        say(
                out,
                "suspects    %,d contradict their label; the first of them are wrong (precision at"
                        + " k):",
                contradictions.size());
        out.println();
        TextTable precisions = new TextTable("k", "with truth", "precision");
        IntStream.concat(
                        PRECISION_AT.stream()
                                .mapToInt(k -> k)
                                .filter(k -> k < contradictions.size()),
                        IntStream.of(contradictions.size()))
                .filter(k -> k > 0)
                .forEach(
                        k -> {
                            Measure precision = precision(k);
                            precisions.add(
                                    k, precision == null ? 0 : precision.n(), text(precision));
                        });
        precisions.print(out);
        out.println();
        TextTable table = new TextTable("rank", "id", "label", "student", "margin", "truth");
        for (int i = 0; i < Math.min(top, contradictions.size()); i++) {
            Suspect suspect = contradictions.get(i);
            table.add(
                    i + 1,
                    suspect.id(),
                    name(suspect.label()),
                    name(suspect.prediction()),
                    suspect.margin(),
                    suspect.truth() == null ? null : name(suspect.truth()));
        }
        table.print(out);
    }

    /** A line with the columns' names, then one a suspect (RFC 4180); distributions as JSON. */
    @Override
    public void writeCsv(Appendable out) throws IOException {
        line(
                out,
                "rank",
                "id",
                "label",
                "prediction",
                "margin",
                "labelProbabilities",
                "predictionProbabilities",
                "truth",
                "wrong");
        for (int i = 0; i < contradictions.size(); i++) {
            Suspect suspect = contradictions.get(i);
            line(
                    out,
                    i + 1,
                    suspect.id(),
                    name(suspect.label()),
                    name(suspect.prediction()),
                    suspect.margin(),
                    array(suspect.labelProbabilities()),
                    array(suspect.predictionProbabilities()),
                    suspect.truth() == null ? null : name(suspect.truth()),
                    suspect.wrong());
        }
    }

    private static void line(Appendable out, @Nullable Object... values) throws IOException {
        out.append(CSVFormat.RFC4180.format(values)).append(CSVFormat.RFC4180.getRecordSeparator());
    }

    /** A JSON object a line. */
    @Override
    public void writeJsonLines(Appendable out) throws IOException {
        for (int i = 0; i < contradictions.size(); i++) {
            Suspect suspect = contradictions.get(i);
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("rank", i + 1).put("id", suspect.id());
            json.put("label", name(suspect.label()));
            json.put("prediction", name(suspect.prediction()));
            json.put("margin", suspect.margin());
            json.set("labelProbabilities", array(suspect.labelProbabilities()));
            json.set("predictionProbabilities", array(suspect.predictionProbabilities()));
            json.put("truth", suspect.truth() == null ? null : name(suspect.truth()));
            json.put("wrong", suspect.wrong());
            out.append(json.toString()).append('\n');
        }
    }

    private static ArrayNode array(float[] probabilities) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (float p : probabilities) {
            array.add(p);
        }
        return array;
    }

    private String name(int label) {
        return classes.isEmpty() ? "option " + label : classes.get(label);
    }

    private static String text(@Nullable Measure share) {
        return share == null
                ? "undefined: no truth"
                : String.format(
                        Locale.ROOT, "%.3f [%.3f, %.3f]", share.value(), share.low(), share.high());
    }

    private static void say(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
