package dev.belay.labelers.api;

import java.util.List;

/** Attaches distributions to examples, or abstains; see the package for the contract. */
public interface Labeler extends AutoCloseable {
    /** The answer where a labeler abstains: no distribution. */
    float[] ABSTAINED = new float[0];

    /**
     * The answers for some examples, one an input and in their order: one probability a class
     * (tasks of kind choice: an option of the example), each in [0, 1], with a sum of 1 (within
     * 0.001); or {@link #ABSTAINED}.
     *
     * @param inputs one or more
     */
    List<float[]> label(List<LabelerInput> inputs);

    /** Releases what it holds; it is not used any more. */
    @Override
    default void close() {}
}
