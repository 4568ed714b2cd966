package dev.belay.labelers.api;

import java.util.List;

/**
 * A labeler whose answers depend on the examples that it has labelled before, in their order. What
 * it has learned is committed with the labels, so that one that was killed goes on bit for bit.
 *
 * <p>{@link #label} answers from what it has learned and learns nothing: so it predicts the
 * holdout.
 */
public interface LearningLabeler extends Labeler {
    /** Greatest size of a state: what a topic accepts as one record by default, less its frame. */
    int MOST_BYTES = 1_000_000;

    /**
     * As {@link #label}, and learns from each input before it answers the next one. How inputs are
     * divided into calls makes no difference.
     */
    List<float[]> learn(List<LabelerInput> inputs);

    /**
     * All that it has learned, at most {@link #MOST_BYTES}; one with the same classes, parameters
     * and sources that {@link #restore restores} it goes on bit for bit.
     */
    byte[] state();

    /**
     * Replaces what it has learned.
     *
     * @throws IllegalArgumentException when these are not the bytes of such a labeler, saying what
     *     was found and what was expected
     */
    void restore(byte[] state);
}
