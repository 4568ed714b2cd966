package dev.belay.labelers.records;

import dev.belay.runtime.clients.ProgressTable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;

/**
 * {@link PartitionEnds} from the task's {@code Progress}. When all of a partition's writers have
 * ended its end is asked for once, uncommitted: the transaction that said so is decided, yet its
 * marker may not be in this partition. Works for compacted topics too, where records can't be
 * counted. Belongs to one thread.
 */
public final class ProgressEnds implements PartitionEnds {
    private final ProgressTable progress;
    private final ToLongFunction<TopicPartition> uncommittedEnd;
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /**
     * @param progress polled by somebody else
     * @param uncommittedEnd a partition's end offset as {@code read_uncommitted}
     */
    public ProgressEnds(ProgressTable progress, ToLongFunction<TopicPartition> uncommittedEnd) {
        this.progress = progress;
        this.uncommittedEnd = uncommittedEnd;
    }

    @Override
    public boolean passed(String topic, int partition, long position) {
        TopicPartition key = new TopicPartition(topic, partition);
        if (progress.total(topic, partition) < 0) {
            ends.remove(key); // a writer may have begun again
            return false;
        }
        return position >= ends.computeIfAbsent(key, uncommittedEnd::applyAsLong);
    }
}
