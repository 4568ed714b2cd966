package dev.belay.labelers;

import dev.belay.schemas.events.ModelSpec;
import org.jspecify.annotations.Nullable;

/** What is known of models. */
interface Specs {
    /** The current spec; null if the model was stopped or is unknown. */
    @Nullable ModelSpec of(String model);

    /** Whether the model was known and then stopped by its users. */
    boolean isStopped(String model);
}
