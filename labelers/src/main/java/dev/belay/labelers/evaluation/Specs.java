package dev.belay.labelers.evaluation;

import dev.belay.schemas.events.ModelSpec;
import org.jspecify.annotations.Nullable;

/** What is known of models. */
interface Specs {
    /** The current spec; null if the model was stopped or is unknown. */
    public @Nullable ModelSpec of(String model);

    /** Whether the model was known and then stopped by its users. */
    boolean isStopped(String model);
}
