package dev.belay.models.image;

import dev.belay.models.input.Input;

/** Turns inputs of one kind into planes of float32, as convolutions take them. */
public interface Planes {
    int channels();

    int height();

    int width();

    /** Length of the result. */
    default int floats() {
        return channels() * height() * width();
    }

    /**
     * The planes of an input, one after the other, row by row.
     *
     * @throws IllegalArgumentException if it is of another kind, or malformed
     */
    float[] apply(Input input);
}
