package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.noise.ConfidentJoint;
import dev.belay.aggregators.statistics.noise.DisagreementBound;
import dev.belay.aggregators.statistics.noise.NoiseRate;
import dev.belay.aggregators.statistics.noise.PredictionPowered;
import dev.belay.aggregators.statistics.noise.ScoreMixture;
import dev.belay.aggregators.statistics.noise.TransitionMatrix;
import dev.belay.cli.noise.StudentStream;
import dev.belay.cli.table.TextTable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How wrong the labels of a student are, by every method that the data allow: from truth, from
 * truth and predictions on all examples, and without truth under an assumption that is printed
 * beside the estimate.
 *
 * @param labelled examples that the student predicted before it learned from them
 * @param withTruth of these, those whose truth is known
 * @param sample whether truth is a random sample of the examples
 * @param lines of the share of wrong labels, one a method
 * @param matrix from the examples with truth; null for tasks of kind choice, without truth, and for
 *     more than {@value #MATRIX_CLASSES} classes
 * @param sources of the supervisor; null if it has fewer than three
 */
record NoiseEstimates(
        StudentStream stream,
        long labelled,
        long withTruth,
        Sample sample,
        List<Line> lines,
        @Nullable TransitionMatrix matrix,
        @Nullable SourceErrors sources) {
    private static final int MATRIX_CLASSES = 20;
    private static final int BINS = 10;
    private static final String METHOD = "prediction-powered";

    /** How examples with truth were chosen. */
    enum Sample {
        ALL("every example has truth"),
        DECLARED("truth is declared to be a random sample, each example with the same probability"),
        NOT_DECLARED(
                "truth is not declared to be a random sample: where examples with truth are easier"
                        + " or harder to label than others, no interval below covers the share of all"),
        NONE("no truth is known");

        private final String words;

        Sample(String words) {
            this.words = words;
        }
    }

    /**
     * An estimate of the share of wrong labels.
     *
     * @param value null: undefined, see the note
     * @param low null where the method has no interval
     * @param n examples it rests on
     * @param note what it assumes, or why it is undefined
     */
    record Line(
            String method,
            @Nullable Double value,
            @Nullable Double low,
            @Nullable Double high,
            long n,
            String note) {
        static Line of(String method, Measure measure, String note) {
            return new Line(
                    method, measure.value(), measure.low(), measure.high(), measure.n(), note);
        }
    }

    static NoiseEstimates of(StudentStream stream) {
        List<StudentStream.Row> rows = stream.rows();
        List<StudentStream.Row> known = rows.stream().filter(row -> row.truth() != null).toList();
        Sample sample = sample(stream, known);
        List<Line> lines = new ArrayList<>();
        long wrong = known.stream().filter(StudentStream.Row::isWrong).count();
        NoiseRate rate = NoiseRate.of(wrong, known.size());
        if (rate != null) {
            lines.add(Line.of("truth", rate.rate(), "for this number of examples"));
            lines.add(
                    Line.of(
                            "truth, at any time",
                            rate.anytime(),
                            "holds however often it is looked at"));
            if (known.size() < rows.size()) {
                lines.add(predictionPowered(stream));
            }
        }
        int classes = stream.pair().student().getClasses().size();
        if (classes > 0) {
            lines.add(confident(rows, classes));
        }
        if (classes == 2) {
            lines.add(mixture(rows));
        }
        DisagreementBound bound =
                DisagreementBound.of(
                        rows.stream().filter(row -> row.predicted() != row.labelled()).count(),
                        rows.size());
        if (bound != null) {
            lines.add(
                    new Line(
                            "disagreement",
                            bound.worse(),
                            bound.certain(),
                            null,
                            rows.size(),
                            "no assumption: the worse of labels and student is wrong at least so"
                                    + " often; nothing is said of the labels alone"));
        }
        return new NoiseEstimates(
                stream,
                rows.size(),
                known.size(),
                sample,
                lines,
                classes == 0 || classes > MATRIX_CLASSES || known.isEmpty()
                        ? null
                        : matrix(known, classes),
                classes > 0 && stream.pair().sources().size() > 2
                        ? SourceErrors.of(stream, classes)
                        : null);
    }

    private static Sample sample(StudentStream stream, List<StudentStream.Row> known) {
        if (known.isEmpty()) {
            return Sample.NONE;
        }
        if (known.size() == stream.rows().size()) {
            return Sample.ALL;
        }
        if (stream.pair().draw() != null) {
            return Sample.DECLARED;
        }
        Double first = known.get(0).inclusion();
        return first != null && known.stream().allMatch(row -> first.equals(row.inclusion()))
                ? Sample.DECLARED
                : Sample.NOT_DECLARED;
    }

    private static Line predictionPowered(StudentStream stream) {
        boolean byCeiling = stream.byCeiling();
        PredictionPowered.Counts counts = StudentStream.counts(stream.rows(), byCeiling);
        PredictionPowered powered = PredictionPowered.of(counts);
        if (powered == null) {
            return new Line(
                    METHOD,
                    null,
                    null,
                    null,
                    0,
                    "undefined: the ceiling predicted none with truth");
        }
        return Line.of(
                METHOD,
                powered.rate(),
                powered.estimator() == PredictionPowered.Estimator.TRUTH_ONLY
                        ? "truth only: too few errors, or predictions that do not help"
                        : String.format(
                                Locale.ROOT,
                                "the %s's predictions on %,d examples; %.2f times as wide as truth"
                                        + " alone",
                                byCeiling ? "ceiling" : "student",
                                counts.n() + counts.without(),
                                powered.relativeWidth()));
    }

    private static Line confident(List<StudentStream.Row> rows, int classes) {
        ConfidentJoint joint = ConfidentJoint.empty(classes);
        rows.forEach(row -> joint.add(row.labelled(), row.prediction()));
        Double rate = joint.noiseRate();
        return new Line(
                "confident learning",
                rate,
                null,
                null,
                joint.n(),
                rate == null
                        ? "undefined: the student reaches no threshold of some label"
                        : ConfidentJoint.ASSUMPTION);
    }

    private static Line mixture(List<StudentStream.Row> rows) {
        int cells = ScoreMixture.cells(1, BINS);
        long[] without = new long[cells];
        long[][] with = new long[2][cells];
        for (StudentStream.Row row : rows) {
            int cell =
                    ScoreMixture.cell(
                            BINS, row.labelled(), ScoreMixture.bin(row.prediction()[1], BINS));
            Integer truth = row.truth();
            (truth == null ? without : with[truth])[cell]++;
        }
        ScoreMixture mixture = ScoreMixture.of(1, BINS, without, with);
        return new Line(
                "score mixture",
                mixture == null ? null : (Double) mixture.noiseRate(),
                null,
                null,
                rows.size(),
                mixture == null
                        ? "undefined: with one student it needs truth of some examples and labels"
                                + " that are better than chance; or it has not converged"
                        : ScoreMixture.ASSUMPTION);
    }

    private static TransitionMatrix matrix(List<StudentStream.Row> known, int classes) {
        long[][] counts = new long[classes][classes];
        for (StudentStream.Row row : known) {
            Integer truth = row.truth();
            if (truth != null) {
                counts[truth][row.labelled()]++;
            }
        }
        return TransitionMatrix.of(counts);
    }

    /** Prints whose labels they are, and for how many there is truth. */
    void printHead(PrintWriter out) {
        out.printf("student   %s%n", stream.pair().student().getId());
        out.printf("labels    %s%n", stream.pair().supervisor().getId());
        out.printf(
                Locale.ROOT,
                "labelled  %,d examples that the student predicted before it learned from them%n",
                labelled);
        out.printf(Locale.ROOT, "truth     of %,d; %s%n", withTruth, sample.words);
        Double injected = stream.injected(stream.rows());
        if (injected != null) {
            out.printf(
                    Locale.ROOT,
                    "injected  noise has changed %.3f of these labels; those that its source had"
                            + " wrong are not among them%n",
                    injected);
        }
        out.println();
    }

    /** Prints a table of the estimates, what they assume, the matrix and the sources. */
    void print(PrintWriter out) {
        printHead(out);
        TextTable table = new TextTable("wrong labels", "share", "95 %", "examples", "off by");
        Double reference = lines.get(0).method().equals("truth") ? lines.get(0).value() : null;
        for (Line line : lines) {
            Double value = line.value();
            boolean apart =
                    line.method().startsWith("truth") || line.method().equals("disagreement");
            table.add(
                    line.method(),
                    value == null ? "undefined" : number(value),
                    interval(line),
                    line.n(),
                    value == null || reference == null || apart
                            ? null
                            : String.format(Locale.ROOT, "%+.3f", value - reference));
        }
        table.print(out);
        out.println();
        lines.forEach(line -> out.printf("%s: %s%n", line.method(), line.note()));
        TransitionMatrix rows = matrix;
        if (rows != null) {
            out.println();
            printMatrix(out, rows);
        }
        SourceErrors errors = sources;
        if (errors != null) {
            out.println();
            errors.print(out);
        }
    }

    private void printMatrix(PrintWriter out, TransitionMatrix rows) {
        List<String> names = stream.pair().student().getClasses();
        List<String> columns = new ArrayList<>(List.of("truth", "examples"));
        names.forEach(name -> columns.add("label " + name));
        TextTable table = new TextTable(columns.toArray(String[]::new));
        for (TransitionMatrix.Row row : rows.rows()) {
            List<Object> cells = new ArrayList<>(List.of(names.get(row.truth()), row.n()));
            List<Measure> labels = row.labels();
            for (int k = 0; k < names.size(); k++) {
                cells.add(
                        labels == null
                                ? "undefined"
                                : number(labels.get(k).value())
                                        + " ["
                                        + number(labels.get(k).low())
                                        + ", "
                                        + number(labels.get(k).high())
                                        + "]");
            }
            table.add(cells.toArray());
        }
        table.print(out);
    }

    private static String interval(Line line) {
        Double low = line.low();
        Double high = line.high();
        return low == null
                ? "none"
                : high == null
                        ? "at least " + number(low)
                        : "[" + number(low) + ", " + number(high) + "]";
    }

    private static String number(double share) {
        return String.format(Locale.ROOT, "%.3f", share);
    }

    /** All of it as one JSON object. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("student", stream.pair().student().getId());
        json.put("supervisor", stream.pair().supervisor().getId());
        json.put("labelled", labelled).put("withTruth", withTruth);
        json.put("sample", sample.name());
        json.put("injected", stream.injected(stream.rows()));
        for (Line line : lines) {
            json.withArray("/estimates")
                    .addObject()
                    .put("method", line.method())
                    .put("value", line.value())
                    .put("low", line.low())
                    .put("high", line.high())
                    .put("n", line.n())
                    .put("note", line.note());
        }
        SourceErrors errors = sources;
        if (errors != null) {
            errors.addTo(json.withArray("/sources"));
        }
        return json;
    }
}
