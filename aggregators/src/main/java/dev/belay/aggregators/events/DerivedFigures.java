package dev.belay.aggregators.events;

import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Confusion;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.figures.BrierGain;
import dev.belay.aggregators.statistics.figures.Calibration;
import dev.belay.aggregators.statistics.figures.ClassFigures;
import dev.belay.aggregators.statistics.figures.Kappa;
import dev.belay.aggregators.statistics.figures.KappaInterval;
import dev.belay.aggregators.statistics.figures.LabelFree;
import dev.belay.aggregators.statistics.figures.MeanInterval;
import dev.belay.schemas.events.BrierGainFigures;
import dev.belay.schemas.events.CalibrationFigures;
import dev.belay.schemas.events.ClassCounts;
import dev.belay.schemas.events.ConfusionCount;
import dev.belay.schemas.events.PairMetrics;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fields of an event beyond the cells: calibration, counts by class, agreement beyond chance. */
public final class DerivedFigures {
    /** Greatest number of confusion counts in one event; about 80 KB. */
    private static final int MOST_CONFUSIONS = 10_000;

    private DerivedFigures() {}

    /**
     * @param base without a ceiling
     * @param withCeiling null while there is none
     * @param fixed whether intervals for a fixed number of examples hold of {@code base}
     * @param labelsFixed the same of what needs no truth
     */
    public static void put(
            PairMetrics.Builder event,
            Tally base,
            @Nullable Tally withCeiling,
            boolean fixed,
            boolean labelsFixed) {
        PairTable table = base.table();
        event.setCohensKappa(Kappa.cohen(table))
                .setErrorConsistency(Kappa.errorConsistency(table.cells()))
                .setSupervisorCalibration(calibration(table, Side.SUPERVISOR))
                .setStudentCalibration(calibration(table, Side.STUDENT))
                .setBrierGain(brierGain(table))
                .setByClass(byClass(table, withCeiling == null ? null : withCeiling.table()))
                .setLabelAgreement(
                        MetricsEvent.estimate(
                                LabelFree.agreement(
                                        table, base.withoutTruth(), base.sameWithoutTruth()),
                                labelsFixed));
        intervals(event, table, fixed);
        confusion(event, table);
    }

    private static void intervals(PairMetrics.Builder event, PairTable table, boolean fixed) {
        event.setCohensKappaInterval(MetricsEvent.estimate(KappaInterval.cohen(table), fixed))
                .setErrorConsistencyInterval(
                        MetricsEvent.estimate(KappaInterval.errorConsistency(table), fixed))
                .setSupervisorLogLossInterval(
                        MetricsEvent.estimate(MeanInterval.logLoss(table, Side.SUPERVISOR), fixed))
                .setStudentLogLossInterval(
                        MetricsEvent.estimate(MeanInterval.logLoss(table, Side.STUDENT), fixed))
                .setBrierGainInterval(MetricsEvent.estimate(MeanInterval.brierGain(table), fixed));
    }

    private static @Nullable CalibrationFigures calibration(PairTable table, Side side) {
        Calibration c = Calibration.of(table, side);
        return c == null
                ? null
                : new CalibrationFigures(c.brier(), c.logLoss(), c.ece(), c.eceExpected());
    }

    private static @Nullable BrierGainFigures brierGain(PairTable table) {
        BrierGain gain = BrierGain.of(table);
        return gain == null ? null : new BrierGainFigures(gain.gain(), gain.misfit(), gain.cross());
    }

    private static List<ClassCounts> byClass(PairTable base, @Nullable PairTable withCeiling) {
        return ClassFigures.of(base, withCeiling).stream()
                .map(
                        k ->
                                new ClassCounts(
                                        k.n(),
                                        k.supervisorRight(),
                                        k.studentRight(),
                                        k.studentSays(),
                                        k.ceilingN(),
                                        k.ceilingRight()))
                .toList();
    }

    private static void confusion(PairMetrics.Builder event, PairTable table) {
        List<Confusion> all = table.hasClasses() ? table.confusion() : List.of();
        List<Confusion> kept = all;
        if (all.size() > MOST_CONFUSIONS) {
            kept =
                    all.stream()
                            .sorted(
                                    Comparator.comparingLong(Confusion::count)
                                            .reversed()
                                            .thenComparingInt(Confusion::truth)
                                            .thenComparingInt(Confusion::predicted))
                            .limit(MOST_CONFUSIONS)
                            .sorted(
                                    Comparator.comparingInt(Confusion::truth)
                                            .thenComparingInt(Confusion::predicted))
                            .toList();
        }
        event.setConfusion(
                kept.stream()
                        .map(c -> new ConfusionCount(c.truth(), c.predicted(), c.count()))
                        .toList());
        event.setConfusionOmitted(examples(all) - examples(kept));
    }

    private static long examples(List<Confusion> counts) {
        return counts.stream().mapToLong(Confusion::count).sum();
    }
}
