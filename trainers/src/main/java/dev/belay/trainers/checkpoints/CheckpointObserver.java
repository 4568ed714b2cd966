package dev.belay.trainers.checkpoints;

/**
 * Called at each step of each micro-epoch, on the thread that writes it: for tests that kill a
 * trainer at a given point.
 */
@FunctionalInterface
public interface CheckpointObserver {
    /** Does nothing. */
    CheckpointObserver NONE = (step, model, number) -> {};

    /** A point within a micro-epoch, in their order. */
    enum Step {
        /** The weights' file is in the store, the state's not yet. */
        WEIGHTS_STORED,
        /** All files are in the store. */
        STORED,
        /** The transaction has its first record. */
        BEGUN,
        /** The transaction has all of its records and offsets. */
        SENT,
        /** The transaction is committed. */
        COMMITTED
    }

    /**
     * @param model its id
     * @param number of the checkpoint that is being written
     */
    void at(Step step, String model, long number);
}
