package dev.belay.aggregators.statistics.figures;

import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The median over pairs or seeds of a figure that may be undefined for some of them.
 *
 * @param value median of the defined figures (mean of the middle two if their number is even); null
 *     if half or more are undefined, or there are none
 * @param defined number of defined figures
 * @param undefined number of undefined ones
 */
public record Median(@Nullable Double value, int defined, int undefined) {

    /** The median of {@code figures}; null: undefined. */
    public static Median of(Collection<? extends @Nullable Double> figures) {
        double[] sorted =
                figures.stream()
                        .filter(Objects::nonNull)
                        .mapToDouble(Double::doubleValue)
                        .sorted()
                        .toArray();
        int defined = sorted.length;
        int undefined = figures.size() - defined;
        if (undefined >= defined) {
            return new Median(null, defined, undefined);
        }
        double upper = sorted[defined / 2];
        double lower = sorted[(defined - 1) / 2];
        return new Median((lower + upper) / 2, defined, undefined);
    }
}
