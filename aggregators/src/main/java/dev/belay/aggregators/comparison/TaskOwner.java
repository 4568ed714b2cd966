package dev.belay.aggregators.comparison;

import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;

/**
 * The model whose spec decides which classes a task has: the one whose first spec has the least
 * record timestamp, ties by name. Later specs that contradict it are refused, however many they
 * are. The owner itself may change the classes, by its newest run or by a correction of its spec.
 *
 * <p>A later record of the same model may replace the first in the compacted topic, so the owner
 * must be stored to survive a restart.
 *
 * @param model id with the run that the classes are of
 * @param run of the same
 * @param sinceMs record timestamp of the model's first spec, milliseconds since the epoch
 * @param classes names in order; none for choice
 */
public record TaskOwner(String model, int run, long sinceMs, List<String> classes) {
    public TaskOwner {
        classes = List.copyOf(classes);
    }

    /** Number of the classes, or {@link PairTable#CHOICE}. */
    public int number() {
        return number(classes);
    }

    static int number(List<String> classes) {
        return classes.isEmpty() ? PairTable.CHOICE : classes.size();
    }

    static TaskOwner of(ModelSpec spec, long timestampMs) {
        return new TaskOwner(spec.getId(), spec.getRun(), timestampMs, spec.getClasses());
    }

    /**
     * The owner with the other's classes if their run is at least as new, and the earlier timestamp
     * of both.
     */
    TaskOwner then(TaskOwner later) {
        TaskOwner newest = later.run >= run ? later : this;
        return new TaskOwner(
                newest.model, newest.run, Math.min(sinceMs, later.sinceMs), newest.classes);
    }
}
