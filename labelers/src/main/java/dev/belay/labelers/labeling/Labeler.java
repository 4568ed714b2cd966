package dev.belay.labelers.labeling;

import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.events.Example;
import java.util.List;
import java.util.Set;

/**
 * What a labeler says of examples. Used by one thread at a time: {@link #expect}, {@link #judge}
 * and {@link #close} by the computing thread, all else by the polling thread while nothing is
 * computed.
 */
public interface Labeler extends AutoCloseable {
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
     * @param checkpoint that predicted; 0 for labelers without checkpoints
     * @param distributions one row an example that was not rejected, one probability a class
     */
    record Verdict(long checkpoint, Rows<float[]> distributions) {}

    /**
     * Takes in what it needs to know about the examples of these partitions; called before each
     * round.
     *
     * @return whether anything came
     */
    boolean follow(Set<Integer> partitions);

    /**
     * @param timeMs event time of the example, at most the time of its record: what claims to be
     *     from the future must not wait that long
     */
    Answer answer(int partition, Example example, long timeMs);

    /** These will be judged soon, in about this order: what can be begun for them is. */
    default void expect(List<Example> examples) {}

    /** Of examples that were answered with YES. */
    Verdict judge(List<Example> examples);

    /** Whether its distributions are predictions, to be judged as well as learned from. */
    boolean predicts();

    /** Adds what else the next transaction must hold. */
    void contribute(TransactionBatch batch);

    /** Begins anew after a failed transaction: what it contributed is to be contributed again. */
    void rewind();

    @Override
    void close();
}
