package dev.belay.cli.report.page;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.Spread;
import dev.belay.schemas.events.Estimate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts numbers into the cells of a table: the number under a key, what is small below it beside.
 */
public final class Cells {
    private Cells() {}

    /** {@code key} and {@code keyRange}: the median, and least and greatest. */
    static void spread(
            Map<String, Object> cells, String key, @Nullable Spread spread, int decimals) {
        Double median = spread == null ? null : (Double) spread.median();
        cells.put(key, decimals == 2 ? Format.pgr(median) : Format.rate(median));
        cells.put(key + "Range", Format.range(spread, decimals));
    }

    /**
     * {@code key} and {@code keyRange}: median of PGRs; least and greatest, and how many are
     * undefined.
     */
    static void pgr(Map<String, Object> cells, String key, List<@Nullable Double> values) {
        Spread spread = Spread.of(values);
        spread(cells, key, spread, 2);
        String range = Format.range(spread, 2);
        String undefined =
                undefined(values.stream().filter(Objects::isNull).count(), values.size());
        cells.put(key + "Range", range.isEmpty() ? undefined : range + ", " + undefined);
    }

    static String undefined(long undefined, int seeds) {
        return undefined + " of " + seeds + " undefined";
    }

    /** {@code key} and {@code keyRange}: the value, and its interval. */
    static void estimate(
            Map<String, Object> cells, String key, @Nullable Estimate estimate, int decimals) {
        Double value = estimate == null ? null : (Double) estimate.getValue();
        cells.put(key, decimals == 2 ? Format.pgr(value) : Format.rate(value));
        cells.put(
                key + "Range",
                estimate == null
                        ? ""
                        : Format.interval(estimate.getLow(), estimate.getHigh(), decimals));
    }

    /** The same of a measure. */
    static void measure(
            Map<String, Object> cells, String key, @Nullable Measure measure, int decimals) {
        estimate(
                cells,
                key,
                measure == null
                        ? null
                        : new Estimate(measure.value(), measure.low(), measure.high(), measure.n()),
                decimals);
    }

    /**
     * The anytime-valid estimate where there is one: it is only there where limits for a fixed
     * number of examples don't hold.
     */
    public static @Nullable Estimate valid(@Nullable Estimate fixed, @Nullable Estimate anytime) {
        return anytime == null ? fixed : anytime;
    }

    /** A class of one number: rows 1 to 3, or 2; one where all are the same; nothing of none. */
    static String range(List<Long> values) {
        long min = values.stream().mapToLong(Long::longValue).min().orElse(0);
        long max = values.stream().mapToLong(Long::longValue).max().orElse(0);
        if (values.isEmpty()) {
            return "";
        }
        return min == max
                ? String.format(Locale.ROOT, "%,d", min)
                : String.format(Locale.ROOT, "%,d – %,d", min, max);
    }
}
