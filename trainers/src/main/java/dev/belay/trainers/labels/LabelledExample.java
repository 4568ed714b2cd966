package dev.belay.trainers.labels;

import dev.belay.models.input.Input;

/**
 * An example with the supervisor's label, as a learner takes it.
 *
 * @param id unique within the task
 * @param eventTimeMs of the example, milliseconds since the epoch, UTC
 * @param probabilities the label: a distribution over the classes, empty where the supervisor
 *     abstained; not to be written to
 */
public record LabelledExample(String id, Input input, long eventTimeMs, float[] probabilities) {
    /** Whether there is no label to learn from. */
    public boolean abstained() {
        return probabilities.length == 0;
    }
}
