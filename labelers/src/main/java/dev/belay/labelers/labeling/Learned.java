package dev.belay.labelers.labeling;

import java.util.Arrays;

/**
 * What a labeler has learned.
 *
 * @param version of the spec that has learned it; -1 while no example was labelled
 * @param state as the labeler's kind writes it; not to be written to
 */
public record Learned(long version, byte[] state) {
    /** Of a labeler that has labelled no example. */
    public static final Learned NOTHING = new Learned(-1, new byte[0]);

    @Override
    public boolean equals(Object other) {
        return other instanceof Learned o && version == o.version && Arrays.equals(state, o.state);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(version) + Arrays.hashCode(state);
    }

    @Override
    public String toString() {
        return "Learned[version=%d, %d bytes]".formatted(version, state.length);
    }
}
