package dev.belay.labelers.records;

/** Knows when a reader has all that a partition will ever hold. */
@FunctionalInterface
public interface PartitionEnds {
    /**
     * @param position the reader's next offset
     * @return whether the partition's writers have ended and the reader has passed what they wrote
     */
    boolean passed(String topic, int partition, long position);
}
