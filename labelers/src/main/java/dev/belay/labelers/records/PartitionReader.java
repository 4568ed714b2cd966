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
 * <p>Records that make no sense go to the dead letters once: a group's committed offset of a
 * partition says up to where they have. (Two processes that meet a new one at the same moment may
 * both write it.)
 */
public final class PartitionReader implements AutoCloseable {
    private static final Duration ROUND = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final DeadLetters deadLetters;
    private final ToLongFunction<TopicPartition> lettersDoneTo;
    private final Taker taker;
    private final Map<TopicPartition, Long> lettersFrom = new HashMap<>();
    private final List<Letter> letters = new ArrayList<>(); // in each partition's order

    /** Takes in the next record of a partition. */
    @FunctionalInterface
    public interface Taker {
        void take(ConsumerRecord<byte[], byte[]> record) throws BadRecordException;
    }

    /** A dead letter that is to be written, and the partition's offset behind it. */
    private record Letter(TopicPartition from, long next, ProducerRecord<byte[], byte[]> record) {}

    /**
     * @param consumer without a group; this closes it
     * @param lettersDoneTo the group's committed offset of a partition, 0 for none
     */
    public PartitionReader(
            Consumer<byte[], byte[]> consumer,
            String topic,
            DeadLetters deadLetters,
            ToLongFunction<TopicPartition> lettersDoneTo,
            Taker taker) {
        this.consumer = consumer;
        this.topic = topic;
        this.deadLetters = deadLetters;
        this.lettersDoneTo = lettersDoneTo;
        this.taker = taker;
    }

    /** Reads these partitions from now on, new ones from their beginnings. */
    public void assign(Set<Integer> partitions) {
        Set<TopicPartition> all =
                partitions.stream().map(this::partition).collect(Collectors.toSet());
        Set<TopicPartition> added = new HashSet<>(all);
        added.removeAll(lettersFrom.keySet());
        lettersFrom.keySet().retainAll(all);
        letters.removeIf(letter -> !all.contains(letter.from()));
        consumer.assign(all);
        added.forEach(p -> lettersFrom.put(p, lettersDoneTo.applyAsLong(p)));
        consumer.seekToBeginning(added);
    }

    /** Reads a partition from its beginning again. */
    public void restart(int number) {
        TopicPartition partition = partition(number);
        letters.removeIf(letter -> letter.from().equals(partition)); // found again
        consumer.seekToBeginning(List.of(partition));
    }

    /** Reads only those partitions from now on of which this is false. */
    public void pause(IntPredicate paused) {
        Map<Boolean, List<TopicPartition>> all =
                lettersFrom.keySet().stream()
                        .collect(Collectors.partitioningBy(p -> paused.test(p.partition())));
        consumer.pause(all.getOrDefault(true, List.of()));
        consumer.resume(all.getOrDefault(false, List.of()));
    }

    /**
     * Passes on what has come, without waiting.
     *
     * @return whether anything came
     */
    public boolean poll() {
        return poll(Duration.ZERO);
    }

    /** Reads what is committed now, as far as it comes within the time. */
    public void catchUp(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (System.nanoTime() < deadline
                && ends.entrySet().stream()
                        .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
            boolean unused = poll(ROUND);
        }
    }

    /** Whether a partition has ended and all of it was read. */
    public boolean isThrough(int partition, PartitionEnds ends) {
        return ends.passed(topic, partition, consumer.position(partition(partition)));
    }

    /** Adds the dead letters that are not known to be committed, with the offsets behind them. */
    public void contribute(TransactionBatch batch) {
        for (Letter letter : letters) {
            batch.add(letter.record());
            batch.reached(letter.from(), letter.next());
        }
    }

    /** What {@link #contribute} added was committed. */
    public void committed() {
        letters.forEach(letter -> lettersFrom.put(letter.from(), letter.next()));
        letters.clear();
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
                if (record.offset() >= lettersFrom.getOrDefault(partition, 0L)) {
                    var letter = deadLetters.of(record, String.valueOf(e.getMessage()));
                    letters.add(new Letter(partition, record.offset() + 1, letter));
                }
            }
        }
        return !records.isEmpty();
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }
}
