package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.statistics.Anytime;
import dev.belay.aggregators.statistics.CellTable;
import dev.belay.aggregators.statistics.Gate;
import dev.belay.aggregators.statistics.Measure;
import dev.belay.aggregators.statistics.PairStatistics;
import dev.belay.aggregators.statistics.Pgr;
import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.GateFigures;
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

    /**
     * What decides whether the same counts have to be told again: what else the event says.
     *
     * @param standing of the student's checkpoints
     */
    static String said(Comparison comparison, PairMetrics metrics, Standing standing) {
        return String.join(
                "|",
                comparison.key(),
                comparison.window() == null ? Long.toString(metrics.getExamplesSeen()) : "",
                Boolean.toString(metrics.getProvisional()),
                comparison.phase() == Phase.HOLDOUT
                        ? standing.look(comparison.checkpoint())
                                + "|"
                                + metrics.getBestPgr()
                                + "|"
                                + metrics.getBestLabelAgreement()
                        : "");
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
        CellTable cells = tally.table().cells();
        PairStatistics figures = PairStatistics.of(cells, ceiling);
        long checkpoint = tally.student().newest();
        Window window = comparison.window();
        Pgr.Undefined undefined = figures.pgr().undefined();
        PairMetrics.Builder event =
                PairMetrics.newBuilder()
                        .setExperiment(pair.experiment())
                        .setTask(task)
                        .setSupervisor(pair.supervisor())
                        .setStudent(pair.student())
                        .setCeiling(pair.ceiling())
                        .setSeed(pair.seed())
                        .setPhase(comparison.phase())
                        .setCheckpoint(checkpoint)
                        .setExamplesSeen(
                                Comparisons.examplesSeen(catalog, pair.student(), checkpoint))
                        .setSupervisorCheckpoint(tally.supervisor().newest())
                        .setCeilingCheckpoint(counted ? (Long) tally.ceiling().newest() : null)
                        .setWindowStartMs(window == null ? null : (Long) window.startMs())
                        .setWindowEndMs(window == null ? null : (Long) window.endMs())
                        .setProvisional(provisional(catalog, comparison, pair.ceiling()))
                        .setCells(cells.toList())
                        .setN(cells.n())
                        .setWithoutTruth(tally.withoutTruth())
                        .setTooLate(tally.tooLate())
                        .setRevised(tally.revised())
                        .setConfidence(Measure.CONFIDENCE)
                        .setSupervisorAccuracy(estimate(figures.supervisorAccuracy()))
                        .setStudentAccuracy(estimate(figures.studentAccuracy()))
                        .setCeilingAccuracy(estimate(figures.ceilingAccuracy()))
                        .setGain(estimate(figures.gain()))
                        .setGap(estimate(figures.gap()))
                        .setPgr(estimate(figures.pgr().measure()))
                        .setPgrUndefined(undefined == null ? null : undefined.label())
                        .setAgreement(estimate(figures.agreement()))
                        .setAgreementWhenSupervisorRight(
                                estimate(figures.agreementWhenSupervisorRight()))
                        .setAgreementWhenSupervisorWrong(
                                estimate(figures.agreementWhenSupervisorWrong()))
                        .setNewErrorRate(estimate(figures.newErrorRate()))
                        .setCorrectedRate(estimate(figures.correctedRate()))
                        .setStudentRightWhenDiffering(estimate(figures.studentRightWhenDiffering()))
                        .setEventTimeMs(tally.eventTimeMs());
        FurtherFigures.put(event, base, counted ? tally : null);
        anytime(event, comparison, base, counted ? cells : null);
        if (comparison.phase() == Phase.HOLDOUT) {
            standing(event, comparison.checkpoint(), base, figures.pgr().measure(), standing);
        }
        return event.build();
    }

    /**
     * Figures that may be looked at while more comes: of the PROGRESSIVE stream, whose models
     * change on the way, and of a sweep whose truth is still coming. Once all truth is there a
     * sweep is looked at once, and the intervals above are the right ones.
     */
    private static void anytime(
            PairMetrics.Builder event,
            Comparison comparison,
            Tally base,
            @Nullable CellTable withCeiling) {
        boolean progressive = comparison.phase() == Phase.PROGRESSIVE;
        if (!progressive && base.withoutTruth() == 0) {
            return;
        }
        Anytime figures =
                Anytime.of(
                        base.table().cells(),
                        withCeiling,
                        progressive ? Anytime.Models.CHANGING : Anytime.Models.FIXED);
        if (figures != null) {
            event.setAnytimeGain(estimate(figures.gain()))
                    .setAnytimeGap(estimate(figures.gap()))
                    .setAnytimePgr(estimate(figures.pgr()))
                    .setLogEvidence(figures.logEvidence());
        }
    }

    /** Where the checkpoint stands among the student's checkpoints before it. */
    private static void standing(
            PairMetrics.Builder event,
            long checkpoint,
            Tally base,
            @Nullable Measure pgr,
            Standing standing) {
        CellTable cells = base.table().cells();
        // while truth is still coming a gate would be tried again and again at the price of once
        if (cells.n() > 0 && base.withoutTruth() == 0) {
            Gate gate = Gate.of(standing.look(checkpoint), cells);
            event.setGate(
                    new GateFigures(
                            gate.k(),
                            gate.level(),
                            gate.spent(),
                            gate.left(),
                            gate.low(),
                            gate.passed()));
        }
        Double own = pgr == null ? null : (Double) pgr.value();
        Standing.Best best = standing.bestPgr(checkpoint, own);
        event.setBestPgr(best(best));
        event.setBehindBestPgr(best == null || own == null ? null : (Double) (best.value() - own));
        Estimate agreement = event.getLabelAgreement();
        event.setBestLabelAgreement(
                best(
                        standing.bestAgreement(
                                checkpoint,
                                agreement == null ? null : (Double) agreement.getValue())));
    }

    private static @Nullable Best best(Standing.@Nullable Best best) {
        return best == null ? null : new Best(best.checkpoint(), best.value());
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

    static @Nullable Estimate estimate(@Nullable Measure measure) {
        return measure == null
                ? null
                : new Estimate(measure.value(), measure.low(), measure.high(), measure.n());
    }
}
