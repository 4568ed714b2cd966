package dev.belay.aggregators.state;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.schemas.BlockColumns;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Messages between the processors of the topology. */
public sealed interface ShardMessage {

    /**
     * The truth of an example became known or was retracted.
     *
     * @param id the example's, UTF-8
     * @param value of the record; null: a retraction, or it was found in another partition
     */
    record TruthChange(byte[] id, TruthHistory.Version version, byte @Nullable [] value)
            implements ShardMessage {}

    /**
     * Predictions whose ids all belong to this partition, checked.
     *
     * @param roster the block's ids
     * @param origin its place in the predictions topic, unique within the partition, see {@link
     *     StrayFormat#parse}
     */
    record Block(BlockColumns block, IdList roster, String origin) implements ShardMessage {}

    /** A record that belongs to another partition and is sent there by its key. */
    record Stray(Bytes bytes) implements ShardMessage {}

    /**
     * A shard's changes of the tallies of a metrics row's candidates; keyed by student.
     *
     * @param changes by comparison, all of the same row; empty: only the expiry time
     * @param expiredMs event time up to which the stream has expired in that shard
     */
    record Delta(Map<Comparison, Tally> changes, int partition, long expiredMs)
            implements ShardMessage {}

    /** A record for the dead letters, with origin and reason in its headers. */
    record DeadLetter(@Nullable Bytes bytes) implements ShardMessage {}
}
