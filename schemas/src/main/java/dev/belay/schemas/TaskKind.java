package dev.belay.schemas;

import dev.belay.schemas.events.ModelSpec;
import java.util.Arrays;
import java.util.Locale;

/** What a model predicts; in events by its name in lower case. */
public enum TaskKind {
    /** One of a fixed list of classes. */
    CLASSES,
    /** One of the example's own options, {@link #MIN_OPTIONS} to {@link #MAX_OPTIONS}. */
    CHOICE;

    public static final int MIN_OPTIONS = 2;
    public static final int MAX_OPTIONS = 256;

    /**
     * @throws IllegalArgumentException if there is no kind of this name
     */
    public static TaskKind of(String name) {
        for (TaskKind kind : values()) {
            if (kind.toString().equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "found the task kind '" + name + "', expected one of " + Arrays.toString(values()));
    }

    /** The kind of the model's task. */
    public static TaskKind of(ModelSpec spec) {
        return of(spec.getTaskKind());
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
