package dev.belay.producers.source;

import dev.belay.plugins.Parameters;
import dev.belay.runtime.clients.Clients;
import java.util.List;

/** A source that never ends, such as a topic. */
public non-sealed interface EndlessSource extends Source {
    /**
     * The source of a task; opens nothing yet.
     *
     * @param config whose source has the parameters and whose holdout is a share with a size
     */
    ExampleSource of(Clients clients, String task, DataConfig config);

    /**
     * Checks what parameters and fields say together, before anything is written.
     *
     * @throws IllegalArgumentException when the source can't be made of them
     */
    default void check(Parameters parameters, DataConfig.Fields fields) {}

    /** Whether it has single votes of annotators, so that the task has a topic of them. */
    default boolean hasVotes(Parameters parameters) {
        return false;
    }

    /** Kafka topics that it reads with the consumer group of the task's producer. */
    default List<String> topics(Parameters parameters) {
        return List.of();
    }
}
