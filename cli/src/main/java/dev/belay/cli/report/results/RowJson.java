package dev.belay.cli.report.results;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.events.MetricsEvent;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The JSON forms of a {@link PairMetrics}: a pair of the summary, and a line of metrics.jsonl. */
public final class RowJson {
    /** Of more classes the summary leaves the counts by class to metrics.jsonl. */
    private static final int SUMMARY_CLASSES = 12;

    private RowJson() {}

    /** A pair of {@code summary.json}: models by name, estimates with limits where computed. */
    public static ObjectNode pair(PairMetrics row, RunResults results) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        names(json, row, results::name);
        json.put("supervisorParameters", results.parameters(row.getSupervisor()));
        json.put("studentParameters", results.parameters(row.getStudent()));
        json.put("seed", row.getSeed()).put("checkpoint", row.getCheckpoint());
        json.put("examplesSeen", row.getExamplesSeen());
        counts(json, row);
        number(json, "gapResolvedAgain", resolvedAgain(row));
        PairFigureJson.put(json, row, SUMMARY_CLASSES, results.isChoice(row.getStudent()));
        return json;
    }

    /** A line of {@code metrics.jsonl}: all fields of the event. */
    public static ObjectNode line(PairMetrics row, RunResults results) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("experiment", row.getExperiment()).put("task", row.getTask());
        names(json, row, results::name);
        json.put("seed", row.getSeed()).put("phase", row.getPhase().name());
        json.put("checkpoint", row.getCheckpoint());
        json.put("supervisorCheckpoint", row.getSupervisorCheckpoint());
        json.put("ceilingCheckpoint", row.getCeilingCheckpoint());
        json.put("examplesSeen", row.getExamplesSeen());
        json.put("windowStartMs", row.getWindowStartMs());
        json.put("windowEndMs", row.getWindowEndMs());
        json.put("provisional", row.getProvisional());
        counts(json, row);
        var cells = json.putArray("cells");
        row.getCells().forEach(cells::add);
        json.put("eventTimeMs", row.getEventTimeMs());
        PairFigureJson.put(json, row, Integer.MAX_VALUE, results.isChoice(row.getStudent()));
        return json;
    }

    /**
     * Probability that as many other examples would resolve the gap too, if it is as wide as
     * estimated; null where no gap is counted.
     */
    static @Nullable Double resolvedAgain(PairMetrics row) {
        return row.getGap() == null ? null : Pgr.resolvedAgain(MetricsEvent.moments(row));
    }

    /** Whether PGR is defined and its gap barely resolved: {@link Pgr#BARELY}. */
    public static boolean barelyResolved(PairMetrics row) {
        Double again = resolvedAgain(row);
        return row.getPgr() != null && again != null && again < Pgr.BARELY;
    }

    private static void names(ObjectNode json, PairMetrics row, Function<String, String> name) {
        String ceiling = row.getCeiling();
        json.put("supervisor", name.apply(row.getSupervisor()));
        json.put("student", name.apply(row.getStudent()));
        json.put("ceiling", ceiling == null ? null : name.apply(ceiling));
    }

    private static void counts(ObjectNode json, PairMetrics row) {
        json.put("n", row.getN()).put("pairN", row.getPairN());
        json.put("withoutTruth", row.getWithoutTruth());
        if (row.getAbstained() > 0) {
            json.put("abstained", row.getAbstained());
        }
        if (row.getGrouped() > 0) {
            json.put("grouped", row.getGrouped());
        }
        if (row.getClusters() != null) {
            json.put("clusters", row.getClusters().getClusters());
            json.put("clusterDegrees", row.getClusters().getDegrees());
        }
        json.put("confidence", row.getConfidence());
        estimate(json, "supervisorAccuracy", row.getSupervisorAccuracy());
        estimate(json, "studentAccuracy", row.getStudentAccuracy());
        estimate(json, "ceilingAccuracy", row.getCeilingAccuracy());
        estimate(json, "gain", row.getGain());
        estimate(json, "gap", row.getGap());
        estimate(json, "pgr", row.getPgr());
        json.put("pgrUndefined", row.getPgrUndefined());
        estimate(json, "agreement", row.getAgreement());
        estimate(json, "agreementWhenSupervisorRight", row.getAgreementWhenSupervisorRight());
        estimate(json, "agreementWhenSupervisorWrong", row.getAgreementWhenSupervisorWrong());
    }

    static void estimate(ObjectNode json, String key, @Nullable Estimate estimate) {
        number(json, key, estimate == null ? null : (Double) estimate.getValue());
        limits(json, key, estimate);
    }

    static void limits(ObjectNode json, String key, @Nullable Estimate estimate) {
        number(json, key + "Low", estimate == null ? null : estimate.getLow());
        number(json, key + "High", estimate == null ? null : estimate.getHigh());
    }

    /** Puts null for what JSON has no number for. */
    static void number(ObjectNode json, String key, @Nullable Double value) {
        json.put(key, value == null || !Double.isFinite(value) ? null : value);
    }
}
