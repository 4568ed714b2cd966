package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.statistics.Measure;
import dev.belay.aggregators.statistics.PairStatistics;
import dev.belay.aggregators.statistics.Pgr;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import org.jspecify.annotations.Nullable;

/** A tally as the event of {@code belay.metrics}. */
final class MetricsEvent {
    /** The window part of the key of what is counted from the beginning. */
    static final String CUMULATIVE = "cumulative";

    private MetricsEvent() {}

    /** student|checkpoint|phase|window. */
    static String key(PairMetrics metrics) {
        return String.join(
                "|",
                metrics.getStudent(),
                Long.toString(metrics.getCheckpoint()),
                metrics.getPhase().toString(),
                CUMULATIVE);
    }

    static PairMetrics of(
            String task, Catalog catalog, Pair pair, Comparison comparison, Tally tally) {
        boolean counted = comparison.ceiling() != null;
        Pgr.Ceiling ceiling =
                counted
                        ? Pgr.Ceiling.COUNTED
                        : pair.ceiling() == null ? Pgr.Ceiling.NONE : Pgr.Ceiling.PENDING;
        PairStatistics figures = PairStatistics.of(tally.cells(), ceiling);
        long checkpoint = tally.student().newest();
        Pgr.Undefined undefined = figures.pgr().undefined();
        return new PairMetrics(
                pair.experiment(),
                task,
                pair.supervisor(),
                pair.student(),
                pair.ceiling(),
                pair.seed(),
                comparison.phase(),
                checkpoint,
                Comparisons.examplesSeen(catalog, pair.student(), checkpoint),
                tally.supervisor().newest(),
                counted ? tally.ceiling().newest() : null,
                null,
                null,
                provisional(catalog, comparison, pair.ceiling()),
                tally.cells().toList(),
                tally.cells().n(),
                tally.withoutTruth(),
                Measure.CONFIDENCE,
                estimate(figures.supervisorAccuracy()),
                estimate(figures.studentAccuracy()),
                estimate(figures.ceilingAccuracy()),
                estimate(figures.gain()),
                estimate(figures.gap()),
                estimate(figures.pgr().measure()),
                undefined == null ? null : undefined.label(),
                estimate(figures.agreement()),
                estimate(figures.agreementWhenSupervisorRight()),
                estimate(figures.agreementWhenSupervisorWrong()),
                tally.eventTimeMs());
    }

    /**
     * True while the ceiling's checkpoint is not its last, or missing though there is a ceiling.
     */
    private static boolean provisional(
            Catalog catalog, Comparison comparison, @Nullable String ceiling) {
        if (ceiling == null) {
            return false;
        }
        if (comparison.ceiling() == null) {
            return true;
        }
        return comparison.phase() == Phase.HOLDOUT
                ? !Comparisons.finished(catalog, ceiling, comparison.ceilingCheckpoint())
                : !Comparisons.finished(catalog, ceiling);
    }

    private static @Nullable Estimate estimate(@Nullable Measure measure) {
        return measure == null
                ? null
                : new Estimate(measure.value(), measure.low(), measure.high(), measure.n());
    }
}
