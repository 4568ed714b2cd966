package dev.belay.labelers.records;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group member's unfinished records of one topic, a queue per partition in offset order. A queue
 * that is full pauses its partition; partitions that were taken away lose their queues. Belongs to
 * one thread.
 */
public final class Inbox implements ConsumerRebalanceListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final Duration MOMENT = Duration.ofMillis(50);
    private static final Duration BETWEEN_FETCHES = Duration.ofMillis(10);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final int full;
    private final IntPredicate mayBeginLate;
    private final SortedMap<Integer, Deque<ConsumerRecord<byte[], byte[]>>> queues =
            new TreeMap<>();
    private final Set<Integer> fresh = new TreeSet<>();
    private long revocations;

    /** Settings of a consumer, so that one poll may bring so many records. */
    public static Map<String, Object> consumer(int records) {
        return Map.of("max.poll.records", records);
    }

    /** One that begins each partition at offset 0 or not at all. */
    public Inbox(Consumer<byte[], byte[]> consumer, String topic, int full) {
        this(consumer, topic, full, partition -> false);
    }

    /**
     * Begins a partition of which the group has committed nothing at offset 0: if that is not
     * available any more, {@link #poll} throws an {@code ExpiredOffsetException}.
     *
     * @param consumer without a reset policy
     * @param full records of a partition after which it is paused
     * @param mayBeginLate asked for a partition whose offset 0 is not available: whether to begin
     *     at the first that is
     */
    public Inbox(
            Consumer<byte[], byte[]> consumer, String topic, int full, IntPredicate mayBeginLate) {
        this.consumer = consumer;
        this.topic = topic;
        this.full = full;
        this.mayBeginLate = mayBeginLate;
        consumer.subscribe(List.of(topic), this);
    }

    /**
     * Takes in what has come, waiting for at most so long, and for a moment what follows it: a
     * fetch may bring one partition's records only, or few of them.
     *
     * @param enough records, over all partitions, not to wait for more
     */
    public void poll(Duration wait, int enough) {
        boolean came = poll(wait);
        long end = System.nanoTime() + MOMENT.toNanos();
        while (came && size() < enough && System.nanoTime() < end) {
            came = poll(BETWEEN_FETCHES);
        }
    }

    /**
     * Takes in what has come, waiting for at most so long.
     *
     * @return whether anything came
     */
    public boolean poll(Duration wait) {
        List<TopicPartition> paused = new ArrayList<>();
        List<TopicPartition> open = new ArrayList<>();
        queues.forEach((p, queue) -> (queue.size() >= full ? paused : open).add(partition(p)));
        consumer.pause(paused);
        consumer.resume(open);
        var records = consumer.poll(wait);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Deque<ConsumerRecord<byte[], byte[]>> queue = queues.get(record.partition());
            if (queue != null) {
                queue.add(record);
            }
        }
        return !records.isEmpty();
    }

    /** Partitions held now, ascending. */
    public Set<Integer> partitions() {
        return new TreeSet<>(queues.keySet());
    }

    /** Partitions that came, or were rewound, since this was last asked. */
    public Set<Integer> takeFresh() {
        Set<Integer> taken = new TreeSet<>(fresh);
        fresh.clear();
        return taken;
    }

    /** The queue of a partition that is held; its head is the oldest unfinished record. */
    public Deque<ConsumerRecord<byte[], byte[]>> queue(int partition) {
        Deque<ConsumerRecord<byte[], byte[]>> queue = queues.get(partition);
        if (queue == null) {
            throw new IllegalStateException(topic + "-" + partition + " is not held");
        }
        return queue;
    }

    /**
     * How often partitions were taken away. What was taken from queues before the last time must
     * not be committed: the group's current generation would not be fenced for it.
     */
    public long revocations() {
        return revocations;
    }

    /** Keys of the records in a partition's queue. */
    public Set<String> keys(int partition) {
        Set<String> keys = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : queue(partition)) {
            if (record.key() != null) {
                keys.add(new String(record.key(), StandardCharsets.UTF_8));
            }
        }
        return keys;
    }

    private int size() {
        return queues.values().stream().mapToInt(Deque::size).sum();
    }

    /** The next offset to come into the queue; beyond the markers of ended transactions. */
    public long position(int partition) {
        return consumer.position(partition(partition));
    }

    /** Whether the group has a committed offset for the partition. */
    public boolean hasCommitted(int partition) {
        return committed(partition) != null;
    }

    /** The group's committed offset for the partition, if there is one. */
    public @Nullable OffsetAndMetadata committed(int partition) {
        return committed(Set.of(partition(partition))).get(partition(partition));
    }

    /** Forgets what is in hand of a partition and reads it from this offset on. */
    public void seek(int partition, long offset) {
        queue(partition).clear();
        consumer.seek(partition(partition), offset);
    }

    public ConsumerGroupMetadata group() {
        return consumer.groupMetadata();
    }

    public TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }

    /** Forgets what is in hand and goes back to the committed offsets. */
    public void rewind() {
        Set<TopicPartition> held = new HashSet<>(consumer.assignment());
        queues.clear();
        fresh.clear();
        onPartitionsAssigned(held);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = committed(Set.copyOf(partitions));
        for (TopicPartition partition : partitions) {
            queues.put(partition.partition(), new ArrayDeque<>());
            fresh.add(partition.partition());
            OffsetAndMetadata offset = committed.get(partition);
            consumer.seek(partition, offset == null ? begin(partition) : offset.offset());
        }
    }

    /**
     * The offset at which a partition, of this topic or of one with the same number of them, begins
     * of which nothing was committed.
     */
    public long begin(TopicPartition partition) {
        long first = consumer.beginningOffsets(Set.of(partition)).getOrDefault(partition, 0L);
        if (first == 0 || !mayBeginLate.test(partition.partition())) {
            return 0;
        }
        LOG.warn("{} begins at offset {}, the first that is available", partition, first);
        return first;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        revocations += partitions.isEmpty() ? 0 : 1;
        for (TopicPartition partition : partitions) {
            queues.remove(partition.partition());
            fresh.remove(partition.partition());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return consumer.committed(partitions);
    }
}
