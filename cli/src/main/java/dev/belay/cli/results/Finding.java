package dev.belay.cli.results;

import dev.belay.cli.report.results.Format;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One claim of the field and what these results say of it: a difference for each set, their median
 * and one sentence. It is found if the median is at least {@code least}.
 *
 * @param id of its figure's file
 * @param title the claim
 * @param axis what a point is, for the figure
 * @param points one a set, ascending
 * @param least the median that the claim needs; not negative
 * @param note a sentence about sets that allow no comparison; may be empty
 */
record Finding(
        String id, String title, String axis, List<Point> points, double least, String note) {
    /** Sets from which on their median has an interval. */
    private static final int FEW = 6;

    /** The value of one set. */
    record Point(String set, double value) {}

    Finding {
        points = points.stream().sorted(Comparator.comparingDouble(Point::value)).toList();
    }

    /** Without a note. */
    Finding(String id, String title, String axis, List<Point> points, double least) {
        this(id, title, axis, points, least, "");
    }

    /** The median over sets; null without any. */
    @Nullable Double median() {
        int n = points.size();
        return n == 0
                ? null
                : (Double) ((points.get((n - 1) / 2).value + points.get(n / 2).value) / 2);
    }

    /** The sentences with the numbers that they rest on. */
    String sentence() {
        return (verdict() + " " + note).strip();
    }

    private String verdict() {
        Double median = median();
        if (median == null) {
            return "Not found on these data: no set allows the comparison.";
        }
        boolean found = median >= least && median > 0;
        int n = points.size();
        String needed = least == 0 ? "above 0" : signed(least);
        if (n == 1) {
            return "One set only allows the comparison: %s (needed: %s)."
                    .formatted(signed(median), needed);
        }
        Point low = low();
        String verdict = "Not found on these data";
        if (found) {
            verdict =
                    low == null
                            ? "Found in the median, fewer than %d sets".formatted(FEW)
                            : low.value > 0 ? "Found" : "Found in the median, not resolved";
        }
        return String.format(
                Locale.ROOT,
                "%s: median %s%s over %d sets (needed: %s), above 0 in %d.",
                verdict,
                signed(median),
                low == null ? "" : " [%s, %s]".formatted(signed(low.value), signed(high().value)),
                n,
                needed,
                points.stream().filter(point -> point.value > 0).count());
    }

    /**
     * The median's interval is from the k-th least to the k-th greatest value with the greatest k
     * at which 2 P(X &lt; k) ≤ .05, X binomial with n and 1/2 (David and Nagaraja, Order
     * Statistics, 2003, section 7.1). 0 below 6 sets: there is none.
     */
    private int rank() {
        int n = points.size();
        double below = 0; // P(X < k)
        double term = Math.pow(.5, n); // P(X = k)
        int k = 0;
        while (2 * (below + term) <= .05) {
            below += term;
            term *= (double) (n - k) / (k + 1);
            k++;
        }
        return k;
    }

    private @Nullable Point low() {
        return points.size() < FEW ? null : points.get(rank() - 1);
    }

    private Point high() {
        return points.get(points.size() - rank());
    }

    private static String signed(double value) {
        return (value >= 0 ? "+" : "") + Format.pgr(value);
    }
}
