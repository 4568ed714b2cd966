package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.util.List;

/**
 * One column of predictions: at most one a model (and checkpoint) for each example.
 *
 * <p>PROGRESSIVE predictions of one model have two readings, which differ for a model that is both
 * student and supervisor (bootstrapping): what it said of an example before it learned from it (the
 * trainer's block) and what it labelled it as (the labeler's block, from a later checkpoint).
 *
 * @param checkpoint {@link Comparison#ANY} unless SWEEP
 */
public record Predicted(String model, Reading reading, long checkpoint) {

    /** All that read a block. */
    public static List<Predicted> of(BlockColumns block) {
        return block.phase() == Phase.HOLDOUT
                ? List.of(new Predicted(block.model(), Reading.SWEEP, block.checkpoint()))
                : List.of(
                        new Predicted(block.model(), Reading.LABELLED, Comparison.ANY),
                        new Predicted(block.model(), Reading.LEARNED, Comparison.ANY));
    }

    /** Which prediction of an example counts. */
    public enum Reading {
        /** HOLDOUT, one checkpoint: the newest. */
        SWEEP,
        /** PROGRESSIVE, as a supervisor: the newest. */
        LABELLED,
        /** PROGRESSIVE, as a student or ceiling: the lowest checkpoint's, of these the newest. */
        LEARNED;

        /** The phase of the blocks it reads. */
        public Phase phase() {
            return this == SWEEP ? Phase.HOLDOUT : Phase.PROGRESSIVE;
        }
    }
}
