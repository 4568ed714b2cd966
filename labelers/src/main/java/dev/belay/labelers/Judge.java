package dev.belay.labelers;

import dev.belay.schemas.events.Example;
import java.util.List;
import java.util.Set;

/** What a labeler says of examples. Belongs to one thread. */
interface Judge extends AutoCloseable {
    /** Whether an example gets a label. */
    enum Answer {
        YES,
        /** Not now; those behind it wait too. */
        WAIT,
        NEVER
    }

    /**
     * @param checkpoint that predicted; 0 for labelers without checkpoints
     * @param distributions one row an example, one probability a class
     */
    record Verdict(long checkpoint, List<float[]> distributions) {}

    /**
     * Takes in what it needs to know about the examples of these partitions; called before each
     * round.
     *
     * @return whether anything came
     */
    boolean follow(Set<Integer> partitions);

    Answer answer(int partition, Example example);

    /** These will be judged soon, in about this order: what can be begun for them is. */
    default void expect(List<Example> examples) {}

    /** Of examples that were answered with YES. */
    Verdict judge(List<Example> examples);

    /** Whether its distributions are predictions, to be judged as well as learned from. */
    boolean predicts();

    /** Adds what else the next transaction must hold. */
    void contribute(Batch batch);

    /** Begins anew after a failed transaction: what it contributed is to be contributed again. */
    void rewind();

    @Override
    void close();
}
