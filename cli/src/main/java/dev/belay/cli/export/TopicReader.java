package dev.belay.cli.export;

import dev.belay.schemas.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one topic from its beginning to what was committed when the reader was made, partition
 * after partition, as often as asked: each time the same records in the same order.
 */
public final class TopicReader<T extends SpecificRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    /** Takes a record: its key, when it was written, and the event, null for a tombstone. */
    @FunctionalInterface
    public interface Visitor<T> {
        void visit(String key, long timestampMs, @Nullable T event);
    }

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final EventCodec codec;
    private final String topic;
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
        this.topic = topic;
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
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            ends.forEach((partition, end) -> read(consumer, partition, end, visitor));
        }
    }

    private void read(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long end,
            Visitor<T> visitor) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long lastNanos = System.nanoTime();
        long last = -1;
        String outage = "";
        while (true) {
            // The position also passes what holds no records: markers of transactions, aborted
            // ones.
            long position = consumer.position(partition);
            if (position >= end) {
                return;
            }
            if (position != last) {
                last = position;
                lastNanos = System.nanoTime();
            } else if (System.nanoTime() - lastNanos > patience.toNanos()) {
                throw new TimeoutException(
                        "no progress in %s for %s s: at offset %s, expected to reach %s%s"
                                .formatted(partition, patience.toSeconds(), position, end, outage));
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                String problem = record.offset() < end ? take(record, visitor) : null;
                if (problem != null) {
                    if (outage.isEmpty()) {
                        waiting.accept("waiting at " + partition + ": " + problem);
                    }
                    outage = "; " + problem;
                    consumer.seek(partition, record.offset());
                    LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
                    break;
                }
                outage = "";
            }
        }
    }

    /** Returns null, or why the schema registry can't be asked: the record must be read again. */
    private @Nullable String take(ConsumerRecord<byte[], byte[]> record, Visitor<T> visitor) {
        if (record.key() == null) {
            LOG.warn("skipping {}-{}@{}: no key", topic, record.partition(), record.offset());
            return null;
        }
        @Nullable T event = null;
        if (record.value() != null) {
            try {
                event = codec.decode(topic, record.value(), type);
            } catch (SerializationException e) {
                if (EventCodec.isOutage(e)) {
                    return String.valueOf(e.getMessage());
                }
                LOG.warn(
                        "skipping {}-{}@{}: {}",
                        topic,
                        record.partition(),
                        record.offset(),
                        e.getMessage());
                return null;
            }
        }
        visitor.visit(new String(record.key(), StandardCharsets.UTF_8), record.timestamp(), event);
        return null;
    }
}
