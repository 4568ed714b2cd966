package dev.belay.runtime.clients;

import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the events of a topic from the beginning of its partitions, without a group, and passes
 * them to a listener. Belongs to one thread.
 *
 * <p>A record that can't be decoded is skipped with a warning; sending it to the dead letters is
 * the task of the topic's owner. While the schema registry does not answer, the position does not
 * advance.
 */
public final class EventReader<T extends SpecificRecord> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventReader.class);
    private static final Duration ROUND = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final EventCodec codec;
    private final String topic;
    private final Class<T> type;
    private final Listener<T> listener;

    /** Why the record at the position can't be read now; null if it can. */
    private @Nullable String outage;

    /** Receives an event: its key, the event (null for a tombstone), and its record. */
    @FunctionalInterface
    public interface Listener<T> {
        void take(String key, @Nullable T event, ConsumerRecord<byte[], byte[]> record);
    }

    /**
     * Reads some partitions.
     *
     * @param consumer {@code read_committed}, without a group; this closes it
     * @param listener receives each event in each partition's order
     */
    public EventReader(
            Consumer<byte[], byte[]> consumer,
            EventCodec codec,
            List<TopicPartition> partitions,
            Class<T> type,
            Listener<T> listener) {
        this.consumer = consumer;
        this.codec = codec;
        this.topic = partitions.get(0).topic();
        this.type = type;
        this.listener = listener;
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /**
     * Reads all partitions of a topic.
     *
     * @throws IllegalStateException when the topic does not exist
     */
    public static <T extends SpecificRecord> EventReader<T> of(
            Clients clients, String topic, Class<T> type, Listener<T> listener) {
        Consumer<byte[], byte[]> consumer = clients.consumer(null, "table-" + topic);
        List<TopicPartition> partitions =
                consumer.partitionsFor(topic).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        if (partitions.isEmpty()) {
            consumer.close();
            throw new IllegalStateException(
                    "topic " + topic + " does not exist; 'belay topics apply' creates it");
        }
        return new EventReader<>(consumer, clients.codec(), partitions, type, listener);
    }

    /**
     * Passes the records received to the listener.
     *
     * @param wait how long to wait if there are none
     * @return whether there were any
     */
    public boolean poll(Duration wait) {
        var records = consumer.poll(wait);
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                if (!take(record)) {
                    consumer.seek(partition, record.offset());
                    break;
                }
            }
        }
        return !records.isEmpty();
    }

    /**
     * Reads up to the current end of what is committed.
     *
     * @param patience longest time without a record
     * @throws TimeoutException if no record is received for this long
     */
    public void catchUp(Duration patience) {
        readTo(consumer.endOffsets(consumer.assignment()), patience, problem -> {});
    }

    /**
     * Reads up to the current end of the log, committed or not: waits until open transactions end,
     * because they hide records that were committed after their first one.
     *
     * @param patience longest time without a record
     * @throws TimeoutException if no record is received for this long
     */
    public void catchUpPastOpenTransactions(Admin admin, Duration patience) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        consumer.assignment().forEach(p -> latest.put(p, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        KafkaFutures.get(admin.listOffsets(latest).all(), "reading the end of " + topic)
                .forEach((partition, info) -> ends.put(partition, info.offset()));
        readTo(ends, patience, problem -> {});
    }

    /**
     * Reads until the positions, which pass markers and aborted transactions too, have reached
     * these offsets.
     *
     * @param patience longest time without progress
     * @param waiting gets a line when reading begins to wait for the schema registry
     * @throws TimeoutException when the broker or the registry stops answering
     */
    public void readTo(
            Map<TopicPartition, Long> ends,
            Duration patience,
            java.util.function.Consumer<String> waiting) {
        long lastNanos = System.nanoTime();
        Map<TopicPartition, Long> last = Map.of();
        boolean reported = false;
        while (true) {
            Map<TopicPartition, Long> behind = new HashMap<>();
            ends.forEach(
                    (partition, end) -> {
                        long position = consumer.position(partition);
                        if (position < end) {
                            behind.put(partition, position);
                        }
                    });
            if (behind.isEmpty()) {
                return;
            }
            if (!behind.equals(last)) {
                last = behind;
                lastNanos = System.nanoTime();
            } else if (System.nanoTime() - lastNanos > patience.toNanos()) {
                throw new TimeoutException(
                        "no progress in %s for %d s: at %s, expected to reach %s%s"
                                .formatted(
                                        topic,
                                        patience.toSeconds(),
                                        behind,
                                        ends,
                                        outage == null ? "" : "; " + outage));
            }
            boolean unused = poll(ROUND);
            if (outage != null) {
                if (!reported) {
                    waiting.accept(outage);
                }
                LockSupport.parkNanos(ROUND.toNanos());
            }
            reported = outage != null;
        }
    }

    /** The next offset to be read of a partition. */
    public long position(int partition) {
        return consumer.position(new TopicPartition(topic, partition));
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Returns false if the schema registry does not answer, so that the record is read again. */
    private boolean take(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return skip(record, "no key");
        }
        @Nullable T event = null;
        if (record.value() != null) {
            try {
                event = codec.decode(topic, record.value(), type);
            } catch (SerializationException e) {
                if (EventCodec.isOutage(e)) {
                    outage =
                            "waiting at %s-%d: %s"
                                    .formatted(topic, record.partition(), e.getMessage());
                    LOG.warn("{}", outage);
                    return false;
                }
                return skip(record, String.valueOf(e.getMessage()));
            }
        }
        outage = null;
        listener.take(new String(record.key(), StandardCharsets.UTF_8), event, record);
        return true;
    }

    private boolean skip(ConsumerRecord<byte[], byte[]> record, String why) {
        LOG.warn("skipping {}-{}@{}: {}", topic, record.partition(), record.offset(), why);
        return true;
    }
}
