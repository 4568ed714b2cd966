package dev.belay.cli.results;

import dev.belay.cli.report.results.AtomicFile;
import dev.belay.cli.report.results.Format;
import dev.belay.cli.results.SetResult.Ladder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The page in Markdown, with its figures in a folder beside it. */
final class ResultsPage {
    private static final String DASH = "–";

    /** A column of a table: its head, and the cell of a ladder. */
    private record Column(String head, Function<Ladder, String> cell) {}

    private final List<SetResult> results;
    private final String command;

    /**
     * @param command that made it, for the page
     */
    ResultsPage(List<SetResult> results, String command) {
        this.results = List.copyOf(results);
        this.command = command;
    }

    /** Replaces the page and its figures: the same results give the same bytes. */
    void write(Path page) throws IOException {
        Path folder = figures(page);
        if (hasAny()) {
            writeTo(folder.resolve("pgr.svg"), SvgFigures.pgrByMethod(tasks()));
        }
        for (Finding finding : Findings.of(results)) {
            if (!finding.points().isEmpty()) {
                writeTo(folder.resolve(finding.id() + ".svg"), SvgFigures.of(finding));
            }
        }
        writeTo(page, text(folder.getFileName() + "/"));
    }

    /** Beside {@code docs/results.md}: {@code docs/results}. */
    private static Path figures(Path page) {
        String name = page.getFileName().toString().replaceFirst("\\.md$", "");
        return page.resolveSibling(
                name.equals(page.getFileName().toString()) ? name + "-figures" : name);
    }

    private static void writeTo(Path file, String text) throws IOException {
        AtomicFile.write(file, out -> out.write(text));
    }

    private List<SetResult> tasks() {
        return results.stream()
                .filter(set -> Findings.TASKS.contains(set.experiment().group()))
                .toList();
    }

    private boolean hasAny() {
        return tasks().stream().anyMatch(set -> !set.ladders().isEmpty());
    }

    /**
     * @param figures path of the folder of figures, from the page
     */
    String text(String figures) {
        StringBuilder text = new StringBuilder("# Results\n\n");
        text.append("```text\n").append(command).append("\n```\n\n");
        text.append(summary());
        if (hasAny()) {
            text.append("\n![PGR by method, one point a set, and the medians](")
                    .append(figures)
                    .append("pgr.svg)\n\n")
                    .append(
                            "One point a set: the PGR of its largest student, with a 95 % interval that covers other seeds and another")
                    .append(
                            " holdout. Sets are\nin the order of the tables. Red: the median over sets.\n\n");
        }
        text.append(
                """
                ## What is found

                Each claim is a difference, one value a set, and is found if the median over sets is at least the one *needed*. In brackets: the 95 %
                interval of that median, which covers other sets like these, from six sets on; a median whose interval includes 0 is not
                resolved. Values use the medians and PGRs of the tables below.

                """);
        for (Finding finding : Findings.of(results)) {
            text.append("**").append(finding.title()).append(".** ").append(finding.sentence());
            text.append("\n\n");
            if (!finding.points().isEmpty()) {
                text.append('*').append(finding.axis()).append(":*\n\n");
                text.append("![").append(finding.axis()).append("](").append(figures);
                text.append(finding.id()).append(".svg)\n\n");
            }
        }
        groups().forEach((group, sets) -> text.append(group(group, sets)));
        text.append(runs());
        return text.toString();
    }

    private String summary() {
        double seconds = 0;
        long peak = 0;
        long finished = 0;
        for (SetResult set : results) {
            RunRecord record = set.record();
            if (record != null) {
                seconds += record.seconds();
                peak = Math.max(peak, record.peakBytes());
            }
            finished += set.state().equals("finished") ? 1 : 0;
        }
        return String.format(
                Locale.ROOT,
                "The data and encoders that the files name are not part of the project; each file states their origin. %d of %d experiments are finished. Time of all: %s. Peak memory of one: %s, all its processes together.%n",
                finished,
                results.size(),
                time(seconds),
                ResultsRun.memory(peak));
    }

    private Map<String, List<SetResult>> groups() {
        Map<String, List<SetResult>> groups = new LinkedHashMap<>();
        results.forEach(
                set ->
                        groups.computeIfAbsent(set.experiment().group(), g -> new ArrayList<>())
                                .add(set));
        return groups;
    }

    private static String group(String group, List<SetResult> sets) {
        return "## %s\n\nAccuracy on the holdout, medians over seeds. *Best other* is selected by it, so it is optimistic.\n\n%s\n"
                        .formatted(group, table(sets, accuracies(sets)))
                + ("PGR: mean gain / mean gap over seeds, in brackets its 95 %% interval for another seed on another holdout; of"
                                + " a single seed Fieller's\ninterval; of bootstrapped students the median over seeds.\n\n%s\n")
                        .formatted(table(sets, pgrs(sets)));
    }

    private static List<Column> accuracies(List<SetResult> sets) {
        List<Column> columns = new ArrayList<>();
        examples(columns, sets);
        columns.add(new Column("supervisor", l -> rate(l.supervisorAccuracy())));
        optional(columns, sets, "majority class", l -> rate(l.majority()));
        optional(columns, sets, "length only", l -> rate(l.length()));
        optional(columns, sets, "own truth", l -> rate(l.ownTruth()));
        columns.add(new Column("naive", l -> accuracy(l.naive())));
        columns.add(new Column("confidence α .5", l -> accuracy(l.method("confidence α .5"))));
        columns.add(new Column("α .75", l -> accuracy(l.method("confidence α .75"))));
        columns.add(
                new Column("best other", l -> withMethod(l.bestOther(), accuracy(l.bestOther()))));
        optional(columns, sets, "bootstrapped", l -> accuracy(l.bestBootstrapped()));
        columns.add(new Column("ceiling", l -> rate(l.ceilingAccuracy())));
        return columns;
    }

    /** A column of the students' examples, where students of a set differ in it. */
    private static void examples(List<Column> columns, List<SetResult> sets) {
        if (sets.stream()
                .anyMatch(
                        set ->
                                set.ladders().stream()
                                                .mapToLong(Ladder::examples)
                                                .distinct()
                                                .count()
                                        > 1)) {
            columns.add(new Column("examples", l -> Format.count(l.examples())));
        }
    }

    private static List<Column> pgrs(List<SetResult> sets) {
        List<Column> columns = new ArrayList<>();
        examples(columns, sets);
        columns.add(new Column("mean gap", l -> rate(l.gap())));
        columns.add(new Column("naive", l -> pgr(l.naive())));
        columns.add(new Column("confidence α .5", l -> pgr(l.method("confidence α .5"))));
        columns.add(new Column("α .75", l -> pgr(l.method("confidence α .75"))));
        columns.add(new Column("best other", l -> withMethod(l.bestOther(), pgr(l.bestOther()))));
        optional(columns, sets, "bootstrapped", l -> pgr(l.bestBootstrapped()));
        return columns;
    }

    /** A column that is left out where no set has a value for it. */
    private static void optional(
            List<Column> columns,
            List<SetResult> sets,
            String head,
            Function<Ladder, String> cell) {
        boolean any =
                sets.stream()
                        .flatMap(set -> set.ladders().stream())
                        .anyMatch(ladder -> !cell.apply(ladder).equals(DASH));
        if (any) {
            columns.add(new Column(head, cell));
        }
    }

    private static String table(List<SetResult> sets, List<Column> columns) {
        StringBuilder table = new StringBuilder("| set | supervisor → student | ");
        columns.forEach(column -> table.append(column.head).append(" | "));
        table.append("\n|---|---|").append("---|".repeat(columns.size())).append('\n');
        for (SetResult set : sets) {
            if (set.ladders().isEmpty()) {
                table.append("| ").append(set.experiment().name()).append(" | *");
                table.append(set.state().equals("finished") ? "no students" : set.state());
                table.append("* |").append("  |".repeat(columns.size()));
                table.append('\n');
            }
            for (Ladder ladder : set.ladders()) {
                table.append("| ").append(set.experiment().name()).append(" | ");
                table.append(ladder.label());
                columns.forEach(column -> table.append(" | ").append(column.cell.apply(ladder)));
                table.append(" |\n");
            }
        }
        return table.toString().replace(" | \n", " |\n");
    }

    private String runs() {
        StringBuilder table =
                new StringBuilder(
                        """
                        ## Runs

                        *Gap*: the least difference of two accuracies that this holdout shows with probability .8 if four answers in ten
                        differ, 2.8 √(.4 / holdout) (Connor 1987, for one seed and rows without groups). Where the gap is smaller, no
                        comparison of methods means much.

                        | set | seeds | student examples | holdout | gap | finished | time | peak memory | command |
                        |---|---|---|---|---|---|---|---|---|
                        """);
        for (SetResult set : results) {
            RunRecord record = set.record();
            int seeds =
                    set.ladders().stream()
                            .flatMap(ladder -> ladder.students().stream())
                            .mapToInt(Student::seeds)
                            .min()
                            .orElse(0);
            boolean finished = set.state().equals("finished");
            table.append(
                    "| %s | %s | %s | %s | %s | %s | %s | %s | `./belay run %s` |\n"
                            .formatted(
                                    set.experiment(),
                                    seeds == 0 ? DASH : seeds,
                                    finished ? Format.count(set.studentExamples()) : DASH,
                                    finished ? Format.count(set.holdout()) : DASH,
                                    finished
                                            ? rate(SetComparisons.resolvableGap(set.holdout()))
                                            : DASH,
                                    finished && record != null
                                            ? LocalDate.ofInstant(record.changed(), ZoneOffset.UTC)
                                            : set.state(),
                                    record == null ? DASH : time(record.seconds()),
                                    record == null ? DASH : ResultsRun.memory(record.peakBytes()),
                                    set.experiment().file()));
        }
        return table.toString();
    }

    private static String rate(@Nullable Double value) {
        return Format.rate(value);
    }

    private static String accuracy(@Nullable Student student) {
        return student == null ? DASH : rate(student.accuracy());
    }

    private static String withMethod(@Nullable Student student, String value) {
        return student == null ? value : value + " " + student.method();
    }

    /** The reason where it is undefined. */
    private static String pgr(@Nullable Student student) {
        if (student == null) {
            return DASH;
        }
        Student.Pgr pgr = student.pgr();
        return pgr.value() == null
                ? Objects.requireNonNullElse(pgr.undefined(), DASH)
                : (Format.pgr(pgr.value()) + " " + Format.interval(pgr.low(), pgr.high(), 2))
                        .strip();
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 3600
                ? "%d h %02d min".formatted(whole / 3600, whole % 3600 / 60)
                : whole >= 60 ? "%d min %02d s".formatted(whole / 60, whole % 60) : whole + " s";
    }
}
