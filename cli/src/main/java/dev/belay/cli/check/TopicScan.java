package dev.belay.cli.check;

import dev.belay.runtime.clients.Clients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads topics as far as they are committed. A record that can't be decoded is a finding. */
final class TopicScan {
    private static final Duration ROUND = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Clients clients;
    private final long newest;
    private final List<Finding> findings;
    private final Set<String> truncated = new HashSet<>();
    private final Set<String> deleted = new HashSet<>();
    private long read;

    /**
     * @param newest records of each partition that are read of topics that are not compacted
     * @param findings receives those of unreadable records
     */
    TopicScan(Clients clients, long newest, List<Finding> findings) {
        this.clients = clients;
        this.newest = newest;
        this.findings = findings;
    }

    /** Receives the events of a topic; of a compacted one also tombstones, as null. */
    @FunctionalInterface
    interface Listener<T> {
        void take(ConsumerRecord<byte[], byte[]> record, @Nullable T event);
    }

    /** Records read so far, of all topics. */
    long read() {
        return read;
    }

    /** Topics of which older records were not read. */
    Set<String> truncated() {
        return Set.copyOf(truncated);
    }

    /** Whether the older records of a topic were not read, or are deleted. */
    boolean lacks(String topic) {
        return truncated.contains(topic) || deleted.contains(topic);
    }

    /**
     * Reads a topic to its end.
     *
     * @param compacted whether it is read from its beginning
     * @throws TimeoutException when that takes more than five minutes
     */
    <T extends SpecificRecord> void read(
            String topic, Class<T> type, boolean compacted, Listener<T> listener) {
        Unreadable unreadable = new Unreadable(compacted);
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "check")) {
            Map<TopicPartition, Long> ends = begin(consumer, topic, compacted);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream()
                    .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("could not read " + topic + " in " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(ROUND)) {
                    read++;
                    T event = null;
                    if (record.value() != null) {
                        try {
                            event = clients.codec().decode(topic, record.value(), type);
                        } catch (SerializationException e) {
                            unreadable.add(record);
                            continue;
                        }
                    }
                    unreadable.replaced(record);
                    if (event != null || compacted) {
                        listener.take(record, event);
                    }
                }
            }
        }
        if (unreadable.count() > 0) {
            findings.add(unreadable.finding(topic, type));
        }
    }

    private Map<TopicPartition, Long> begin(
            Consumer<byte[], byte[]> consumer, String topic, boolean compacted) {
        List<TopicPartition> all =
                consumer.partitionsFor(topic).stream()
                        .map(p -> new TopicPartition(topic, p.partition()))
                        .toList();
        consumer.assign(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        consumer.beginningOffsets(all)
                .forEach(
                        (p, first) -> {
                            long from = compacted ? first : ends.getOrDefault(p, 0L) - newest;
                            if (first > 0) {
                                deleted.add(topic);
                            }
                            if (from > first) {
                                truncated.add(topic);
                            }
                            consumer.seek(p, Math.max(first, from));
                        });
        return ends;
    }

    /** The key as text; empty for none. */
    static String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    /** Records that can't be decoded: of a compacted topic those that no later record replaces. */
    private static final class Unreadable {
        private final boolean compacted;
        private final Map<String, ConsumerRecord<byte[], byte[]>> kept = new LinkedHashMap<>();
        private long more; // of a topic that is not compacted, of which only the first is kept

        Unreadable(boolean compacted) {
            this.compacted = compacted;
        }

        void add(ConsumerRecord<byte[], byte[]> record) {
            if (compacted || kept.isEmpty()) {
                kept.put(key(record), record);
            } else {
                more++;
            }
        }

        void replaced(ConsumerRecord<byte[], byte[]> by) {
            if (compacted) {
                kept.remove(key(by));
            }
        }

        long count() {
            return kept.size() + more;
        }

        Finding finding(String topic, Class<?> type) {
            ConsumerRecord<byte[], byte[]> first = kept.values().iterator().next();
            String remedy;
            if (!compacted) {
                remedy = "they are dead letters: ./belay dead-letters list --topic " + topic;
            } else if (first.key() == null) {
                remedy = "a record without a key is never compacted away; readers skip it";
            } else {
                remedy =
                        "remove each with a tombstone, a record of the same key and partition without a value:"
                                + " printf 'KEY|' | kcat -P -b BROKER -t %s -p PARTITION -K '|' -Z"
                                        .formatted(topic);
            }
            return new Finding(
                    Finding.Kind.UNREADABLE,
                    "%,d records of %s are no %s; the first: partition %d, offset %d, key '%s'"
                            .formatted(
                                    count(),
                                    topic,
                                    type.getSimpleName(),
                                    first.partition(),
                                    first.offset(),
                                    key(first)),
                    remedy);
        }
    }
}
