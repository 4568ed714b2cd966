package dev.belay.labelers.api;

import dev.belay.schemas.events.Example;
import java.util.Map;

/**
 * An example, and what the labelers that are read say about it.
 *
 * @param sources by the ids in the spec's {@code sources}; empty for a labeler that reads no other
 */
public record LabelerInput(Example example, Map<String, GivenLabel> sources) {
    public LabelerInput {
        sources = Map.copyOf(sources);
    }

    /** An example alone. */
    public static LabelerInput of(Example example) {
        return new LabelerInput(example, Map.of());
    }
}
