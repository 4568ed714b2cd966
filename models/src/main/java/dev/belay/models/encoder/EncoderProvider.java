package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.util.Set;

/**
 * An encoder that is a Java class: an extension point, see {@link dev.belay.plugins}. Its weights,
 * if it has any, do not learn. Its name and parameters are the {@code encoder} of experiment files
 * and part of the spec's hash.
 */
public interface EncoderProvider extends Plugin {
    /** Length of each row. Cheap: opens nothing. */
    int dimensions(Parameters parameters);

    /** Kinds of inputs that it accepts. Cheap: opens nothing. */
    default Set<Input.Kind> accepts() {
        return Set.of(Input.Kind.TEXT, Input.Kind.PARTS);
    }

    /** Opens it; called once in a process for each set of parameters, and never closed. */
    Encoder open(Parameters parameters);

    /**
     * Whether rows are kept, in memory and in the folder of the setting {@code cache}: for encoders
     * that take longer than a millisecond for an input. There is one cache for each {@link
     * #version} and for each set of parameters.
     */
    default boolean cached() {
        return false;
    }
}
