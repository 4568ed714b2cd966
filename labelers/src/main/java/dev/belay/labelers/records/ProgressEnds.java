package dev.belay.labelers.records;

import dev.belay.runtime.clients.ProgressTable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * {@link PartitionEnds} from the task's {@code Progress}. When all of a partition's writers have
 * ended its end is asked for once, uncommitted: the transaction that said so is decided, yet its
 * marker may not be in this partition. Works for compacted topics too, where records can't be
 * counted. Belongs to one thread.
 */
public final class ProgressEnds implements PartitionEnds {
    private final ProgressTable progress;
    private final @Nullable String writer;
    private final ToLongFunction<TopicPartition> uncommittedEnd;
    private final Map<TopicPartition, End> ends = new HashMap<>();

    /** A partition's end when it had so many records. */
    private record End(long records, long offset) {}

    /**
     * @param progress polled by somebody else
     * @param writer whose end counts, where runs share a topic; null: all writers'
     * @param uncommittedEnd a partition's end offset as {@code read_uncommitted}
     */
    public ProgressEnds(
            ProgressTable progress,
            @Nullable String writer,
            ToLongFunction<TopicPartition> uncommittedEnd) {
        this.progress = progress;
        this.writer = writer;
        this.uncommittedEnd = uncommittedEnd;
    }

    @Override
    public boolean passed(String topic, int partition, long position) {
        TopicPartition key = new TopicPartition(topic, partition);
        long total =
                writer == null
                        ? progress.total(topic, partition)
                        : progress.total(topic, partition, writer);
        if (total < 0) {
            ends.remove(key); // a writer may have begun again
            return false;
        }
        End end = ends.get(key);
        if (end == null || end.records() != total) { // it was reopened and has ended again
            end = new End(total, uncommittedEnd.applyAsLong(key));
            ends.put(key, end);
        }
        return position >= end.offset();
    }
}
