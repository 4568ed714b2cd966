package dev.belay.trainers.labels;

import dev.belay.models.input.Input;

/**
 * An example with the supervisor's label, as input of a learner.
 *
 * @param id unique within the task
 * @param eventTimeMs of the example, milliseconds since the epoch, UTC
 * @param probabilities the label: a distribution over the classes, empty if the supervisor
 *     abstained; must not be modified
 * @param votes distributions of the supervisor's sources, (sources, classes), empty where one has
 *     none; no sources where the label has no votes. Only of new examples: what is replayed has the
 *     label that was learned from
 */
public record LabelledExample(
        String id, Input input, long eventTimeMs, float[] probabilities, float[][] votes) {
    private static final float[][] NO_VOTES = {};

    /** Without votes. */
    public LabelledExample(String id, Input input, long eventTimeMs, float[] probabilities) {
        this(id, input, eventTimeMs, probabilities, NO_VOTES);
    }

    /** Whether the supervisor abstained. */
    public boolean abstained() {
        return probabilities.length == 0;
    }
}
