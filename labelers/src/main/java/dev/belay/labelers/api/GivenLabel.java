package dev.belay.labelers.api;

import java.util.List;

/**
 * A label as a labeler gave it.
 *
 * @param checkpoint of the labeler, or version of its spec
 * @param distribution one probability a class, or an option of the example; empty where it
 *     abstained; not to be written to
 * @param votes distributions of the labeler's sources, in the order of its spec, empty where one
 *     abstained or has no label; none of a labeler without sources
 * @param keepsVotes whether the votes are part of the label that is written
 * @param changedFrom as {@link Labeler#changedFrom}
 */
public record GivenLabel(
        long checkpoint,
        float[] distribution,
        List<float[]> votes,
        boolean keepsVotes,
        int changedFrom) {
    public GivenLabel {
        votes = List.copyOf(votes);
    }

    /** Without votes, unchanged. */
    public GivenLabel(long checkpoint, float[] distribution) {
        this(checkpoint, distribution, List.of(), false, Labeler.UNCHANGED);
    }

    public boolean changed() {
        return changedFrom != Labeler.UNCHANGED;
    }

    public boolean abstained() {
        return distribution.length == 0;
    }
}
