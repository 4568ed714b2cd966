package dev.belay.cli.report.page;

import dev.belay.cli.report.page.Curve.Role;
import dev.belay.cli.report.results.Spread;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of a figure against size: models that learn from one supervisor by one method and differ
 * in nothing but their encoder.
 *
 * @param name the method in words, as far as it sets the lines of the figure apart
 * @param role students, or their ceilings
 * @param supervisor of the students; null for ceilings
 * @param points ascending in size; of one size there may be several encoders
 */
record SizeCurve(String name, Role role, @Nullable String supervisor, List<Point> points) {

    /**
     * One model over its seeds; a value is null where half or more of the seeds are undefined.
     *
     * @param parameters weights of encoder and head
     * @param encoder its name
     * @param model name in the experiment file
     * @param seeds rows that went in, one a seed
     * @param undefined how many of them have no PGR; 0 for ceilings
     * @param pgr null for ceilings
     * @param agreement with the supervisor, over all examples; null for ceilings
     * @param right agreement where the supervisor is right; null for ceilings
     * @param wrong agreement where the supervisor is wrong; null for ceilings
     * @param limits 95 % intervals by the name of the value; of several seeds that of their mean
     *     gain over their mean gap alone
     */
    record Point(
            long parameters,
            String encoder,
            String model,
            int seeds,
            int undefined,
            @Nullable Spread accuracy,
            @Nullable Spread pgr,
            @Nullable Spread agreement,
            @Nullable Spread right,
            @Nullable Spread wrong,
            Map<String, Limits> limits) {}

    /** A null limit is unbounded. */
    record Limits(@Nullable Double low, @Nullable Double high) {}

    SizeCurve {
        points = List.copyOf(points);
    }
}
