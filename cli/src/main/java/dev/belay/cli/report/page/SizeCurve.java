package dev.belay.cli.report.page;

import dev.belay.cli.report.page.Curve.Role;
import dev.belay.cli.report.results.Spread;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of a figure against size: models that learn from one supervisor by one method and differ
 * in nothing but their encoder.
 *
 * @param name the method in words, as far as it sets the lines of the figure apart
 * @param role students, or their ceilings
 * @param points ascending in size; of one size there may be several encoders
 */
record SizeCurve(String name, Role role, List<Point> points) {

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
     * @param wrong agreement where the supervisor is wrong; null for ceilings
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
            @Nullable Spread wrong) {}

    SizeCurve {
        points = List.copyOf(points);
    }
}
