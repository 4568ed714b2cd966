package dev.belay.cli.results;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.results.Finding.Point;
import dev.belay.cli.results.SetResult.Ladder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The figures of the results page. */
final class SvgFigures {
    private static final int WIDTH = 860;

    private SvgFigures() {}

    /** One way to train: what it is called, and its student on a ladder, null if there is none. */
    private record Method(String name, Function<Ladder, @Nullable Student> student) {}

    private static final List<Method> METHODS =
            List.of(
                    new Method("naive", Ladder::naive),
                    new Method("confidence α .5", l -> l.method("confidence α .5")),
                    new Method("confidence α .75", l -> l.method("confidence α .75")),
                    new Method("best other method", Ladder::bestOther));

    /**
     * PGR by method: one point a set, that of its largest student, with its interval, and the
     * median over sets. Undefined ones are counted below.
     */
    static String pgrByMethod(List<SetResult> results) {
        int height = 420;
        List<Ladder> ladders = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (SetResult set : results) {
            if (!set.ladders().isEmpty()) {
                ladders.add(set.ladders().get(set.ladders().size() - 1));
                names.add(set.experiment().name());
            }
        }
        double[] values =
                METHODS.stream()
                        .flatMap(m -> ladders.stream().map(m.student))
                        .filter(Objects::nonNull)
                        .map(s -> s.pgr().value())
                        .filter(Objects::nonNull)
                        .mapToDouble(v -> v)
                        .toArray();
        double low = Math.min(-.25, least(values) - .1);
        double high = Math.max(1.25, -least(negative(values)) + .1);
        Svg.Scale y = new Svg.Scale(low, high, height - 62, 16);
        Svg svg = new Svg(WIDTH, height, "Performance gap recovered by method, one point a set");
        axis(svg, y, 52, WIDTH - 12);
        svg.rect("loss", 52, y.at(0), WIDTH - 64, y.at(low) - y.at(0));
        svg.line("zero", 52, y.at(0), WIDTH - 12, y.at(0))
                .line("zero", 52, y.at(1), WIDTH - 12, y.at(1));
        svg.text("soft", "start", 58, y.at(0) - 5, "supervisor")
                .text("soft", "start", 58, y.at(1) - 5, "ceiling");
        double column = (WIDTH - 64.0) / METHODS.size();
        for (int m = 0; m < METHODS.size(); m++) {
            Method method = METHODS.get(m);
            double left = 52 + m * column;
            List<Double> defined = new ArrayList<>();
            int undefined = 0;
            for (int i = 0; i < ladders.size(); i++) {
                Student student = method.student.apply(ladders.get(i));
                if (student == null) {
                    continue;
                }
                Double pgr = student.pgr().value();
                if (pgr == null) {
                    undefined++;
                    continue;
                }
                defined.add(pgr);
                // sets in their order from left to right, the same in each column
                double x = left + column * (.2 + .6 * (i + .5) / ladders.size());
                Double from = student.pgr().low();
                Double to = student.pgr().high();
                if (from != null || to != null) {
                    svg.line(
                            "bar",
                            x,
                            y.at(from == null ? low : from),
                            x,
                            y.at(to == null ? high : to));
                }
                svg.dot(
                        x,
                        y.at(pgr),
                        names.get(i) + ": " + student.model() + " " + Format.pgr(pgr));
            }
            double middle = left + column / 2;
            svg.text("", "middle", middle, height - 40, method.name);
            String counts =
                    defined.size()
                            + " sets"
                            + (undefined == 0 ? "" : ", " + undefined + " undefined");
            svg.text("soft", "middle", middle, height - 22, counts);
            Double median = new Finding("", "", "", points(defined), 0).median();
            if (median != null) {
                svg.line(
                        "median",
                        left + column * .14,
                        y.at(median),
                        left + column * .86,
                        y.at(median));
                svg.text(
                        "number", "end", left + column * .99, y.at(median) - 5, Format.pgr(median));
            }
        }
        return svg.toString();
    }

    private static List<Point> points(List<Double> values) {
        return values.stream().map(value -> new Point("", value)).toList();
    }

    private static double least(double[] values) {
        double least = 0;
        for (double value : values) {
            least = Math.min(least, value);
        }
        return least;
    }

    private static double[] negative(double[] values) {
        double[] negative = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            negative[i] = -values[i];
        }
        return negative;
    }

    /** The values of a finding, a line a set, and their median. */
    static String of(Finding finding) {
        List<Point> points = finding.points();
        int row = 22;
        int top = 34;
        int bottom = top + row * points.size();
        int left = 150;
        double[] values = points.stream().mapToDouble(Point::value).toArray();
        double low = least(values);
        double high = -least(negative(values));
        double spare = Math.max(.02, .08 * (high - low));
        Svg.Scale x = new Svg.Scale(low - spare, high + spare, left, WIDTH - 30);
        Svg svg = new Svg(WIDTH, bottom + 40, finding.title());
        svg.text("soft", "start", left, 18, finding.axis());
        for (double tick : x.ticks()) {
            svg.line("rule", x.at(tick), top, x.at(tick), bottom);
            svg.text("soft", "middle", x.at(tick), bottom + 18, Svg.number(tick));
        }
        svg.rect("loss", left, top, x.at(0) - left, bottom - top);
        svg.line("zero", x.at(0), top, x.at(0), bottom);
        Double median = finding.median();
        if (median != null) {
            svg.line("median", x.at(median), top, x.at(median), bottom);
            svg.text("number", "middle", x.at(median), bottom + 34, "median " + Format.pgr(median));
        }
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(points.size() - 1 - i);
            double y = top + row * (i + .5);
            svg.text("", "end", left - 10, y + 4, point.set());
            svg.line("bar", x.at(0), y, x.at(point.value()), y);
            svg.dot(x.at(point.value()), y, point.set() + " " + Format.pgr(point.value()));
        }
        return svg.toString();
    }

    private static void axis(Svg svg, Svg.Scale y, double left, double right) {
        for (double tick : y.ticks()) {
            svg.line("rule", left, y.at(tick), right, y.at(tick));
            svg.text("soft", "end", left - 8, y.at(tick) + 4, Svg.number(tick));
        }
    }
}
