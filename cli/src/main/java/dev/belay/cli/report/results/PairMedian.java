package dev.belay.cli.report.results;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.belay.aggregators.events.MetricsEvent;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One pair of model names over its seeds, as the field reports it: the median, with how many seeds
 * were undefined, and the spread beside it.
 *
 * @param supervisor name in the experiment file
 * @param student name in the experiment file
 * @param ceiling name in the experiment file; null: the pair has none
 * @param supervisorParameters weights of the supervisor; null where not known
 * @param studentParameters weights of the student; null where not known
 * @param seeds rows that went in, one a seed
 * @param undefined how many of them have no PGR
 * @param above how many have a PGR whose whole interval lies above 0
 * @param pgr null when half or more are undefined
 * @param overSeeds mean gain, mean gap and their ratio over all seeds; null for one seed
 * @param pgrUndefined why {@code pgr} is null: the most frequent reason; null where it is defined
 */
public record PairMedian(
        String supervisor,
        String student,
        @Nullable String ceiling,
        @Nullable Long supervisorParameters,
        @Nullable Long studentParameters,
        int seeds,
        int undefined,
        int above,
        @Nullable Spread pgr,
        @Nullable String pgrUndefined,
        @JsonIgnore @Nullable SeedIntervals overSeeds,
        @Nullable Spread supervisorAccuracy,
        @Nullable Spread studentAccuracy,
        @Nullable Spread ceilingAccuracy,
        @Nullable Spread agreement,
        @Nullable Spread agreementWhenSupervisorRight,
        @Nullable Spread agreementWhenSupervisorWrong) {

    /**
     * @param rows rows of one pair of names, one a seed, at least one
     * @param results what knows the models' names and sizes
     */
    public static PairMedian of(List<PairMetrics> rows, RunResults results) {
        PairMetrics first = rows.get(0);
        Spread pgr = spread(rows, PairMetrics::getPgr);
        return new PairMedian(
                results.name(first.getSupervisor()),
                results.name(first.getStudent()),
                first.getCeiling() == null ? null : results.name(first.getCeiling()),
                results.parameters(first.getSupervisor()),
                results.parameters(first.getStudent()),
                rows.size(),
                (int) rows.stream().filter(row -> row.getPgr() == null).count(),
                (int) rows.stream().filter(PairMedian::isAbove).count(),
                pgr,
                pgr == null ? reason(rows) : null,
                SeedIntervals.of(rows.stream().map(MetricsEvent::moments).toList(), ceiling(rows)),
                spread(rows, PairMetrics::getSupervisorAccuracy),
                spread(rows, PairMetrics::getStudentAccuracy),
                spread(rows, PairMetrics::getCeilingAccuracy),
                spread(rows, PairMetrics::getAgreement),
                spread(rows, PairMetrics::getAgreementWhenSupervisorRight),
                spread(rows, PairMetrics::getAgreementWhenSupervisorWrong));
    }

    /** What is known of the ceilings of all seeds. */
    private static Pgr.Ceiling ceiling(List<PairMetrics> rows) {
        if (rows.get(0).getCeiling() == null) {
            return Pgr.Ceiling.NONE;
        }
        boolean all = rows.stream().allMatch(row -> row.getCeilingCheckpoint() != null);
        return all ? Pgr.Ceiling.COUNTED : Pgr.Ceiling.PENDING;
    }

    private static boolean isAbove(PairMetrics row) {
        Estimate pgr = row.getPgr();
        return pgr != null && pgr.getLow() != null && pgr.getLow() > 0;
    }

    public static @Nullable Spread spread(
            List<PairMetrics> rows, Function<PairMetrics, @Nullable Estimate> estimate) {
        return Spread.of(values(rows, estimate));
    }

    /** The estimate in each row; null where undefined. */
    public static List<@Nullable Double> values(
            List<PairMetrics> rows, Function<PairMetrics, @Nullable Estimate> estimate) {
        List<@Nullable Double> values = new ArrayList<>();
        for (PairMetrics row : rows) {
            Estimate found = estimate.apply(row);
            values.add(found == null ? null : (Double) found.getValue());
        }
        return values;
    }

    /** The most frequent reason, the first in the alphabet among equals. */
    private static String reason(List<PairMetrics> rows) {
        Map<String, Integer> counts = new TreeMap<>();
        rows.stream()
                .map(PairMetrics::getPgrUndefined)
                .filter(Objects::nonNull)
                .forEach(reason -> counts.merge(reason, 1, Integer::sum));
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() == most)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("no-reason-given");
    }
}
