package dev.belay.aggregators.events;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Slices;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.figures.Gate;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.intervals.Anytime;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.ClusterFigures;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import org.jspecify.annotations.Nullable;

/** Builds the event of {@code belay.metrics} or {@code belay.slices} from a tally. */
public final class MetricsEvent {
    private MetricsEvent() {}

    /**
     * Version of the formulas behind the figures: after an upgrade, rows that were emitted with
     * another version are emitted again, once. Increase it with every change of a formula.
     */
    static final int FIGURES_VERSION = 2;

    /**
     * Its key in {@code belay.metrics}: student|checkpoint|phase|window; in {@code belay.slices}
     * with |slice. Of a stream, belay.metrics keeps a row for each of the student's checkpoints,
     * belay.slices only the newest: it would grow by all slices with each micro-epoch.
     */
    public static String key(PairMetrics metrics) {
        Long startMs = metrics.getWindowStartMs();
        Long endMs = metrics.getWindowEndMs();
        boolean cumulative = startMs == null || endMs == null;
        boolean newest =
                !cumulative
                        || (metrics.getSlice() != null && metrics.getPhase() == Phase.PROGRESSIVE);
        return Comparison.row(
                metrics.getStudent(),
                newest ? Comparison.ANY : metrics.getCheckpoint(),
                metrics.getPhase(),
                cumulative ? null : new Window(startMs, endMs),
                metrics.getSlice());
    }

    /**
     * Content of an event besides its counts: if it changes, the same counts are emitted again.
     * Slices of a stream are not emitted again for each new checkpoint, they would be for each
     * micro-epoch. Release 0.1.0 wrote the number of the gate at the place of {@code gate}; {@link
     * Formats} reads it.
     */
    public static String emittedAs(Selection selected, PairMetrics metrics) {
        Comparison comparison = selected.comparison();
        GateFigures gate = metrics.getGate();
        boolean sweep = comparison.phase() == Phase.HOLDOUT;
        boolean whole = comparison.slice() == null;
        return String.join(
                "|",
                comparison.key(),
                comparison.window() == null && (sweep || whole)
                        ? Long.toString(metrics.getExamplesSeen())
                        : "",
                Boolean.toString(metrics.getProvisional()),
                !whole
                        ? Boolean.toString(selected.closed())
                        : sweep
                                ? (gate == null ? "-" : gate.getLook())
                                        + "|"
                                        + metrics.getBestPgr()
                                        + "|"
                                        + metrics.getBestLabelAgreement()
                                : "",
                Integer.toString(selected.classes()),
                Integer.toString(metrics.getFiguresVersion()));
    }

    /**
     * @param selected comparison of the row
     * @param ranks ranks of the student's checkpoints
     */
    public static PairMetrics of(
            String task,
            Catalog catalog,
            Selection selected,
            MetricsRow row,
            CheckpointRanks ranks) {
        Pair pair = selected.pair();
        Comparison comparison = selected.comparison();
        Tally tally = selected.tally();
        Tally base = selected.base();
        boolean counted = comparison.ceiling() != null;
        Pgr.Ceiling ceiling =
                counted
                        ? Pgr.Ceiling.COUNTED
                        : pair.ceiling() == null ? Pgr.Ceiling.NONE : Pgr.Ceiling.PENDING;
        CellTable cells = tally.table().cells();
        boolean complete = isFixed(comparison, tally, selected.closed());
        boolean once = !Slices.OTHER.equals(comparison.slice());
        boolean fixed = complete && once;
        PairStatistics figures = PairStatistics.of(tally.table(), ceiling);
        Pgr pgr =
                complete
                        ? figures.pgr()
                        : figures.pgr()
                                .open(
                                        selected.closed()
                                                ? Pgr.Undefined.TRUTH_MISSING
                                                : Pgr.Undefined.STILL_GROWING);
        long checkpoint = tally.student().newest();
        Window window = comparison.window();
        Pgr.Undefined undefined = pgr.undefined();
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
                        .setPairN(base.table().n())
                        .setTooLate(tally.tooLate())
                        .setRevised(tally.revised())
                        .setAbstained(tally.abstained())
                        .setConfidence(Measure.CONFIDENCE)
                        .setSupervisorAccuracy(estimate(figures.supervisorAccuracy(), fixed))
                        .setStudentAccuracy(estimate(figures.studentAccuracy(), fixed))
                        .setCeilingAccuracy(estimate(figures.ceilingAccuracy(), fixed))
                        .setGain(estimate(figures.gain(), fixed))
                        .setGap(estimate(figures.gap(), fixed))
                        .setPgr(estimate(pgr.measure(), fixed))
                        .setPgrUndefined(undefined == null ? null : undefined.label())
                        .setAgreement(estimate(figures.agreement(), fixed))
                        .setAgreementWhenSupervisorRight(
                                estimate(figures.agreementWhenSupervisorRight(), fixed))
                        .setAgreementWhenSupervisorWrong(
                                estimate(figures.agreementWhenSupervisorWrong(), fixed))
                        .setNewErrorRate(estimate(figures.newErrorRate(), fixed))
                        .setCorrectedRate(estimate(figures.correctedRate(), fixed))
                        .setStudentRightWhenDiffering(
                                estimate(figures.studentRightWhenDiffering(), fixed))
                        .setEventTimeMs(tally.eventTimeMs())
                        .setFiguresVersion(FIGURES_VERSION)
                        .setGrouped(grouped(tally))
                        .setClusters(once ? clusters(comparison, tally) : null)
                        .setSlice(comparison.slice());
        DerivedFigures.put(
                event,
                base,
                counted ? tally : null,
                once && isFixed(comparison, base, selected.baseClosed()),
                once && selected.baseClosed());
        if (once) {
            anytime(event, comparison, base, counted ? tally : null, fixed);
        }
        if (comparison.phase() == Phase.HOLDOUT && comparison.slice() == null) {
            gate(event, CheckpointRanks.gate(row, base));
            best(event, comparison.checkpoint(), ranks);
        }
        return event.build();
    }

    /**
     * The row of a window that can no longer change: its accuracies have limits, for the number of
     * its examples is fixed now; none where examples have groups.
     */
    public static PairMetrics closed(PairMetrics window) {
        CellTable cells = CellTable.of(window.getCells());
        if (window.getGrouped() > 0 || cells.n() == 0) {
            return window;
        }
        PairMetrics.Builder closed =
                PairMetrics.newBuilder(window)
                        .setSupervisorAccuracy(
                                estimate(Rate.of(cells.supervisorRight(), cells.n()), true))
                        .setStudentAccuracy(
                                estimate(Rate.of(cells.studentRight(), cells.n()), true));
        if (window.getCeilingAccuracy() != null) {
            closed.setCeilingAccuracy(estimate(Rate.of(cells.ceilingRight(), cells.n()), true));
        }
        return closed.build();
    }

    /**
     * Whether fixed-sample intervals hold: all sweeps are known to be complete, and no truth is
     * missing. Other rows may be read repeatedly while they grow; fixed-sample intervals would then
     * miss far too often. No interval holds of the slice {@code other}, in which an example may be
     * several times.
     */
    private static boolean isFixed(Comparison comparison, Tally tally, boolean closed) {
        return comparison.phase() == Phase.HOLDOUT && closed && tally.withoutTruth() == 0;
    }

    /**
     * Sets the anytime-valid figures: of streams, whose models change meanwhile, and of incomplete
     * sweeps. If examples have groups, a stream's intervals hold for the mean gain given all
     * earlier examples, those of the same group included; there is no log evidence, whose
     * hypothesis does not hold within a group, and no figure of a sweep.
     */
    private static void anytime(
            PairMetrics.Builder event,
            Comparison comparison,
            Tally base,
            @Nullable Tally withCeiling,
            boolean fixed) {
        boolean sweep = comparison.phase() == Phase.HOLDOUT;
        boolean grouped = grouped(base) > 0;
        if (fixed || (sweep && grouped)) {
            return;
        }
        Anytime figures =
                Anytime.of(
                        base.table().cells(),
                        withCeiling == null ? null : withCeiling.table().cells(),
                        sweep ? Anytime.Models.FIXED : Anytime.Models.CHANGING);
        if (figures != null) {
            event.setAnytimeGain(estimate(figures.gain(), true))
                    .setAnytimeGap(estimate(figures.gap(), true))
                    .setAnytimePgr(estimate(figures.pgr(), true))
                    .setLogEvidence(grouped ? null : (Double) figures.logEvidence());
        }
    }

    private static long grouped(Tally tally) {
        ClusterSums clusters = tally.table().clusters();
        return clusters == null ? 0 : clusters.grouped();
    }

    private static @Nullable ClusterFigures clusters(Comparison comparison, Tally tally) {
        PairedMoments.Clustered of = PairedMoments.of(tally.table()).clustered();
        return of == null || comparison.phase() == Phase.PROGRESSIVE
                ? null
                : new ClusterFigures(
                        of.clusters(), of.degrees(), of.added(), of.ss(), of.sc(), of.cc());
    }

    /** The paired differences of a HOLDOUT row, for figures of several rows. */
    public static PairedMoments moments(PairMetrics row) {
        ClusterFigures of = row.getClusters();
        return PairedMoments.of(
                CellTable.of(row.getCells()),
                of == null
                        ? null
                        : new PairedMoments.Clustered(
                                of.getClusters(),
                                of.getDegrees(),
                                of.getAdded(),
                                of.getGainVariance(),
                                of.getCovariance(),
                                of.getGapVariance()));
    }

    private static void gate(PairMetrics.Builder event, @Nullable Gate gate) {
        if (gate != null) {
            event.setGate(
                    new GateFigures(
                            gate.k(),
                            gate.level(),
                            gate.spent(),
                            gate.left(),
                            gate.low(),
                            gate.passed()));
        }
    }

    /** Compares the checkpoint with the student's checkpoints before it. */
    private static void best(PairMetrics.Builder event, long checkpoint, CheckpointRanks ranks) {
        MetricsRow.Figure own = MetricsRow.Figure.of(event.getPgr());
        CheckpointRanks.Best best = ranks.bestPgr(checkpoint, own);
        event.setBestPgr(best(best)).setBestPgrN(n(best));
        event.setBehindBestPgr(
                best == null || own == null ? null : (Double) (best.value() - own.value()));
        CheckpointRanks.Best agreement =
                ranks.bestAgreement(checkpoint, MetricsRow.Figure.of(event.getLabelAgreement()));
        event.setBestLabelAgreement(best(agreement)).setBestLabelAgreementN(n(agreement));
    }

    private static @Nullable Long n(CheckpointRanks.@Nullable Best best) {
        return best == null || best.figure().n() == 0 ? null : (Long) best.figure().n();
    }

    private static @Nullable Best best(CheckpointRanks.@Nullable Best best) {
        return best == null ? null : new Best(best.checkpoint(), best.value());
    }

    /**
     * True while the ceiling's checkpoint is not its last, or a ceiling is declared but not
     * counted.
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

    /**
     * @param limits whether the limits of the interval hold; else they are null
     */
    static @Nullable Estimate estimate(@Nullable Measure measure, boolean limits) {
        if (measure == null) {
            return null;
        }
        return limits && measure.high() < Double.POSITIVE_INFINITY
                ? new Estimate(measure.value(), measure.low(), measure.high(), measure.n())
                : new Estimate(measure.value(), null, null, measure.n());
    }
}
