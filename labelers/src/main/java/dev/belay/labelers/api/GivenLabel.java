package dev.belay.labelers.api;

/**
 * A label as a labeler gave it.
 *
 * @param checkpoint of the labeler, or version of its spec
 * @param distribution one probability a class, or an option of the example; empty where it
 *     abstained; not to be written to
 */
public record GivenLabel(long checkpoint, float[] distribution) {
    public boolean abstained() {
        return distribution.length == 0;
    }
}
