package dev.belay.trainers.labels;

import dev.belay.models.input.Input;

/**
 * An example with the supervisor's label, as input of a learner.
 *
 * @param id unique within the task
 * @param eventTimeMs of the example, milliseconds since the epoch, UTC
 * @param probabilities the label: a distribution over the classes, empty if the supervisor
 *     abstained; must not be modified
 */
public record LabelledExample(String id, Input input, long eventTimeMs, float[] probabilities) {
    /** Whether the supervisor abstained. */
    public boolean abstained() {
        return probabilities.length == 0;
    }
}
