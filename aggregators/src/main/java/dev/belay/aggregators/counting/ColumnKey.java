package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.util.List;

/**
 * Key of a column of predictions: at most one prediction per example of a model (and checkpoint).
 *
 * <p>PROGRESSIVE predictions of one model have two readings, which differ for a model that is both
 * student and supervisor (bootstrapping): what it predicted before it learned from the example (the
 * trainer's block) and its label (the labeler's block). Checkpoint numbers alone do not distinguish
 * them: a model that labels before it has finished continues to learn with greater numbers. So a
 * labeler's block is marked as labels; without such a block (external writers) the label is the
 * prediction of the greatest checkpoint.
 *
 * @param checkpoint {@link Comparison#ANY} unless SWEEP
 */
public record ColumnKey(String model, Reading reading, long checkpoint) {

    /** The columns that a block belongs to. */
    public static List<ColumnKey> of(BlockColumns block) {
        return block.phase() == Phase.HOLDOUT
                ? List.of(new ColumnKey(block.model(), Reading.SWEEP, block.checkpoint()))
                : List.of(
                        new ColumnKey(block.model(), Reading.LABELLED, Comparison.ANY),
                        new ColumnKey(block.model(), Reading.LEARNED, Comparison.ANY));
    }

    /** Which prediction of an example counts. */
    public enum Reading {
        /** HOLDOUT, one checkpoint: the newest. */
        SWEEP,
        /**
         * PROGRESSIVE, as a supervisor: a label before any other prediction, of these the greatest
         * checkpoint's, of these the newest.
         */
        LABELLED,
        /**
         * PROGRESSIVE, as a student or ceiling: a label only where there is nothing else, of the
         * rest the lowest checkpoint's, of these the newest.
         */
        LEARNED;

        /** The phase of the blocks it reads. */
        public Phase phase() {
            return this == SWEEP ? Phase.HOLDOUT : Phase.PROGRESSIVE;
        }
    }
}
