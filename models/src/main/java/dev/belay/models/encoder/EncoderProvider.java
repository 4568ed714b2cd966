package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.util.Set;

/**
 * An encoder that is a Java class: an extension point, see {@link dev.belay.plugins}. Its weights,
 * if any, are frozen. Its name is the {@code encoder} of experiment files, which can't set encoder
 * parameters yet: all have their defaults.
 */
public interface EncoderProvider extends Plugin {
    /** Length of each row, at least 1. Cheap: opens nothing. */
    int dimensions(Parameters parameters);

    /** Kinds of inputs that it accepts. Cheap: opens nothing. */
    default Set<Input.Kind> accepts() {
        return Set.of(Input.Kind.TEXT, Input.Kind.PARTS);
    }

    /** Opens it; called once in a process, and never closed. */
    Encoder open(Parameters parameters);

    /**
     * Whether rows are cached, in memory and in the folder of the setting {@code cache}: for
     * encoders that need more than a millisecond per input. Each {@link #version} has its own
     * cache.
     */
    default boolean cached() {
        return false;
    }
}
