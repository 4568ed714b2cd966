package dev.belay.labelers.api;

import dev.belay.schemas.events.Example;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An example, and what the labelers that are read and annotators say about it.
 *
 * @param sources their labels by id, in the order of the spec's {@code sources}, without those that
 *     have no label for this example; empty for a labeler that reads no other
 * @param votes of annotators: the class (tasks of kind choice: the option) that each voted for;
 *     those that came with the example, or of a labeler with a {@link VoteRule} those of the topic
 */
public record LabelerInput(
        Example example, Map<String, GivenLabel> sources, Map<String, Integer> votes) {
    public LabelerInput {
        // copyOf would not keep the order, on which a sum of floats depends
        sources =
                sources.isEmpty()
                        ? Map.of()
                        : Collections.unmodifiableMap(new LinkedHashMap<>(sources));
        votes = Collections.unmodifiableMap(votes);
    }

    /** An example with the votes that came with it. */
    public LabelerInput(Example example, Map<String, GivenLabel> sources) {
        this(example, sources, example.getVotes());
    }

    /** An example alone. */
    public static LabelerInput of(Example example) {
        return new LabelerInput(example, Map.of());
    }
}
