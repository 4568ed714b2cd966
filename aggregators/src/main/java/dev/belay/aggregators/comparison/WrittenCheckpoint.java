package dev.belay.aggregators.comparison;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.State;
import java.util.List;

/**
 * The fields of a checkpoint event that comparisons need.
 *
 * @param number from 1
 * @param examplesSeen new examples it has learned from
 * @param supervisorCheckpoints of the labels it has learned from, ascending
 */
public record WrittenCheckpoint(
        long number, State state, long examplesSeen, List<Long> supervisorCheckpoints) {

    public WrittenCheckpoint {
        supervisorCheckpoints = List.copyOf(supervisorCheckpoints);
    }

    static WrittenCheckpoint of(Checkpoint event) {
        return new WrittenCheckpoint(
                event.getNumber(),
                event.getState(),
                event.getExamplesSeen(),
                event.getSupervisorCheckpoints());
    }

    /** The last of its model. */
    public boolean finished() {
        return state == State.FINISHED;
    }

    /** Whether it may label. */
    public boolean mayLabel() {
        return state == State.READY || finished();
    }
}
