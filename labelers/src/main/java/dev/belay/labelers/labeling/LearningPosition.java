package dev.belay.labelers.labeling;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.StateTable;
import dev.belay.schemas.events.LabelerState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * How far a labeler that learns has come. Offsets, turns and what was learned are one record of
 * {@code belay.labeler-states}, written in each transaction and read again when the partitions were
 * assigned or a transaction has failed. Belongs to the polling thread.
 */
final class LearningPosition {
    private final LabelerTopics topics;
    private final Inbox inbox;
    private final Supplier<@Nullable LabelerState> committed;
    private final BooleanSupplier limited;
    private final long[] next; // (partitions)
    private @Nullable Turns turns;

    /**
     * @param committed the state of this labeler; waits for open transactions
     * @param limited whether waiting for a partition is, see {@link Turns}
     */
    LearningPosition(
            LabelerTopics topics,
            Inbox inbox,
            Supplier<@Nullable LabelerState> committed,
            BooleanSupplier limited) {
        this.topics = topics;
        this.inbox = inbox;
        this.committed = committed;
        this.limited = limited;
        this.next = new long[topics.partitions()];
    }

    /**
     * Goes back to what is committed; the labeler too. Does nothing while not all partitions are
     * held.
     *
     * @throws LabelerException when the group's offsets are not those of the state
     */
    void restore(ExampleLabeler labeler) {
        turns = null;
        if (!isWhole()) {
            return;
        }
        List<@Nullable Long> offsets = new ArrayList<>();
        for (int p = 0; p < next.length; p++) {
            OffsetAndMetadata offset = inbox.committed(p);
            offsets.add(offset == null ? null : offset.offset());
        }
        LabelerState state = usable(topics, committed.get(), offsets);
        for (int p = 0; p < next.length; p++) {
            next[p] = state == null ? 0 : state.getNext().get(p);
        }
        turns =
                new Turns(
                        next.length,
                        state == null ? null : state.getTurns(),
                        limited,
                        System::nanoTime);
        labeler.restore(
                state == null
                        ? Learned.NOTHING
                        : new Learned(state.getVersion(), StateTable.bytes(state)));
    }

    /**
     * The state to go on from; null: there is none, or all offsets were set back to the beginning.
     *
     * @param offsets committed by the group, by partition; null: none, or they have expired, and
     *     its progress says how many records to skip
     */
    static @Nullable LabelerState usable(
            LabelerTopics topics, @Nullable LabelerState state, List<@Nullable Long> offsets) {
        boolean same = true;
        boolean begins = true;
        List<Long> expected = state == null ? new ArrayList<>(offsets.size()) : state.getNext();
        for (int p = 0; p < offsets.size(); p++) {
            if (state == null) {
                expected.add(0L);
            }
            Long offset = offsets.get(p);
            long known = expected.get(p);
            same &= offset == null || offset == known;
            begins &= offset == null ? known == 0 : offset == 0;
        }
        if (same) {
            return state;
        }
        if (begins) {
            return null;
        }
        throw new LabelerException(
                "%s: found the group's offsets %s in %s, expected %s, which go with what it has learned (%s): set them to these, or all to 0, with those of its sources %s, to begin anew"
                        .formatted(
                                topics.labeler(),
                                offsets,
                                topics.input(),
                                expected,
                                topics.states(),
                                topics.sources()));
    }

    /** The order of the next transaction's records; null while not all partitions are held. */
    @Nullable Turns turns() {
        return isWhole() ? turns : null;
    }

    /** The offsets and turns after these records, without what was learned. */
    LabelerState.Builder after(List<ExampleBatch> taken) {
        taken.forEach(batch -> next[batch.partition()] = batch.next());
        return LabelerState.newBuilder()
                .setLabeler(topics.labeler())
                .setNext(Arrays.stream(next).boxed().toList())
                .setTurns(Objects.requireNonNull(turns).taken());
    }

    private boolean isWhole() {
        return inbox.partitions().size() == next.length;
    }
}
