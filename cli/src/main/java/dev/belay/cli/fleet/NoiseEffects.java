package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.cli.noise.StudentStream;
import dev.belay.cli.table.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.commons.csv.CSVFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a student made of wrong labels before it learned from them: whether it predicted the true
 * class (corrected), the wrong one of the label (inherited), or a third one. Where truth is known;
 * over all labels and by groups of them. Intervals are of so many independent examples, each for
 * itself.
 *
 * @param lines all labels first, then by confidence, by true class, by tag, and by cause
 * @param moreTags tags beyond the {@value #MOST_TAGS} with most wrong labels
 */
record NoiseEffects(StudentStream stream, List<Line> lines, int moreTags)
        implements LineFiles.Lines {
    static final int MOST_TAGS = 200;

    private static final int BINS = 10;

    /**
     * A group of labels whose truth is known.
     *
     * @param by all, confidence, class, tag or cause
     * @param group its name: of confidence the supervisor's largest probability, [low, high)
     * @param labels examples
     * @param wrong of these, those whose label is not the truth
     * @param corrected of the wrong, those whose truth the student predicted
     * @param inherited of the wrong, those whose label it predicted
     */
    record Line(String by, String group, long labels, long wrong, long corrected, long inherited) {
        long other() {
            return wrong - corrected - inherited;
        }
    }

    /** Counts of a group. */
    private static final class Counts {
        long labels;
        long wrong;
        long corrected;
        long inherited;

        void add(StudentStream.Row row, int truth) {
            labels++;
            if (row.labelled() != truth) {
                wrong++;
                corrected += row.predicted() == truth ? 1 : 0;
                inherited += row.predicted() == row.labelled() ? 1 : 0;
            }
        }

        Line line(String by, String group) {
            return new Line(by, group, labels, wrong, corrected, inherited);
        }
    }

    /**
     * Those of a student's stream.
     *
     * @throws IllegalArgumentException when no truth of its labels is known
     */
    static NoiseEffects of(StudentStream stream) {
        List<String> classes = stream.pair().student().getClasses();
        List<Line> lines = new ArrayList<>(group(stream, "all", row -> List.of("all")));
        if (lines.isEmpty()) {
            throw new IllegalArgumentException(
                    "no truth is known of the %,d labels of %s that %s predicted, expected some"
                            .formatted(
                                    stream.rows().size(),
                                    stream.pair().supervisor().getId(),
                                    stream.pair().student().getId()));
        }
        lines.addAll(group(stream, "confidence", row -> List.of(confidence(row))));
        if (!classes.isEmpty()) {
            List<Line> byClass =
                    group(
                            stream,
                            "class",
                            row ->
                                    row.truth() == null
                                            ? List.of()
                                            : List.of(classes.get(row.truth())));
            lines.addAll(
                    byClass.stream()
                            .sorted(Comparator.comparingInt(line -> classes.indexOf(line.group())))
                            .toList());
        }
        List<Line> tags =
                group(stream, "tag", StudentStream.Row::slices).stream()
                        .sorted(
                                Comparator.comparingLong(Line::wrong)
                                        .reversed()
                                        .thenComparing(Line::group))
                        .toList();
        lines.addAll(tags.subList(0, Math.min(MOST_TAGS, tags.size())));
        if (stream.flipsKnown()) {
            lines.addAll(
                    group(
                            stream,
                            "cause",
                            row -> List.of(row.flipped() ? "changed by noise" : "as its source")));
        }
        return new NoiseEffects(stream, lines, Math.max(0, tags.size() - MOST_TAGS));
    }

    /** The groups that have labels with truth, by name. */
    private static List<Line> group(
            StudentStream stream, String by, Function<StudentStream.Row, List<String>> groups) {
        Map<String, Counts> counts = new TreeMap<>();
        for (StudentStream.Row row : stream.rows()) {
            Integer truth = row.truth();
            if (truth != null) {
                groups.apply(row)
                        .forEach(
                                group ->
                                        counts.computeIfAbsent(group, g -> new Counts())
                                                .add(row, truth));
            }
        }
        List<Line> lines = new ArrayList<>();
        counts.forEach((group, of) -> lines.add(of.line(by, group)));
        return lines;
    }

    /** The tenth in which the supervisor's largest probability is; 1 is in the last one. */
    private static String confidence(StudentStream.Row row) {
        float p = row.label()[row.labelled()];
        // in float: as a double .7f is less than .7
        int bin = Math.min(BINS - 1, (int) (p * (float) BINS));
        return "0.%d to %s".formatted(bin, bin == BINS - 1 ? "1" : "0." + (bin + 1));
    }

    /** Prints a table. */
    void print(PrintWriter out) {
        out.printf("student  %s%n", stream.pair().student().getId());
        out.printf("labels   %s%n%n", stream.pair().supervisor().getId());
        TextTable table =
                new TextTable(
                        "by", "group", "with truth", "wrong", "corrected", "inherited", "other");
        for (Line line : lines) {
            table.add(
                    line.by(),
                    line.group(),
                    line.labels(),
                    line.wrong(),
                    text(Rate.of(line.corrected(), line.wrong())),
                    text(Rate.of(line.inherited(), line.wrong())),
                    text(Rate.of(line.other(), line.wrong())));
        }
        table.print(out);
        out.println();
        if (moreTags > 0) {
            out.printf(Locale.ROOT, "and %,d tags with fewer wrong labels than these%n", moreTags);
        }
        out.println(
                "Of the wrong labels, before the student learned from them: it predicted the truth"
                        + " (corrected), the label (inherited), or another class.");
    }

    private static @Nullable String text(@Nullable Measure share) {
        return share == null
                ? null
                : String.format(
                        Locale.ROOT, "%.3f [%.3f, %.3f]", share.value(), share.low(), share.high());
    }

    @Override
    public void writeCsv(Appendable out) throws IOException {
        List<String> columns = new ArrayList<>();
        json(lines.get(0)).fieldNames().forEachRemaining(columns::add);
        line(out, columns.toArray());
        for (Line line : lines) {
            List<@Nullable Object> values = new ArrayList<>();
            json(line)
                    .forEach(
                            value ->
                                    values.add(
                                            value.isNull()
                                                    ? null
                                                    : value.isNumber()
                                                            ? value.numberValue()
                                                            : value.textValue()));
            line(out, values.toArray());
        }
    }

    private static void line(Appendable out, @Nullable Object... values) throws IOException {
        out.append(CSVFormat.RFC4180.format(values)).append(CSVFormat.RFC4180.getRecordSeparator());
    }

    @Override
    public void writeJsonLines(Appendable out) throws IOException {
        for (Line line : lines) {
            out.append(json(line).toString()).append('\n');
        }
    }

    private static ObjectNode json(Line line) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("by", line.by()).put("group", line.group());
        json.put("withTruth", line.labels()).put("wrong", line.wrong());
        share(json, "corrected", line.corrected(), line.wrong());
        share(json, "inherited", line.inherited(), line.wrong());
        share(json, "other", line.other(), line.wrong());
        return json;
    }

    private static void share(ObjectNode json, String name, long k, long n) {
        Measure share = Rate.of(k, n);
        json.put(name, k);
        json.put(name + "Share", share == null ? null : (Double) share.value());
        json.put(name + "Low", share == null ? null : (Double) share.low());
        json.put(name + "High", share == null ? null : (Double) share.high());
    }
}
