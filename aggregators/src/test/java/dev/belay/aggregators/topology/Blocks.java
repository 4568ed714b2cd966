package dev.belay.aggregators.topology;

import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Blocks of two classes for tests. */
public final class Blocks {
    private Blocks() {}

    /** A HOLDOUT block that predicts the given class for each id, all at {@code timeMs}. */
    public static PredictionBlock sweep(
            String model,
            long checkpoint,
            long sweepRows,
            long timeMs,
            List<String> ids,
            int... predicted) {
        return block(model, checkpoint, Phase.HOLDOUT, sweepRows, timeMs, ids, predicted);
    }

    static PredictionBlock progressive(
            String model, long checkpoint, long timeMs, List<String> ids, int... predicted) {
        return block(model, checkpoint, Phase.PROGRESSIVE, 0, timeMs, ids, predicted);
    }

    /** The same, abstaining from some rows. */
    static PredictionBlock abstaining(PredictionBlock block, Integer... rows) {
        List<Float> probabilities = new ArrayList<>(block.getProbabilities());
        for (int row : rows) {
            probabilities.set(2 * row, 0f);
            probabilities.set(2 * row + 1, 0f);
        }
        return PredictionBlock.newBuilder(block)
                .setProbabilities(probabilities)
                .setAbstained(List.of(rows))
                .build();
    }

    /** The same, given as labels. */
    static PredictionBlock asLabels(PredictionBlock block) {
        return PredictionBlock.newBuilder(block).setLabels(true).build();
    }

    /** The same with event times drawn for each row, from {@code earliestMs} for {@code spanMs}. */
    static PredictionBlock atAnyTime(
            PredictionBlock block, Random random, long earliestMs, int spanMs) {
        return PredictionBlock.newBuilder(block)
                .setEventTimesMs(
                        block.getIds().stream()
                                .map(id -> earliestMs + random.nextInt(spanMs))
                                .toList())
                .build();
    }

    private static PredictionBlock block(
            String model,
            long checkpoint,
            Phase phase,
            long sweepRows,
            long timeMs,
            List<String> ids,
            int... predicted) {
        List<Long> times = new ArrayList<>();
        List<Float> probabilities = new ArrayList<>();
        for (int label : predicted) {
            times.add(timeMs);
            probabilities.add(label == 0 ? 0.75f : 0.25f);
            probabilities.add(label == 0 ? 0.25f : 0.75f);
        }
        return EventFactory.block(
                Specs.id(model), checkpoint, phase, 2, ids, times, probabilities, sweepRows, false);
    }
}
