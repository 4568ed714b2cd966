package dev.belay.schemas;

import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import java.util.List;
import java.util.Map;

/** Events with only their required fields; every other field has its schema's default. */
public final class EventFactory {
    private EventFactory() {}

    /** An example whose input is text. */
    public static Example example(String id, Split split, String text, long eventTimeMs) {
        return new Example(
                id, split, text, eventTimeMs, null, null, null, List.of(), Map.of(), null, 0);
    }

    /** The truth of an example without tags and group, not drawn as a sample. */
    public static Truth truth(String id, int label, long eventTimeMs) {
        return new Truth(id, label, eventTimeMs, Map.of(), null, null, 0);
    }

    /** A label with a distribution. */
    public static Label label(
            Example example, String labeler, long checkpoint, List<Float> probabilities) {
        return new Label(example, labeler, checkpoint, probabilities, false);
    }

    /** A block in which no row is an abstention, of a task of kind classes. */
    public static PredictionBlock block(
            String model,
            long checkpoint,
            Phase phase,
            int classes,
            List<String> ids,
            List<Long> eventTimesMs,
            List<Float> probabilities,
            long sweepRows,
            boolean labels) {
        return new PredictionBlock(
                model,
                checkpoint,
                phase,
                classes,
                ids,
                eventTimesMs,
                probabilities,
                sweepRows,
                labels,
                List.of(),
                List.of(),
                0);
    }
}
