package dev.belay.cli.report.results;

import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Early stopping by truth (Burns et al. 2023, section 4.2.1), the upper bound of all stopping
 * rules: the student's checkpoint with the greatest accuracy on the holdout, the earliest among
 * equals. Computed afterwards from the metrics; no trainer sees this truth. It is selected on the
 * examples that it is measured on, so it is optimistic and has no interval.
 *
 * <pre>PGR = (accuracy of that checkpoint − supervisor) / (ceiling − supervisor)</pre>
 *
 * <p>with supervisor and ceiling of the student's reported row; undefined where that row's PGR is.
 *
 * @param seen examples that the checkpoints had learned from
 * @param lost what each seed has lost since
 */
public record StoppedByTruth(
        String supervisor,
        String student,
        @Nullable String ceiling,
        @Nullable Spread accuracy,
        @Nullable Spread pgr,
        @Nullable Spread seen,
        List<LossSinceBest> lost) {

    /** One of each pair of names, over the seeds of the given rows. */
    public static List<StoppedByTruth> of(RunResults results, Collection<PairMetrics> reported) {
        Map<String, PairMetrics> best = new HashMap<>(); // by student
        for (PairMetrics row : results.studentRows()) { // ascending checkpoints
            PairMetrics before = best.get(row.getStudent());
            if (accuracy(row) > (before == null ? -1 : accuracy(before))) {
                best.put(row.getStudent(), row);
            }
        }
        List<StoppedByTruth> all = new ArrayList<>();
        for (List<PairMetrics> seeds : results.byNames(reported)) {
            List<@Nullable Double> accuracies = new ArrayList<>();
            List<@Nullable Double> pgrs = new ArrayList<>();
            List<@Nullable Double> seen = new ArrayList<>();
            for (PairMetrics last : seeds) {
                PairMetrics row = best.get(last.getStudent());
                Estimate supervisor = last.getSupervisorAccuracy();
                Estimate gap = last.getGap();
                accuracies.add(row == null ? null : (Double) accuracy(row));
                seen.add(row == null ? null : (Double) (double) row.getExamplesSeen());
                pgrs.add(
                        row == null || supervisor == null || gap == null || last.getPgr() == null
                                ? null
                                : (Double)
                                        ((accuracy(row) - supervisor.getValue()) / gap.getValue()));
            }
            PairMedian names = PairMedian.of(seeds, results);
            all.add(
                    new StoppedByTruth(
                            names.supervisor(),
                            names.student(),
                            names.ceiling(),
                            Spread.of(accuracies),
                            Spread.of(pgrs),
                            Spread.of(seen),
                            LossSinceBest.of(
                                    results,
                                    seeds.stream().map(PairMetrics::getStudent).toList())));
        }
        return all;
    }

    /** −1 where it is not known. */
    private static double accuracy(PairMetrics row) {
        Estimate accuracy = row.getStudentAccuracy();
        return accuracy == null ? -1 : accuracy.getValue();
    }
}
