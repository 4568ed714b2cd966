package dev.belay.cli.report.results;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Normal;
import dev.belay.schemas.events.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How much accuracy a student has lost since its best checkpoint, on one holdout: where more data
 * began to hurt.
 *
 * <pre>loss = a_b − a_l ± z(.025 / m)·√(se_b² + se_l²)</pre>
 *
 * <p>with the accuracies of the best checkpoint b (the earliest of equal ones) and the last one l.
 * The best one is picked by looking, so the interval is one of m that hold together at 95 %, m the
 * checkpoints before the last one (Bonferroni). It takes b and l as independent; two checkpoints of
 * a student are mostly right on the same examples, so it is too wide. The loss itself is greater on
 * average than another holdout would show. Another seed is not in the interval.
 *
 * @param seen examples that the best checkpoint had learned from
 * @param accuracy of the best checkpoint
 * @param loss in [0, 1]; 0 with the interval [0, 0] where the last one is the best, unbounded where
 *     the accuracies have no interval
 */
public record LossSinceBest(long seen, double accuracy, Measure loss) {
    /** Whether the loss is above 0 beyond chance. */
    public boolean isShown() {
        return loss.low() > 0;
    }

    /**
     * Of one student.
     *
     * @param bySeen accuracies by examples seen
     * @return null if there are none
     */
    public static @Nullable LossSinceBest of(Map<Long, Estimate> bySeen) {
        if (bySeen.isEmpty()) {
            return null;
        }
        SortedMap<Long, Estimate> ascending = new TreeMap<>(bySeen);
        long seen = ascending.firstKey();
        for (Map.Entry<Long, Estimate> each : ascending.entrySet()) {
            if (each.getValue().getValue() > accuracy(ascending, seen)) {
                seen = each.getKey();
            }
        }
        Estimate best = Objects.requireNonNull(ascending.get(seen));
        Estimate last = Objects.requireNonNull(ascending.get(ascending.lastKey()));
        double lost = best.getValue() - last.getValue();
        if (seen == ascending.lastKey()) {
            return new LossSinceBest(seen, best.getValue(), new Measure(0, 0, 0, last.getN()));
        }
        double z = Normal.upperQuantile((1 - Measure.CONFIDENCE) / 2 / (ascending.size() - 1));
        double half = z * Math.hypot(error(best), error(last));
        return new LossSinceBest(
                seen, best.getValue(), Measure.around(lost, lost, half, last.getN()));
    }

    private static double accuracy(Map<Long, Estimate> bySeen, long seen) {
        return Objects.requireNonNull(bySeen.get(seen)).getValue();
    }

    /** Standard error, from the interval; infinite without one. */
    private static double error(Estimate estimate) {
        Double low = estimate.getLow();
        Double high = estimate.getHigh();
        return low == null || high == null
                ? Double.POSITIVE_INFINITY
                : (high - low) / (2 * Measure.Z);
    }

    /** Of each of these students that has checkpoints on the holdout. */
    public static List<LossSinceBest> of(RunResults results, List<String> students) {
        List<LossSinceBest> all = new ArrayList<>();
        for (String student : students) {
            LossSinceBest loss = of(results.accuracyBySeen(student));
            if (loss != null) {
                all.add(loss);
            }
        }
        return all;
    }

    /** The losses over the seeds; null of none. */
    public static @Nullable Spread over(List<LossSinceBest> seeds) {
        List<@Nullable Double> losses = new ArrayList<>();
        seeds.forEach(seed -> losses.add(seed.loss().value()));
        return losses.isEmpty() ? null : Spread.of(losses);
    }
}
