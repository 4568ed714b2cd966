package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Tally;
import dev.belay.schemas.events.PredictionBlock;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** What goes from processor to processor. */
sealed interface Flow {

    /**
     * The truth of an example has become known, or was taken back.
     *
     * @param label class, or -1: taken back
     */
    record TruthChange(String id, int label, long timeMs) implements Flow {}

    /**
     * Predictions whose ids all belong to this partition, checked.
     *
     * @param bytes the block in the wire format, as it will be kept
     * @param origin where it came from, unique within the partition: {@code p} (predictions) or
     *     {@code s} (strays) and the offset
     */
    record Block(PredictionBlock block, Bytes bytes, String origin) implements Flow {}

    /** Something that belongs to another partition, to be sent there; the key decides where. */
    record Stray(Bytes bytes) implements Flow {}

    /** What a shard adds to a comparison's tally; keyed by the comparison's row. */
    record Delta(Comparison comparison, Tally change) implements Flow {}

    /** A record for the dead letters; its headers say where from and why. */
    record DeadLetter(@Nullable Bytes bytes) implements Flow {}
}
