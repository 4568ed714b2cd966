package dev.belay.cli.report;

import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.BrierGainFigures;
import dev.belay.schemas.events.CalibrationFigures;
import dev.belay.schemas.events.ClassCounts;
import dev.belay.schemas.events.ConfusionCount;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds to rows of two classes what the aggregators tell beyond accuracies: what follows from the
 * cells is right, the rest is made up so that it looks like it.
 */
final class SampleFigures {
    private final Map<String, Best> bestPgr = new HashMap<>();
    private final Map<String, Best> bestAgreement = new HashMap<>();

    /** Rows of a student must come in the order of its checkpoints. */
    PairMetrics on(PairMetrics row) {
        long k = row.getCheckpoint();
        Estimate pgr = row.getPgr();
        Best best = best(bestPgr, row, pgr);
        Estimate agreement = row.getAgreement();
        double level = .05 / ((double) k * (k + 1));
        double low = row.getGain().getLow() - .004 * Math.log((double) k);
        long n = row.getN();
        long wrong = Math.round(n * (1 - row.getSupervisorAccuracy().getValue()));
        long right = n - wrong;
        long same = Math.round(n * agreement.getValue());
        double w = row.getSupervisorAccuracy().getValue();
        double s = row.getStudentAccuracy().getValue();
        return PairMetrics.newBuilder(row)
                .setNewErrorRate(one(1 - row.getAgreementWhenSupervisorRight().getValue(), right))
                .setCorrectedRate(one(1 - row.getAgreementWhenSupervisorWrong().getValue(), wrong))
                .setStudentRightWhenDiffering(
                        n == same ? null : one(.5 + (s - w) * n / (2 * (n - same)), n - same))
                .setCohensKappa(2 * agreement.getValue() - 1)
                .setErrorConsistency(
                        (agreement.getValue() - s * w - (1 - s) * (1 - w))
                                / (1 - s * w - (1 - s) * (1 - w)))
                .setSupervisorCalibration(
                        new CalibrationFigures(1.4 * (1 - w), 2 * (1 - w), .031, .017))
                .setStudentCalibration(
                        new CalibrationFigures(1.4 * (1 - s), 2 * (1 - s), .012 + .004 * k, .014))
                .setBrierGain(new BrierGainFigures(1.4 * (s - w), .05, 1.4 * (s - w) - .05))
                .setCohensKappaInterval(around(2 * agreement.getValue() - 1, .04, n))
                .setSupervisorLogLossInterval(around(2 * (1 - w), .05, n))
                .setStudentLogLossInterval(around(2 * (1 - s), .06, n))
                .setBrierGainInterval(around(1.4 * (s - w), .02, n))
                .setByClass(List.of(of(n / 2, w - .04, s - .02), of(n - n / 2, w + .04, s + .02)))
                .setConfusion(confusion(n, w))
                .setGate(
                        new GateFigures(k, level, .05 - .05 / (k + 1), .05 / (k + 1), low, low > 0))
                .setBestPgr(best)
                .setBehindBestPgr(
                        pgr == null || best == null ? null : best.getValue() - pgr.getValue())
                .setLabelAgreement(agreement)
                .setBestLabelAgreement(best(bestAgreement, row, agreement))
                .build();
    }

    /** The same examples as they came by on the stream. */
    static PairMetrics stream(PairMetrics row) {
        Estimate gain = row.getGain();
        Estimate gap = row.getGap();
        double wide = .03;
        return PairMetrics.newBuilder(row)
                .setPhase(Phase.PROGRESSIVE)
                .setGate(null)
                .setAnytimeGain(around(gain.getValue() - .03, wide, row.getN()))
                .setAnytimeGap(gap == null ? null : around(gap.getValue() - .03, wide, row.getN()))
                .setAnytimePgr(
                        gap == null
                                ? null
                                : around(gain.getValue() / gap.getValue(), .3, row.getN()))
                .setLogEvidence(gain.getValue() * 200)
                .setWithoutTruth(3)
                .setTooLate(1)
                .build();
    }

    private static @Nullable Best best(
            Map<String, Best> so, PairMetrics row, @Nullable Estimate value) {
        Best before = so.get(row.getStudent());
        if (value != null && (before == null || before.getValue() < value.getValue())) {
            so.put(row.getStudent(), new Best(row.getCheckpoint(), value.getValue()));
        }
        return so.get(row.getStudent());
    }

    private static @Nullable Estimate one(double rate, long n) {
        return n == 0
                ? null
                : new Estimate(rate, Math.max(0, rate - .03), Math.min(1, rate + .03), n);
    }

    private static Estimate around(double value, double wide, long n) {
        return new Estimate(value, value - wide, value + wide, n);
    }

    private static ClassCounts of(long n, double supervisor, double student) {
        return new ClassCounts(
                n, Math.round(n * supervisor), Math.round(n * student), n, n, Math.round(n * .9));
    }

    private static List<ConfusionCount> confusion(long n, double w) {
        long first = Math.round(n / 2.0 * (w - .04));
        long second = Math.round((n - n / 2.0) * (w + .04));
        return List.of(
                new ConfusionCount(0, 0, first),
                new ConfusionCount(0, 1, n / 2 - first),
                new ConfusionCount(1, 0, n - n / 2 - second),
                new ConfusionCount(1, 1, second));
    }
}
