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
 * {@link #expect}, {@link #judge} and {@link #close} by the computing thread, all else by the
 * polling thread while nothing is computed.
 */
public interface ExampleLabeler extends AutoCloseable {
    /** Whether an example gets a label. */
    enum Answer {
        YES,
        /** Not now; those behind it wait too. */
        WAIT,
        NEVER,
        /** Its truth did not arrive within the horizon. */
        TOO_LATE
    }

    /**
     * Takes in what it needs to know about the examples of these partitions; called before each
     * round.
     *
     * @return whether anything came
     */
    boolean follow(Set<Integer> partitions);

    /**
     * What a record of the topic that it reads is about.
     *
     * @return null: it is not meant for this labeler, and is passed without a label
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
     * Whether the oldest example of a partition that has no answer yet gets a label; of one that
     * {@link #looksAhead} also asked of those behind it.
     *
     * @param timeMs event time of the example, at most the time of its record: what claims to be
     *     from the future must not wait that long
     */
    Answer answer(int partition, LabelerInput input, long timeMs);

    /** Whether it can begin work for examples before they are judged: {@link #expect} is called. */
    default boolean looksAhead() {
        return false;
    }

    /** These will be judged soon, in about this order: what can be begun for them is. */
    default void expect(List<LabelerInput> inputs) {}

    /**
     * The labels of the examples that were answered with YES since the last {@link #follow}, in
     * that order, without those it rejects: it can't encode them, or their truth is invalid.
     */
    Rows<GivenLabel> judge(List<LabelerInput> inputs);

    /** Whether its labels are predictions too, to be evaluated as well as learned from. */
    boolean predicts();

    /** Whether somebody else has written its labels, so that only predictions are written. */
    default boolean isExternal() {
        return false;
    }

    /** Rows of its sweep over the holdout; 0 while not known. Asked after HOLDOUT examples came. */
    default long sweepRows() {
        return 0;
    }

    /** Adds what else the next transaction must hold. */
    default void contribute(TransactionBatch batch) {}

    /** Begins anew after a failed transaction: what it contributed is to be contributed again. */
    default void rewind() {}

    @Override
    void close();
}
