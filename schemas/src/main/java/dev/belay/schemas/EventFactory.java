package dev.belay.schemas;

import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Events with only their required fields; every other field has its schema's default. */
public final class EventFactory {
    private EventFactory() {}

    /** An example whose input is text. */
    public static Example example(String id, Split split, String text, long eventTimeMs) {
        return new Example(
                id,
                split,
                text,
                eventTimeMs,
                null,
                null,
                null,
                List.of(),
                Map.of(),
                null,
                0,
                Map.of());
    }

    /**
     * A builder of an example; id and split are still to be set, and where the input is no text,
     * the input. Every field with a default is set: Avro's own builders compute defaults for each
     * record, which takes as long as encoding it.
     */
    public static Example.Builder exampleBuilder(String text) {
        return Example.newBuilder()
                .setText(text)
                .setEventTimeMs(0)
                .setParts(null)
                .setVector(null)
                .setContent(null)
                .setOptions(List.of())
                .setTags(Map.of())
                .setGroup(null)
                .setHoldoutVersion(0)
                .setVotes(Map.of());
    }

    /** The example with another event time; all else is shared with it, not copied. */
    public static Example at(Example example, long eventTimeMs) {
        return new Example(
                example.getId(),
                example.getSplit(),
                example.getText(),
                eventTimeMs,
                example.getParts(),
                example.getVector(),
                example.getContent(),
                example.getOptions(),
                example.getTags(),
                example.getGroup(),
                example.getHoldoutVersion(),
                example.getVotes());
    }

    /** The truth of an example without tags and group, not drawn as a sample. */
    public static Truth truth(String id, int label, long eventTimeMs) {
        return new Truth(id, label, eventTimeMs, Map.of(), null, null, 0);
    }

    /** A label with a distribution. */
    public static Label label(
            Example example, String labeler, long checkpoint, List<Float> probabilities) {
        return new Label(example, labeler, checkpoint, probabilities, false, null);
    }

    /**
     * The label of a labeler.
     *
     * @param distribution one probability a class; empty where the labeler abstained
     */
    public static Label label(
            Example example, String labeler, long checkpoint, float[] distribution) {
        return label(example, labeler, checkpoint, distribution, List.of());
    }

    /**
     * The label of an ensemble that keeps its sources' votes.
     *
     * @param votes a distribution a source, empty where it has none; no votes: none are kept
     */
    public static Label label(
            Example example,
            String labeler,
            long checkpoint,
            float[] distribution,
            List<float[]> votes) {
        return new Label(
                example,
                labeler,
                checkpoint,
                boxed(distribution),
                distribution.length == 0,
                votes.isEmpty() ? null : votes.stream().map(EventFactory::boxed).toList());
    }

    private static List<Float> boxed(float[] distribution) {
        List<Float> boxed = new ArrayList<>(distribution.length);
        for (float p : distribution) {
            boxed.add(p);
        }
        return boxed;
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
        return block(
                model,
                checkpoint,
                phase,
                BlockRows.ofClasses(classes),
                ids,
                eventTimesMs,
                probabilities,
                sweepRows,
                labels,
                List.of(),
                0);
    }

    /** A block; the rows that are abstentions hold zeros. */
    public static PredictionBlock block(
            String model,
            long checkpoint,
            Phase phase,
            BlockRows layout,
            List<String> ids,
            List<Long> eventTimesMs,
            List<Float> probabilities,
            long sweepRows,
            boolean labels,
            List<Integer> abstained,
            int holdoutVersion) {
        return new PredictionBlock(
                model,
                checkpoint,
                phase,
                layout.classes(),
                ids,
                eventTimesMs,
                probabilities,
                sweepRows,
                labels,
                abstained,
                Arrays.stream(layout.optionCounts()).boxed().toList(),
                holdoutVersion);
    }
}
