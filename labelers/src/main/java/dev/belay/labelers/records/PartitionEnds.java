package dev.belay.labelers.records;

/** Decides whether a reader has read all records that a partition will ever hold. */
@FunctionalInterface
public interface PartitionEnds {
    /**
     * @param position the reader's next offset
     * @return whether the partition's writers have ended and the position is behind all their
     *     records
     */
    boolean passed(String topic, int partition, long position);
}
