package dev.belay.cli.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them; the same in the terminal and on the page. */
final class Format {
    private Format() {}

    /** Three decimals; a dash for what is undefined. */
    static String rate(@Nullable Double value) {
        return value == null || !Double.isFinite(value) ? "–" : fixed(value, 3);
    }

    /** Two decimals; a dash for what is undefined. */
    static String pgr(@Nullable Double value) {
        return value == null || !Double.isFinite(value) ? "–" : fixed(value, 2);
    }

    /** Both limits; a null limit is unbounded, two of them are no interval at all. */
    static String interval(@Nullable Double low, @Nullable Double high, int decimals) {
        if (low == null && high == null) {
            return "";
        }
        return (low == null ? "(−∞" : "[" + fixed(low, decimals))
                + ", "
                + (high == null ? "∞)" : fixed(high, decimals) + "]");
    }

    static String range(@Nullable Spread spread, int decimals) {
        return spread == null || spread.defined() < 2
                ? ""
                : fixed(spread.min(), decimals) + " – " + fixed(spread.max(), decimals);
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", Math.abs(value));
        boolean zero = text.chars().noneMatch(c -> c >= '1' && c <= '9');
        return value < 0 && !zero ? "−" + text : text;
    }
}
