package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.comparison.Window;
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
    private MetricsEvent() {}

    /** student|checkpoint|phase|window. */
    static String key(PairMetrics metrics) {
        return String.join(
                "|",
                metrics.getStudent(),
                metrics.getWindowStartMs() == null ? Long.toString(metrics.getCheckpoint()) : "any",
                metrics.getPhase().toString(),
                metrics.getWindowStartMs() == null
                        ? Comparison.CUMULATIVE
                        : metrics.getWindowStartMs() + "-" + metrics.getWindowEndMs());
    }

    /** What decides whether the same counts have to be told again. */
    static String said(Comparison comparison, PairMetrics metrics) {
        return String.join(
                "|",
                comparison.key(),
                comparison.window() == null ? Long.toString(metrics.getExamplesSeen()) : "",
                Boolean.toString(metrics.getProvisional()));
    }

    /**
     * @param tally of the comparison
     * @param base of the same without a ceiling: all that no ceiling is needed for
     * @param standing of the student's checkpoints
     */
    static PairMetrics of(
            String task,
            Catalog catalog,
            Pair pair,
            Comparison comparison,
            Tally tally,
            Tally base,
            Standing standing) {
        boolean counted = comparison.ceiling() != null;
        Pgr.Ceiling ceiling =
                counted
                        ? Pgr.Ceiling.COUNTED
                        : pair.ceiling() == null ? Pgr.Ceiling.NONE : Pgr.Ceiling.PENDING;
        PairStatistics figures = PairStatistics.of(tally.table().cells(), ceiling);
        long checkpoint = tally.student().newest();
        Window window = comparison.window();
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
                window == null ? null : window.startMs(),
                window == null ? null : window.endMs(),
                provisional(catalog, comparison, pair.ceiling()),
                tally.table().cells().toList(),
                tally.table().cells().n(),
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
