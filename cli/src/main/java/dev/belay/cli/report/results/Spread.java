package dev.belay.cli.report.results;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value over the seeds: median, least and greatest of the defined ones.
 *
 * @param median middle of the defined values, the mean of the middle two when they are even in
 *     number
 * @param min least defined value
 * @param max greatest defined value
 * @param defined how many values were defined, at least 1
 */
public record Spread(double median, double min, double max, int defined) {

    /**
     * @param values one a seed; null or NaN where undefined
     * @return null when half or more of the values are undefined, and when there are none
     */
    public static @Nullable Spread of(List<@Nullable Double> values) {
        double[] sorted =
                values.stream()
                        .filter(Objects::nonNull)
                        .mapToDouble(Double::doubleValue)
                        .filter(value -> !Double.isNaN(value))
                        .sorted()
                        .toArray();
        int undefined = values.size() - sorted.length;
        if (values.isEmpty() || 2 * undefined >= values.size()) {
            return null;
        }
        int middle = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }

    /** Median, least and greatest as tables show rates: figures don't round by themselves. */
    @JsonProperty
    List<String> asRate() {
        return texts(3);
    }

    /** The same as tables show PGR. */
    @JsonProperty
    List<String> asPgr() {
        return texts(2);
    }

    private List<String> texts(int decimals) {
        return List.of(
                Format.fixed(median, decimals),
                Format.fixed(min, decimals),
                Format.fixed(max, decimals));
    }
}
