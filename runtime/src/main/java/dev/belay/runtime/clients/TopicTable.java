package dev.belay.runtime.clients;

import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
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
 * The newest event per key of a small topic, read from its beginning and updated by {@link #poll}.
 *
 * <p>Belongs to one thread. A record that can't be read is skipped with a warning; sending it to
 * the dead letters is the task of the topic's owner. While the schema registry does not answer, the
 * position does not advance.
 */
public final class TopicTable<T extends SpecificRecord> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicTable.class);

    private final Consumer<byte[], byte[]> consumer;
    private final EventCodec codec;
    private final String topic;
    private final Class<T> type;
    private final Listener<T> listener;
    private final Map<String, T> newest = new HashMap<>();

    /** Why the record at the position can't be read now; null when it can. */
    private @Nullable String outage;

    /** Receives an event: its key, the event (null for a tombstone), and its position. */
    @FunctionalInterface
    public interface Listener<T> {
        void take(String key, @Nullable T event, TopicPartition partition, long offset);
    }

    /** A table of all partitions without a listener. */
    public TopicTable(Clients clients, String topic, Class<T> type) {
        this(clients, topic, type, (key, event) -> {});
    }

    /**
     * @param listener receives each event in each partition's order, null for a tombstone; called
     *     by {@link #poll} after the table was updated
     * @throws IllegalStateException when the topic does not exist
     */
    public TopicTable(
            Clients clients,
            String topic,
            Class<T> type,
            BiConsumer<String, @Nullable T> listener) {
        this(clients, topic, type, (key, event, at, offset) -> listener.accept(key, event));
    }

    /** As above, for a listener that needs the events' positions. */
    public TopicTable(Clients clients, String topic, Class<T> type, Listener<T> listener) {
        this.topic = topic;
        this.type = type;
        this.listener = listener;
        this.codec = clients.codec();
        this.consumer = clients.consumer(null, "table-" + topic);
        List<TopicPartition> partitions =
                consumer.partitionsFor(topic).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        if (partitions.isEmpty()) {
            consumer.close();
            throw new IllegalStateException(
                    "topic " + topic + " does not exist; 'belay topics apply' creates it");
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /**
     * Applies the records received.
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
     * Reads up to the end of what is committed now.
     *
     * @throws TimeoutException when that does not come within the time
     */
    public void catchUp(Duration atMost) {
        catchUp(consumer.endOffsets(consumer.assignment()), atMost);
    }

    /**
     * Reads up to the end of the log now, committed or not: waits until open transactions end,
     * because they hide records that were committed after their first one.
     *
     * @throws TimeoutException when that does not come within the time
     */
    public void catchUpPastOpenTransactions(Admin admin, Duration atMost) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        consumer.assignment().forEach(p -> latest.put(p, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        KafkaFutures.get(admin.listOffsets(latest).all(), "reading the end of " + topic)
                .forEach((partition, info) -> ends.put(partition, info.offset()));
        catchUp(ends, atMost);
    }

    private void catchUp(Map<TopicPartition, Long> ends, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (ends.entrySet().stream()
                .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
            poll(Duration.ofMillis(100));
            if (System.nanoTime() > deadline) {
                throw new TimeoutException(
                        "could not read "
                                + topic
                                + " to its end in "
                                + atMost.toSeconds()
                                + " s"
                                + (outage == null ? "" : ": " + outage));
            }
        }
    }

    /** The newest event of a key, or null. */
    public @Nullable T get(String key) {
        return newest.get(key);
    }

    /** All keys with their newest events; a view. */
    public Map<String, T> all() {
        return Collections.unmodifiableMap(newest);
    }

    /** The newest events; a view. */
    public Collection<T> values() {
        return all().values();
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Returns false if the schema registry does not answer, so that the record is read again. */
    private boolean take(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            LOG.warn("skipping {}-{}@{}: no key", topic, record.partition(), record.offset());
            return true;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
            newest.remove(key);
            listener.take(
                    key,
                    null,
                    new TopicPartition(record.topic(), record.partition()),
                    record.offset());
            return true;
        }
        T event;
        try {
            event = codec.decode(topic, record.value(), type);
        } catch (SerializationException e) {
            if (EventCodec.isOutage(e)) {
                LOG.warn("reading {} waits: {}", topic, e.getMessage());
                outage = e.getMessage();
                return false;
            }
            LOG.warn(
                    "skipping {}-{}@{}: {}",
                    topic,
                    record.partition(),
                    record.offset(),
                    e.getMessage());
            return true;
        }
        outage = null;
        newest.put(key, event);
        listener.take(
                key,
                event,
                new TopicPartition(record.topic(), record.partition()),
                record.offset());
        return true;
    }
}
