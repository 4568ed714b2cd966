package dev.belay.cli.export;

import dev.belay.runtime.clients.EventReader;
import dev.belay.schemas.EventCodec;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one topic from its beginning to what was committed when the reader was made, partition
 * after partition, as often as asked: each time the same records in the same order.
 */
public final class TopicReader<T extends SpecificRecord> {
    /** Takes a record: its key, when it was written, and the event, null for a tombstone. */
    @FunctionalInterface
    public interface Visitor<T> {
        void visit(String key, long timestampMs, @Nullable T event);
    }

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final EventCodec codec;
    private final Class<T> type;
    private final Duration patience;
    private final java.util.function.Consumer<String> waiting;
    private final Map<TopicPartition, Long> ends = new LinkedHashMap<>();

    /**
     * @param consumers makes {@code read_committed} consumers without a group; they are closed here
     * @param patience longest time without progress
     * @param waiting gets a line when the reader begins to wait for the schema registry
     */
    public TopicReader(
            Supplier<Consumer<byte[], byte[]>> consumers,
            EventCodec codec,
            String topic,
            Class<T> type,
            Duration patience,
            java.util.function.Consumer<String> waiting) {
        this.consumers = consumers;
        this.codec = codec;
        this.type = type;
        this.patience = patience;
        this.waiting = waiting;
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            List<PartitionInfo> found = consumer.partitionsFor(topic);
            if (found != null) {
                List<TopicPartition> partitions =
                        found.stream()
                                .map(info -> new TopicPartition(topic, info.partition()))
                                .sorted(Comparator.comparing(TopicPartition::partition))
                                .toList();
                Map<TopicPartition, Long> known = consumer.endOffsets(partitions);
                partitions.forEach(partition -> ends.put(partition, known.get(partition)));
            }
        }
    }

    /** Whether the topic is there. */
    public boolean exists() {
        return !ends.isEmpty();
    }

    /**
     * Goes through the topic. A record that can't be read is skipped with a warning, as the
     * services do; while the schema registry does not answer, the reader waits at the record.
     *
     * @throws TimeoutException when the broker or the registry stops answering
     */
    public void read(Visitor<T> visitor) {
        ends.forEach((partition, end) -> read(partition, end, visitor));
    }

    private void read(TopicPartition partition, long end, Visitor<T> visitor) {
        EventReader.Listener<T> listener =
                (key, event, record) -> {
                    if (record.offset() < end) {
                        visitor.visit(key, record.timestamp(), event);
                    }
                };
        try (var reader =
                new EventReader<>(consumers.get(), codec, List.of(partition), type, listener)) {
            reader.readTo(Map.of(partition, end), patience, waiting);
        }
    }
}
