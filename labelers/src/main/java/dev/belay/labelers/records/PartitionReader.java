package dev.belay.labelers.records;

import dev.belay.runtime.clients.DeadLetters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads partitions of a compacted topic from their beginnings, without a group. Belongs to one
 * thread.
 *
 * <p>Invalid records go to the dead letters once: those before a group's committed offset of the
 * partition were sent. (Two processes that read a new one at the same moment may both send it.)
 */
public final class PartitionReader implements AutoCloseable {
    private static final Duration ROUND = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final DeadLetters deadLetters;
    private final ToLongFunction<TopicPartition> committed;
    private final Taker taker;
    private final Map<TopicPartition, Long> unsentFrom = new HashMap<>();
    private final List<DeadLetter> unsent = new ArrayList<>(); // in each partition's order

    /** Receives the records, in each partition's order; those it rejects are dead letters. */
    @FunctionalInterface
    public interface Taker {
        void take(ConsumerRecord<byte[], byte[]> record) throws BadRecordException;
    }

    /** A dead letter to send, and the offset behind its record. */
    private record DeadLetter(
            TopicPartition from, long next, ProducerRecord<byte[], byte[]> record) {}

    /**
     * @param consumer without a group; this closes it
     * @param committed the group's committed offset of a partition, 0 for none: dead letters of
     *     records before it were sent
     */
    public PartitionReader(
            Consumer<byte[], byte[]> consumer,
            String topic,
            DeadLetters deadLetters,
            ToLongFunction<TopicPartition> committed,
            Taker taker) {
        this.consumer = consumer;
        this.topic = topic;
        this.deadLetters = deadLetters;
        this.committed = committed;
        this.taker = taker;
    }

    /** Replaces the partitions to read; added ones are read from their beginnings. */
    public void assign(Set<Integer> partitions) {
        Set<TopicPartition> all =
                partitions.stream().map(this::partition).collect(Collectors.toSet());
        Set<TopicPartition> added = new HashSet<>(all);
        added.removeAll(unsentFrom.keySet());
        unsentFrom.keySet().retainAll(all);
        unsent.removeIf(deadLetter -> !all.contains(deadLetter.from()));
        consumer.assign(all);
        added.forEach(p -> unsentFrom.put(p, committed.applyAsLong(p)));
        consumer.seekToBeginning(added);
    }

    /** Reads a partition from its beginning again. */
    public void restart(int number) {
        TopicPartition partition = partition(number);
        unsent.removeIf(deadLetter -> deadLetter.from().equals(partition)); // read again
        consumer.seekToBeginning(List.of(partition));
    }

    /** Pauses the partitions of which this is true and resumes the others. */
    public void pause(IntPredicate paused) {
        Map<Boolean, List<TopicPartition>> all =
                unsentFrom.keySet().stream()
                        .collect(Collectors.partitioningBy(p -> paused.test(p.partition())));
        consumer.pause(all.getOrDefault(true, List.of()));
        consumer.resume(all.getOrDefault(false, List.of()));
    }

    /**
     * Passes the records available to the taker, without waiting.
     *
     * @return whether there were any
     */
    public boolean poll() {
        return poll(Duration.ZERO);
    }

    /** Reads up to the current end of what is committed, for at most this long. */
    public void catchUp(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (System.nanoTime() < deadline
                && ends.entrySet().stream()
                        .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
            boolean unused = poll(ROUND);
        }
    }

    /** The next offset of a partition. */
    public long position(int partition) {
        return consumer.position(partition(partition));
    }

    /** Whether a partition has ended and was read to its end. */
    public boolean isThrough(int partition, PartitionEnds ends) {
        return ends.passed(topic, partition, consumer.position(partition(partition)));
    }

    /** Adds the dead letters that are not committed, with the offsets behind their records. */
    public void contribute(TransactionBatch batch) {
        for (DeadLetter deadLetter : unsent) {
            batch.add(deadLetter.record());
            batch.reached(deadLetter.from(), deadLetter.next());
        }
    }

    /** To be called once what {@link #contribute} added is committed. */
    public void committed() {
        unsent.forEach(deadLetter -> unsentFrom.put(deadLetter.from(), deadLetter.next()));
        unsent.clear();
    }

    @Override
    public void close() {
        consumer.close();
    }

    private boolean poll(Duration wait) {
        var records = consumer.poll(wait);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                taker.take(record);
            } catch (BadRecordException e) {
                TopicPartition partition = partition(record.partition());
                if (record.offset() >= unsentFrom.getOrDefault(partition, 0L)) {
                    var sent =
                            e instanceof MisplacedException misplaced
                                    ? misplaced.forwarded()
                                    : deadLetters.of(record, String.valueOf(e.getMessage()));
                    unsent.add(new DeadLetter(partition, record.offset() + 1, sent));
                }
            }
        }
        return !records.isEmpty();
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }
}
