package dev.belay.producers.task;

/** Receives a producer's progress, after each transaction and once before the first. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * @param done rows written and committed so far, those of earlier runs among them
     * @param total rows of the source; -1: it has no end
     */
    void produced(long done, long total);

    /** Receives what the records of an endless source became, after each transaction. */
    default void counted(RecordCounts counts) {}
}
