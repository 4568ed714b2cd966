package dev.belay.cli.export;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of an exported file.
 *
 * @param model null for truth
 * @param phase null for truth and labels
 * @param timeMs event time of truth and predictions; write time of labels, which have none
 * @param label class, -1 where truth was taken back; of truth only
 * @param probabilities empty for truth and abstentions
 */
public record ExportRow(
        @Nullable ModelSpec model,
        long checkpoint,
        @Nullable String phase,
        String id,
        long timeMs,
        int label,
        float[] probabilities) {

    public static ExportRow truth(String id, long timestampMs, @Nullable Truth truth) {
        return new ExportRow(
                null,
                0,
                null,
                id,
                truth == null ? timestampMs : truth.getEventTimeMs(),
                truth == null ? -1 : truth.getLabel(),
                new float[0]);
    }

    static ExportRow label(ModelSpec labeler, long timestampMs, Label label) {
        return new ExportRow(
                labeler,
                label.getCheckpoint(),
                null,
                label.getExample().getId(),
                timestampMs,
                0,
                floats(label.getProbabilities()));
    }

    /** One row for each prediction of a block. */
    public static List<ExportRow> predictions(ModelSpec model, PredictionBlock block) {
        BlockRows layout = BlockRows.of(block);
        float[] all = floats(block.getProbabilities());
        int n = block.getIds().size();
        if (layout.problem(n, all.length) != null || block.getEventTimesMs().size() != n) {
            return List.of(); // a block that makes no sense: the services refuse it as well
        }
        String phase = block.getPhase().name();
        List<ExportRow> rows = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            rows.add(
                    new ExportRow(
                            model,
                            block.getCheckpoint(),
                            phase,
                            block.getIds().get(i),
                            block.getEventTimesMs().get(i),
                            0,
                            block.getAbstained().contains(i)
                                    ? new float[0]
                                    : Arrays.copyOfRange(
                                            all, layout.from(i), layout.from(i) + layout.size(i))));
        }
        return rows;
    }

    /** What there is one row of: model, checkpoint, phase and example. */
    String key() {
        return (model == null ? "" : model.getId()) + '|' + checkpoint + '|' + phase + '|' + id;
    }

    /** Greater event time; ties by greater bytes, which is the order of probabilities. */
    public static ExportRow newer(ExportRow a, ExportRow b) {
        if (a.timeMs != b.timeMs) {
            return b.timeMs > a.timeMs ? b : a;
        }
        if (a.label != b.label) {
            return b.label > a.label ? b : a;
        }
        return Arrays.compare(b.probabilities, a.probabilities) > 0 ? b : a;
    }

    /** Writes the line, without its end; returns false when there is nothing to say. */
    boolean write(JsonGenerator json) throws IOException {
        if (model == null) {
            if (label < 0) {
                return false;
            }
            json.writeStartObject();
            json.writeStringField("id", id);
            json.writeNumberField("label", label);
            json.writeEndObject();
            return true;
        }
        json.writeStartObject();
        json.writeStringField(phase == null ? "labeler" : "model", model.getModel());
        json.writeNumberField("seed", model.getSeed());
        json.writeNumberField("checkpoint", checkpoint);
        if (phase != null) {
            json.writeStringField("phase", phase);
        }
        json.writeStringField("id", id);
        json.writeArrayFieldStart("probabilities");
        for (float probability : probabilities) {
            json.writeNumber(probability);
        }
        json.writeEndArray();
        json.writeEndObject();
        return true;
    }

    private static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }
}
