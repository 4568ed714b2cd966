package dev.belay.aggregators.state;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.schemas.BlockColumns;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** What goes from processor to processor. */
public sealed interface ShardMessage {

    /**
     * The truth of an example has become known, or was taken back.
     *
     * @param id the example's, UTF-8
     */
    record TruthChange(byte[] id, TruthHistory.Version version) implements ShardMessage {}

    /**
     * Predictions whose ids all belong to this partition, checked.
     *
     * @param roster the block's ids
     * @param origin where it came from in the predictions topic, unique within the partition, see
     *     {@link StrayFormat#parse}
     */
    record Block(BlockColumns block, IdList roster, String origin) implements ShardMessage {}

    /** Something that belongs to another partition, to be sent there; the key decides where. */
    record Stray(Bytes bytes) implements ShardMessage {}

    /**
     * What a shard adds to the tallies of a metrics row's candidates; keyed by student.
     *
     * @param changes by comparison, all of the same row; none: only that the shard has passed
     * @param passedMs event time up to which the stream has passed in that shard
     */
    record Delta(Map<Comparison, Tally> changes, int partition, long passedMs)
            implements ShardMessage {}

    /** A record for the dead letters; its headers say where from and why. */
    record DeadLetter(@Nullable Bytes bytes) implements ShardMessage {}
}
