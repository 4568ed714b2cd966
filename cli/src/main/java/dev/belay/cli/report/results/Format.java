package dev.belay.cli.report.results;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as people read them; the same in the terminal, in tables and in figures. Halves are
 * rounded up, in the digits that summary.json shows: who rounds those by hand gets the same.
 */
public final class Format {
    private Format() {}

    /** Three decimals; a dash for what is undefined. */
    public static String rate(@Nullable Double value) {
        return value == null ? "–" : fixed(value, 3);
    }

    /** Two decimals; a dash for what is undefined. */
    public static String pgr(@Nullable Double value) {
        return value == null ? "–" : fixed(value, 2);
    }

    /** A whole number of percent. */
    public static String percent(double share) {
        return rounded(BigDecimal.valueOf(share).movePointRight(2), 0);
    }

    /** Both limits; a null limit is unbounded, two of them are no interval at all. */
    public static String interval(@Nullable Double low, @Nullable Double high, int decimals) {
        if (low == null && high == null) {
            return "";
        }
        return (low == null ? "(−∞" : "[" + fixed(low, decimals))
                + ", "
                + (high == null ? "∞)" : fixed(high, decimals) + "]");
    }

    /** From the lowest to the highest; nothing where fewer than two are defined. */
    public static String range(@Nullable Spread spread, int decimals) {
        return spread == null || spread.defined() < 2
                ? ""
                : fixed(spread.min(), decimals) + " to " + fixed(spread.max(), decimals);
    }

    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Three digits and the power of a thousand: 32.8 k, 22.6 M; a dash for what is not known. */
    public static String size(@Nullable Long parameters) {
        if (parameters == null) {
            return "–";
        }
        double rest = parameters;
        int thousands = 0;
        while (rest >= 999.5 && thousands < 4) {
            rest /= 1000;
            thousands++;
        }
        String digits =
                thousands == 0 || rest >= 99.95
                        ? String.format(Locale.ROOT, "%.0f", rest)
                        : String.format(Locale.ROOT, rest >= 9.995 ? "%.1f" : "%.2f", rest);
        return thousands == 0 ? digits : digits + "\u202f" + "kMGT".charAt(thousands - 1);
    }

    public static String fixed(double value, int decimals) {
        return Double.isFinite(value) ? rounded(BigDecimal.valueOf(value), decimals) : "–";
    }

    private static String rounded(BigDecimal value, int decimals) {
        BigDecimal rounded = value.setScale(decimals, RoundingMode.HALF_UP);
        return (rounded.signum() < 0 ? "−" : "") + rounded.abs().toPlainString();
    }
}
