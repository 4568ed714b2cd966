package dev.belay.labelers.spec;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far the stream of each partition of a topic has come in event time: the greatest timestamp of
 * the records that a consumer has read, which runs ahead of the example that waits and keeps
 * nothing. It reads only while a partition has not passed the time that was asked for, and is not
 * opened before one is. Belongs to one thread.
 *
 * <p>The broker's index by time cannot be asked instead: it finds markers of transactions too,
 * whose timestamps are the clock's.
 */
final class StreamTime implements AutoCloseable {
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final String topic;
    private final Map<TopicPartition, Long> passedMs = new HashMap<>(); // rises only
    private final Set<TopicPartition> waiting = new HashSet<>();
    private @Nullable Consumer<byte[], byte[]> consumer;

    /**
     * @param consumers makes a {@code read_committed} consumer without a group; this closes it
     */
    StreamTime(Supplier<Consumer<byte[], byte[]>> consumers, String topic) {
        this.consumers = consumers;
        this.topic = topic;
    }

    /**
     * Reads the records available of the partitions that had not passed what was asked for since
     * the last call, without waiting.
     *
     * @param held partitions of which it will be asked; the others are forgotten
     * @return whether it read any records
     */
    boolean follow(Set<Integer> held) {
        Consumer<byte[], byte[]> reader = consumer;
        if (reader == null) {
            return false;
        }
        Set<TopicPartition> all = held.stream().map(this::partition).collect(Collectors.toSet());
        if (passedMs.keySet().retainAll(all)) {
            waiting.retainAll(all);
            reader.assign(passedMs.keySet());
        }
        if (waiting.isEmpty()) {
            return false;
        }
        Set<TopicPartition> others = new HashSet<>(passedMs.keySet());
        others.removeAll(waiting);
        reader.pause(others);
        reader.resume(waiting);
        waiting.clear();
        var records = reader.poll(Duration.ZERO);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            passedMs.merge(partition(record.partition()), record.timestamp(), Math::max);
        }
        return !records.isEmpty();
    }

    /**
     * Whether a partition is known to have a record of this time, ms since the epoch, or later;
     * once true it stays so.
     *
     * @param offset of the example that waits: where reading begins, at the first question
     */
    boolean hasPassed(int partition, long offset, long timeMs) {
        TopicPartition at = partition(partition);
        Long passed = passedMs.get(at);
        if (passed == null) {
            passed = Long.MIN_VALUE;
            passedMs.put(at, passed);
            Consumer<byte[], byte[]> reader = open();
            reader.assign(passedMs.keySet());
            reader.seek(at, offset);
        }
        if (passed < timeMs) {
            waiting.add(at);
        }
        return passed >= timeMs;
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close();
        }
    }

    private Consumer<byte[], byte[]> open() {
        Consumer<byte[], byte[]> reader = consumer == null ? consumers.get() : consumer;
        consumer = reader;
        return reader;
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }
}
