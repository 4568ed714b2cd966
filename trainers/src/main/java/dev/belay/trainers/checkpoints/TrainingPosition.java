package dev.belay.trainers.checkpoints;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.trainers.labels.RoundRobin;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * How far a model has been trained, and its position in the labels. The arrays are not modified.
 *
 * @param number of the last checkpoint; 0 before the first
 * @param seen examples learned from so far
 * @param cursor next offset of each partition
 * @param turn partition from which the next example is taken
 * @param supervisorCheckpoints numbers of those whose labels were taken so far, ascending
 */
public record TrainingPosition(
        long number, long seen, long[] cursor, int turn, List<Long> supervisorCheckpoints) {
    private static final String TENSOR = "place";

    /** Position of a model without checkpoint. */
    public static TrainingPosition beginning(long[] cursor) {
        return new TrainingPosition(0, 0, cursor, 0, List.of());
    }

    /** Position of a committed checkpoint. */
    public static TrainingPosition of(Checkpoint committed, int partitions) {
        long[] cursor = new long[partitions];
        for (PartitionCursor c : committed.getCursor()) {
            cursor[c.getPartition()] = c.getOffset();
        }
        return new TrainingPosition(
                committed.getNumber(),
                committed.getExamplesSeen(),
                cursor,
                committed.getNextPartition(),
                committed.getSupervisorCheckpoints());
    }

    /** With the supervisor's checkpoints of further labels. */
    public TrainingPosition withSupervisorCheckpoints(Collection<Long> more) {
        var all = new TreeSet<>(supervisorCheckpoints);
        all.addAll(more);
        return new TrainingPosition(number, seen, cursor, turn, List.copyOf(all));
    }

    /**
     * Position after a further checkpoint.
     *
     * @param learned examples learned from since this one
     */
    public TrainingPosition after(long learned, RoundRobin<?> labels) {
        return new TrainingPosition(
                number + 1, seen + learned, labels.cursor(), labels.turn(), supervisorCheckpoints);
    }

    /** Position after a FAILED checkpoint of a model that was not trained since this one. */
    public TrainingPosition next() {
        return new TrainingPosition(number + 1, seen, cursor, turn, supervisorCheckpoints);
    }

    /** The position in the labels: the cursor, then the turn. Part of the state file. */
    public Tensor tensor() {
        long[] place = Arrays.copyOf(cursor, cursor.length + 1);
        place[cursor.length] = turn;
        return Tensor.ofLongs(TENSOR, place);
    }

    /**
     * @throws MalformedCheckpointException if a state file has another position in the labels
     */
    public void requireSame(StoredFile state, byte[] content) {
        Tensor found = SafeTensors.read(content).tensor(TENSOR);
        Tensor expected = tensor();
        if (!Arrays.equals(found.longs(), expected.longs())) {
            throw new MalformedCheckpointException(
                    state.uri()
                            + " has the position "
                            + Arrays.toString(found.longs())
                            + ", its checkpoint event "
                            + Arrays.toString(expected.longs()));
        }
    }
}
