package dev.belay.cli.report.live;

import dev.belay.cli.report.live.Snapshot.Bar;
import dev.belay.cli.report.live.Snapshot.Line;
import dev.belay.cli.report.results.Format;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Draws a {@link Snapshot} as lines of text, each at most as wide as the terminal. Pure. */
final class Frame {
    private static final int LEAST_BAR = 8;
    private static final int WIDEST_BAR = 48;
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String FAINT = "\u001b[2m";
    private static final String GREEN = "\u001b[32m";
    private static final String CYAN = "\u001b[36m";

    /** A column of the table; those of greater {@code rank} go first when there is no room. */
    private record Column(String head, int rank, boolean left, Function<Line, String> cell) {}

    private static final List<Column> COLUMNS =
            List.of(
                    new Column("model", 0, true, Line::student),
                    new Column("", 1, true, Line::seed),
                    new Column("supervisor", 2, false, line -> Format.rate(line.supervisor())),
                    new Column("student", 2, false, line -> Format.rate(line.accuracy())),
                    new Column("ceiling", 3, false, line -> Format.rate(line.ceiling())),
                    new Column("PGR", 0, false, line -> Format.pgr(line.pgr())),
                    new Column("", 4, true, Line::range),
                    new Column("coverage", 3, false, line -> coverage(line.coverage())),
                    new Column("seen", 5, false, line -> seen(line.seen())));

    private final Terminal terminal;
    private final int width;

    Frame(Terminal terminal, int width) {
        this.terminal = terminal;
        this.width = Math.max(width, 20);
    }

    /**
     * @param rows lines available; seeds are omitted first, then bars
     */
    List<String> lines(Snapshot snapshot, int rows) {
        List<String> bars = bars(snapshot.bars());
        List<Line> shown = snapshot.lines();
        int rest = rows - 1 - bars.size();
        if (table(shown).size() > rest && shown.stream().anyMatch(Frame::isOverSeeds)) {
            shown = shown.stream().filter(Frame::isOverSeeds).toList();
        }
        List<String> table = table(shown);
        int room = Math.max(0, rows - 1 - table.size());
        if (bars.size() > room && room > 0) {
            int hidden = bars.size() - room + 1;
            bars = new ArrayList<>(bars.subList(0, room - 1));
            bars.add(plain("… " + hidden + " more"));
        }
        List<String> lines = new ArrayList<>();
        lines.add(style(BOLD, plain(snapshot.title() + " · " + clock(snapshot.elapsed()))));
        lines.addAll(bars.subList(0, Math.min(bars.size(), room)));
        lines.addAll(table);
        return lines.subList(0, Math.min(lines.size(), Math.max(rows, 1)));
    }

    /** Empty where the supervisor has answered everything. */
    static String coverage(@Nullable Double share) {
        return share == null ? "" : Format.percent(share) + " %";
    }

    /** Empty for what does not learn. */
    private static String seen(long examples) {
        return examples < 0 ? "" : Format.count(examples);
    }

    private static boolean isOverSeeds(Line line) {
        return line.kind() != Line.Kind.SEED;
    }

    /** The table with a line for each pair and seed; empty when nothing was compared yet. */
    List<String> table(List<Line> lines) {
        if (lines.isEmpty()) {
            return List.of();
        }
        List<Column> columns = new ArrayList<>(COLUMNS);
        columns.removeIf(
                column -> lines.stream().allMatch(line -> column.cell().apply(line).isEmpty()));
        while (columns.size() > 2
                && widths(columns, lines).stream().mapToInt(w -> w + 2).sum() > width) {
            int least = columns.stream().mapToInt(Column::rank).max().orElse(0);
            columns.removeIf(column -> column.rank() == least);
        }
        List<Integer> widths = widths(columns, lines);
        List<String> drawn = new ArrayList<>();
        drawn.add("");
        drawn.add(style(FAINT, row(columns, widths, Column::head)));
        for (Line line : lines) {
            drawn.add(
                    style(
                            isOverSeeds(line) ? BOLD : FAINT,
                            row(columns, widths, column -> column.cell().apply(line))));
        }
        return drawn;
    }

    /** Hours only where there are any: 1:02:03, 2:03. */
    static String clock(Duration elapsed) {
        String minutes = elapsed.toHours() > 0 ? "%d:%02d" : "%2$d";
        return String.format(minutes, elapsed.toHours(), elapsed.toMinutesPart())
                + String.format(":%02d", elapsed.toSecondsPart());
    }

    /**
     * One line without control characters, in ASCII unless the terminal has UTF-8, cut to the
     * width.
     */
    String plain(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .forEach(clean::appendCodePoint);
        String shown = terminal.utf8() ? clean.toString() : ascii(clean.toString());
        if (shown.codePointCount(0, shown.length()) <= width) {
            return shown;
        }
        String mark = terminal.utf8() ? "…" : ".";
        return shown.substring(0, shown.offsetByCodePoints(0, width - 1)) + mark;
    }

    private List<String> bars(List<Bar> bars) {
        int labels = bars.stream().mapToInt(bar -> bar.label().length()).max().orElse(0);
        int counts = bars.stream().mapToInt(bar -> count(bar).length()).max().orElse(0);
        int notes = bars.stream().mapToInt(bar -> bar.note().length()).max().orElse(0);
        int length = Math.min(WIDEST_BAR, width - labels - counts - notes - 5);
        List<String> drawn = new ArrayList<>();
        for (Bar bar : bars) {
            String label = pad(bar.label(), labels, true) + "  ";
            String count = (pad(count(bar), counts, false) + ' ' + bar.note()).stripTrailing();
            drawn.add(
                    length < LEAST_BAR
                            ? plain(label + count)
                            : plain(label) + stripe(bar, length) + "  " + plain(count));
        }
        return drawn;
    }

    /** Blank without a total. */
    private String stripe(Bar bar, int length) {
        if (bar.total() <= 0) {
            return " ".repeat(length);
        }
        double share = Math.min(1, (double) bar.done() / bar.total());
        int full = (int) Math.floor(share * length);
        String done = (terminal.utf8() ? "━" : "#").repeat(full);
        String left = (terminal.utf8() ? "─" : "-").repeat(length - full);
        return style(share >= 1 ? GREEN : CYAN, done) + style(FAINT, left);
    }

    private static String count(Bar bar) {
        return bar.total() <= 0
                ? Format.count(bar.done())
                : Format.count(bar.done()) + " / " + Format.count(bar.total());
    }

    private String row(
            List<Column> columns, List<Integer> widths, Function<Column, String> content) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            row.append(i == 0 ? "" : "  ")
                    .append(
                            pad(
                                    content.apply(columns.get(i)),
                                    widths.get(i),
                                    columns.get(i).left()));
        }
        return plain(row.toString().stripTrailing());
    }

    private static List<Integer> widths(List<Column> columns, List<Line> lines) {
        return columns.stream()
                .map(
                        column ->
                                lines.stream()
                                        .mapToInt(line -> column.cell().apply(line).length())
                                        .reduce(column.head().length(), Math::max))
                .toList();
    }

    private static String pad(String text, int width, boolean left) {
        String blanks = " ".repeat(Math.max(0, width - text.length()));
        return left ? text + blanks : blanks + text;
    }

    private static String ascii(String text) {
        // each sign by one sign, so that columns stay aligned
        return text.replace('–', '-')
                .replace('−', '-')
                .replace('·', '-')
                .replace('…', '.')
                .replace('∞', '8')
                .replaceAll("[^\\x20-\\x7e]", "?");
    }

    private String style(String code, String text) {
        return terminal.colour() && !text.isEmpty() ? code + text + RESET : text;
    }
}
