package dev.belay.labelers.evaluation;

import dev.belay.runtime.clients.ModelTable;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is known of models. */
interface Specs {
    /** The current spec; null if the model was stopped or is unknown. */
    @Nullable ModelSpec of(String model);

    /** Whether the model was known and then stopped by its users. */
    boolean isStopped(String model);

    /**
     * Those of a table that somebody else polls.
     *
     * @param patience how long to wait, once, for an unknown model's spec
     */
    static Specs of(ModelTable table, Duration patience) {
        return new Specs() {
            @Override
            public @Nullable ModelSpec of(String model) {
                return table.await(model, patience);
            }

            @Override
            public boolean isStopped(String model) {
                return table.isStopped(model);
            }
        };
    }
}
