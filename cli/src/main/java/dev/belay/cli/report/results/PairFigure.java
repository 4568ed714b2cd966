package dev.belay.cli.report.results;

import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.BrierGainFigures;
import dev.belay.schemas.events.CalibrationFigures;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A number of a pair beyond its accuracies.
 *
 * @param key in summary.json and metrics.jsonl
 * @param value its value in a row; null where undefined
 * @param estimate its interval in a row; null: it has none
 * @param undefined why it can be undefined although the row has examples
 */
public record PairFigure(
        String key,
        Function<PairMetrics, @Nullable Double> value,
        @Nullable Function<PairMetrics, @Nullable Estimate> estimate,
        String undefined) {
    private static final String NOT_COUNTED = "not counted";

    public static final PairFigure NEW_ERRORS =
            estimate("newErrorRate", PairMetrics::getNewErrorRate, "the supervisor is never right");
    public static final PairFigure CORRECTED =
            estimate(
                    "correctedRate",
                    PairMetrics::getCorrectedRate,
                    "the supervisor is never wrong");
    public static final PairFigure RIGHT_WHEN_DIFFERING =
            estimate(
                    "studentRightWhenDiffering",
                    PairMetrics::getStudentRightWhenDiffering,
                    "they never differ");
    public static final PairFigure KAPPA =
            new PairFigure(
                    "cohensKappa",
                    PairMetrics::getCohensKappa,
                    PairMetrics::getCohensKappaInterval,
                    "both always say one class");
    public static final PairFigure ERROR_CONSISTENCY =
            new PairFigure(
                    "errorConsistency",
                    PairMetrics::getErrorConsistency,
                    PairMetrics::getErrorConsistencyInterval,
                    "both are always right, or both always wrong");
    public static final PairFigure SUPERVISOR_ECE =
            new PairFigure("supervisorEce", supervisor(CalibrationFigures::getEce), NOT_COUNTED);
    public static final PairFigure SUPERVISOR_ECE_EXPECTED =
            new PairFigure(
                    "supervisorEceExpected",
                    supervisor(CalibrationFigures::getEceExpected),
                    NOT_COUNTED);
    public static final PairFigure SUPERVISOR_BRIER =
            new PairFigure(
                    "supervisorBrier", supervisor(CalibrationFigures::getBrier), NOT_COUNTED);
    public static final PairFigure SUPERVISOR_LOG_LOSS =
            new PairFigure(
                    "supervisorLogLoss",
                    supervisor(CalibrationFigures::getLogLoss),
                    PairMetrics::getSupervisorLogLossInterval,
                    NOT_COUNTED);
    public static final PairFigure STUDENT_ECE =
            new PairFigure("studentEce", student(CalibrationFigures::getEce), NOT_COUNTED);
    public static final PairFigure STUDENT_ECE_EXPECTED =
            new PairFigure(
                    "studentEceExpected", student(CalibrationFigures::getEceExpected), NOT_COUNTED);
    public static final PairFigure STUDENT_BRIER =
            new PairFigure("studentBrier", student(CalibrationFigures::getBrier), NOT_COUNTED);
    public static final PairFigure STUDENT_LOG_LOSS =
            new PairFigure(
                    "studentLogLoss",
                    student(CalibrationFigures::getLogLoss),
                    PairMetrics::getStudentLogLossInterval,
                    NOT_COUNTED);
    public static final PairFigure BRIER_GAIN =
            new PairFigure(
                    "brierGain",
                    brier(BrierGainFigures::getGain),
                    PairMetrics::getBrierGainInterval,
                    NOT_COUNTED);
    public static final PairFigure BRIER_MISFIT =
            new PairFigure("brierMisfit", brier(BrierGainFigures::getMisfit), NOT_COUNTED);
    public static final PairFigure BRIER_CROSS =
            new PairFigure("brierCross", brier(BrierGainFigures::getCross), NOT_COUNTED);
    public static final PairFigure BEST_PGR =
            new PairFigure("bestPgr", best(PairMetrics::getBestPgr), "no checkpoint has a PGR");
    public static final PairFigure BEHIND_BEST =
            new PairFigure("behindBestPgr", PairMetrics::getBehindBestPgr, "no PGR to compare");
    static final PairFigure LABEL_AGREEMENT =
            estimate("labelAgreement", PairMetrics::getLabelAgreement, NOT_COUNTED);
    public static final PairFigure BEST_LABEL_AGREEMENT =
            new PairFigure(
                    "bestLabelAgreement", best(PairMetrics::getBestLabelAgreement), NOT_COUNTED);

    /** All figures, in the order of the output. */
    public static final List<PairFigure> ALL =
            List.of(
                    NEW_ERRORS,
                    CORRECTED,
                    RIGHT_WHEN_DIFFERING,
                    KAPPA,
                    ERROR_CONSISTENCY,
                    SUPERVISOR_ECE,
                    SUPERVISOR_ECE_EXPECTED,
                    SUPERVISOR_BRIER,
                    SUPERVISOR_LOG_LOSS,
                    STUDENT_ECE,
                    STUDENT_ECE_EXPECTED,
                    STUDENT_BRIER,
                    STUDENT_LOG_LOSS,
                    BRIER_GAIN,
                    BRIER_MISFIT,
                    BRIER_CROSS,
                    BEST_PGR,
                    BEHIND_BEST,
                    LABEL_AGREEMENT,
                    BEST_LABEL_AGREEMENT);

    /** A number of which rows have no interval. */
    private PairFigure(
            String key, Function<PairMetrics, @Nullable Double> value, String undefined) {
        this(key, value, null, undefined);
    }

    /** Its value in a row; null where undefined. */
    public @Nullable Double in(PairMetrics row) {
        return value.apply(row);
    }

    /** Whether rows may have an interval of it. */
    boolean hasInterval() {
        return estimate != null;
    }

    /** Its interval in a row; null where there is none. */
    public @Nullable Estimate interval(PairMetrics row) {
        return estimate == null ? null : estimate.apply(row);
    }

    /** Over the seeds of one pair of names; null where half or more are undefined. */
    public @Nullable Spread over(List<PairMetrics> rows) {
        return Spread.of(values(rows));
    }

    /** Its value in each row; null where undefined. */
    public List<@Nullable Double> values(List<PairMetrics> rows) {
        List<@Nullable Double> values = new ArrayList<>();
        rows.forEach(row -> values.add(in(row)));
        return values;
    }

    private static PairFigure estimate(
            String key, Function<PairMetrics, @Nullable Estimate> estimate, String undefined) {
        return new PairFigure(
                key,
                row -> {
                    Estimate found = estimate.apply(row);
                    return found == null ? null : (Double) found.getValue();
                },
                estimate,
                undefined);
    }

    private static Function<PairMetrics, @Nullable Double> best(
            Function<PairMetrics, @Nullable Best> best) {
        return row -> {
            Best found = best.apply(row);
            return found == null ? null : (Double) found.getValue();
        };
    }

    private static Function<PairMetrics, @Nullable Double> supervisor(
            Function<CalibrationFigures, Double> figure) {
        return row -> {
            CalibrationFigures found = row.getSupervisorCalibration();
            return found == null ? null : figure.apply(found);
        };
    }

    private static Function<PairMetrics, @Nullable Double> student(
            Function<CalibrationFigures, Double> figure) {
        return row -> {
            CalibrationFigures found = row.getStudentCalibration();
            return found == null ? null : figure.apply(found);
        };
    }

    private static Function<PairMetrics, @Nullable Double> brier(
            Function<BrierGainFigures, Double> figure) {
        return row -> {
            BrierGainFigures found = row.getBrierGain();
            return found == null ? null : figure.apply(found);
        };
    }
}
