package dev.belay.runtime.clients;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * The next offset of a consumer is outside its partition's log: records were deleted before they
 * were read, by retention or by hand, or the log lost its end. Nothing was skipped so far; reading
 * on would skip records, so the reader must stop.
 */
public final class ExpiredOffsetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final TopicPartition partition;
    private final long first;
    private final long end;

    /**
     * @param wanted the consumer's next offset
     * @param first first offset that is available
     * @param end offset behind the last one
     */
    public ExpiredOffsetException(TopicPartition partition, long wanted, long first, long end) {
        super(message(partition, wanted, first, end));
        this.partition = partition;
        this.first = first;
        this.end = end;
    }

    /** Of the first partition that the consumer can't read, with its bounds from the broker. */
    static ExpiredOffsetException of(Consumer<?, ?> consumer, OffsetOutOfRangeException e) {
        Map<Integer, TopicPartition> sorted = new TreeMap<>();
        e.partitions().forEach(p -> sorted.put(p.partition(), p));
        TopicPartition partition = sorted.values().iterator().next();
        long wanted = Objects.requireNonNull(e.offsetOutOfRangePartitions().get(partition));
        long first = consumer.beginningOffsets(Set.of(partition)).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
        return new ExpiredOffsetException(partition, wanted, first, end);
    }

    /** Description of the log, for a reader whose next offset of the partition is this one. */
    public static String message(TopicPartition partition, long wanted, long first, long end) {
        return ("partition %s: offset %s is wanted, the first available is %s and the"
                        + " end %s; records are missing (deleted by retention or by hand), and"
                        + " none is skipped")
                .formatted(partition, wanted, first, end);
    }

    public TopicPartition partition() {
        return partition;
    }

    /**
     * Whether another reader of the same partition, whose next offset is this one, lost records
     * too.
     */
    public boolean isLost(long offset) {
        return offset < first || offset > end;
    }

    /** Description of the log, for another reader of the same partition. */
    public String messageFor(long wanted) {
        return message(partition, wanted, first, end);
    }
}
