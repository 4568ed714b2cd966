package dev.belay.labelers.api;

import java.util.List;

/** Attaches distributions to examples, or abstains; see the package for the contract. */
public interface Labeler extends AutoCloseable {
    /** The answer where a labeler abstains: no distribution. */
    float[] ABSTAINED = new float[0];

    /** No label was changed. */
    int UNCHANGED = -1;

    /**
     * The answers for some examples, one an input and in their order: one probability a class
     * (tasks of kind choice: an option of the example), each in [0, 1], with a sum of 1 (within
     * 0.001); or {@link #ABSTAINED}.
     *
     * @param inputs one or more
     */
    List<float[]> label(List<LabelerInput> inputs);

    /**
     * The class (tasks of kind choice: the option) that a label had before this labeler changed it
     * on purpose: the most probable one of its source, the lowest of equal ones. {@link #UNCHANGED}
     * where the answer has the same, the source gave none, and for all that add no noise.
     *
     * @param answer of this labeler for that input
     */
    default int changedFrom(LabelerInput input, float[] answer) {
        return UNCHANGED;
    }

    /** Releases what it holds; it is not used any more. */
    @Override
    default void close() {}
}
