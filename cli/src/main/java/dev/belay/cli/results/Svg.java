package dev.belay.cli.results;

import dev.belay.cli.report.results.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Builds a figure as SVG text: no scripts, nothing from outside, light and dark. */
final class Svg {
    private static final String STYLE =
            """
            <style>
            svg { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Arial, "DejaVu Sans", sans-serif; }
            .paper { fill: #fdfdfb; } text { fill: #1b1f24; } .soft { fill: #5b6470; } .loss { fill: #c44e00; fill-opacity: .07; }
            .rule { stroke: #dfe2e5; } .zero { stroke: #5b6470; } .bar { stroke: #0072b2; stroke-opacity: .35; stroke-width: 2; }
            .dot { fill: #0072b2; } .median { stroke: #c44e00; stroke-width: 2.5; } .number { fill: #b04500; font-weight: 650; }
            @media (prefers-color-scheme: dark) {
            .paper { fill: #14171a; } text { fill: #e8eaec; } .soft { fill: #a2abb5; } .rule { stroke: #343a41; } .zero { stroke: #a2abb5; }
            .bar { stroke: #5ab4e8; } .dot { fill: #5ab4e8; } .median { stroke: #f28a3d; } .number { fill: #f28a3d; } }
            </style>
            """;

    private final int width;
    private final int height;
    private final StringBuilder body = new StringBuilder();

    /**
     * @param label what the figure shows, for readers that don't see it
     */
    Svg(int width, int height, String label) {
        this.width = width;
        this.height = height;
        body.append("<title>").append(escaped(label)).append("</title>\n").append(STYLE);
        body.append(
                "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n".formatted(width, height));
    }

    Svg line(String kind, double x1, double y1, double x2, double y2) {
        return add(
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                kind, x1, y1, x2, y2);
    }

    Svg rect(String kind, double x, double y, double w, double h) {
        return add(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                kind, x, y, w, h);
    }

    /**
     * @param says shown where the pointer rests on it
     */
    Svg dot(double x, double y, String says) {
        return add(
                "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"><title>%s</title></circle>",
                x, y, escaped(says));
    }

    /**
     * @param anchor start, middle or end: which part of the text is at x
     */
    Svg text(String kind, String anchor, double x, double y, String text) {
        return add(
                "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                kind, anchor, x, y, escaped(text));
    }

    private Svg add(String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$d %2$d\" width=\"%1$d\" height=\"%2$d\" role=\"img\">\n%3$s</svg>\n"
                .formatted(width, height, body);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    /** A linear scale from values to places. */
    record Scale(double low, double high, double from, double to) {
        double at(double value) {
            double inside = Math.max(low, Math.min(high, value));
            return from + (inside - low) / (high - low) * (to - from);
        }

        /** Round values, at most eight, that cover the scale. */
        List<Double> ticks() {
            double step = Math.pow(10, Math.floor(Math.log10((high - low) / 2)));
            for (double factor : new double[] {1, 2, 5, 10}) {
                if ((high - low) / (step * factor) <= 8) {
                    step *= factor;
                    break;
                }
            }
            List<Double> ticks = new ArrayList<>();
            for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
    }

    /** A tick's value as the tables write numbers. */
    static String number(double value) {
        return Format.pgr(value == 0 ? 0.0 : value); // never −0
    }
}
