package dev.belay.cli.report.results;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.ClassCounts;
import dev.belay.schemas.events.ConfusionCount;
import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.PairMetrics;
import org.jspecify.annotations.Nullable;

/** The JSON form of the figures of a {@link PairMetrics} beyond accuracies, flat. */
final class PairFigureJson {

    private PairFigureJson() {}

    /**
     * @param most greatest number of classes with counts by class; with more classes they are null
     * @param choice whether the task is of kind choice: they are null too, for that reason
     */
    static void put(ObjectNode json, PairMetrics row, int most, boolean choice) {
        json.put("tooLate", row.getTooLate()).put("revised", row.getRevised());
        for (PairFigure figure : PairFigure.ALL) {
            RowJson.number(json, figure.key(), figure.in(row));
            if (figure.hasInterval()) {
                RowJson.limits(json, figure.key(), figure.interval(row));
            }
        }
        Best best = row.getBestPgr();
        json.put("bestPgrCheckpoint", best == null ? null : (Long) best.getCheckpoint());
        json.put("bestPgrN", row.getBestPgrN());
        Best labels = row.getBestLabelAgreement();
        json.put(
                "bestLabelAgreementCheckpoint",
                labels == null ? null : (Long) labels.getCheckpoint());
        json.put("bestLabelAgreementN", row.getBestLabelAgreementN());
        RowJson.estimate(json, "anytimeGain", row.getAnytimeGain());
        RowJson.estimate(json, "anytimeGap", row.getAnytimeGap());
        RowJson.estimate(json, "anytimePgr", row.getAnytimePgr());
        RowJson.number(json, "logEvidence", row.getLogEvidence());
        gate(json, row.getGate());
        if (choice) {
            json.put("classFiguresUndefined", TaskKind.CHOICE.toString());
        }
        classes(json, row, choice ? -1 : most);
    }

    private static void gate(ObjectNode json, @Nullable GateFigures gate) {
        json.put("gateLook", gate == null ? null : (Long) gate.getLook());
        RowJson.number(json, "gateLevel", gate == null ? null : (Double) gate.getLevel());
        RowJson.number(json, "gateSpent", gate == null ? null : (Double) gate.getSpent());
        RowJson.number(json, "gateLeft", gate == null ? null : (Double) gate.getLeft());
        RowJson.number(json, "gateLow", gate == null ? null : (Double) gate.getLow());
        json.put("gatePassed", gate == null ? null : (Boolean) gate.getPassed());
    }

    private static void classes(ObjectNode json, PairMetrics row, int most) {
        if (row.getByClass().size() > most) {
            json.putNull("byClass").putNull("confusion").putNull("confusionOmitted");
            return;
        }
        var classes = json.putArray("byClass");
        for (ClassCounts one : row.getByClass()) {
            classes.addObject()
                    .put("truth", one.getTruth())
                    .put("supervisorRight", one.getSupervisorRight())
                    .put("studentRight", one.getStudentRight())
                    .put("studentSays", one.getStudentSays())
                    .put("truthWithCeiling", one.getTruthWithCeiling())
                    .put("ceilingRight", one.getCeilingRight());
        }
        var confusion = json.putArray("confusion");
        for (ConfusionCount count : row.getConfusion()) {
            confusion.addArray().add(count.getTruth()).add(count.getSaid()).add(count.getCount());
        }
        json.put("confusionOmitted", row.getConfusionOmitted());
    }
}
