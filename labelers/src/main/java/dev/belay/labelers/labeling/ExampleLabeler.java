package dev.belay.labelers.labeling;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decides which examples of a stream get a label, and labels them. Used by one thread at a time:
 * {@link #expect}, {@link #judge}, {@link #learned} and {@link #close} by the computing thread, all
 * else by the polling thread while nothing is computed.
 */
public interface ExampleLabeler extends AutoCloseable {
    /** Whether an example gets a label. */
    enum Answer {
        YES,
        /** Not decided yet; later examples of the partition wait too. */
        WAIT,
        NEVER,
        /** Its truth did not arrive within the horizon. */
        TOO_LATE,
        /** Likewise, and its label is an abstention. */
        TOO_LATE_ABSTAINED
    }

    /**
     * Reads what it needs about the examples of these partitions, without waiting; called before
     * each round.
     *
     * @return whether it read any records
     */
    boolean follow(Set<Integer> partitions);

    /**
     * The input to label in a record of the input topic.
     *
     * @return null if the record is not meant for this labeler; it is consumed without a label
     * @throws BadRecordException when it belongs in the dead letters
     */
    default @Nullable LabelerInput read(RecordReader reader, ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        Example example = reader.example(record);
        if (example.getSplit() == Split.HOLDOUT) {
            throw new BadRecordException("a HOLDOUT example, expected SUPERVISOR or STUDENT");
        }
        return LabelerInput.of(example);
    }

    /**
     * Whether an example gets a label. Called for the oldest example of a partition that has no
     * answer yet, and, if {@link #looksAhead}, for those behind it.
     *
     * @param timeMs event time of the example, at most the time of its record, so that an event
     *     time in the future does not prolong the wait
     */
    Answer answer(int partition, LabelerInput input, long timeMs);

    /** Whether {@link #expect} is to be called, to start work on examples before {@link #judge}. */
    default boolean looksAhead() {
        return false;
    }

    /** Announces inputs that will be judged soon, in about this order. */
    default void expect(List<LabelerInput> inputs) {}

    /**
     * The labels of the examples that were answered with YES or TOO_LATE_ABSTAINED since the last
     * {@link #follow}, in that order, without those it rejects: it cannot encode them, or their
     * truth is invalid.
     */
    Rows<GivenLabel> judge(List<LabelerInput> inputs);

    /** Whether its labels are predictions too, to be evaluated as well as learned from. */
    boolean predicts();

    /**
     * Ids of the labelers that it reads, in the order of its labels' votes; none if it has none.
     */
    default List<String> sources() {
        return List.of();
    }

    /** Whether its labels are already in the topic, so that only predictions are written. */
    default boolean isExternal() {
        return false;
    }

    /**
     * Whether it sends examples on that are not in the partition of their key. One labeler of a
     * task does, {@code truth}; the others leave them out.
     */
    default boolean forwardsMisplaced() {
        return false;
    }

    /** Rows of its sweep over the holdout; 0 while not known. Called after HOLDOUT examples. */
    default long sweepRows() {
        return 0;
    }

    /** What it has learned, with the labels judged last; for labelers that learn. */
    default Learned learned() {
        return Learned.NOTHING;
    }

    /** Goes back to what it had learned; called when partitions are new or were rewound. */
    default void restore(Learned learned) {}

    /** Adds further records and offsets to the next transaction. */
    default void contribute(TransactionBatch batch) {}

    /** Resets to the last commit after a failed transaction. */
    default void rewind() {}

    @Override
    void close();
}
