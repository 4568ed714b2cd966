package dev.belay.labelers.evaluation;

import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.input.Input;
import dev.belay.models.input.Inputs;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A task's holdout, in memory with its inputs: all partitions, each in offset order, the newest
 * event of each id. Belongs to one thread.
 *
 * <p>Unreadable records go to the dead letters once: the group's committed offset of the holdout
 * partition says up to where they have. (Two evaluators that meet a new one at the same moment may
 * both write it.)
 */
final class Holdout implements AutoCloseable {
    private static final Duration ROUND = Duration.ofMillis(100);

    /** An example of the holdout and the record that holds it. */
    record Row(Example example, Input input, ConsumerRecord<byte[], byte[]> record) {
        String id() {
            return example.getId();
        }
    }

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final PartitionEnds ends;
    private final Map<Integer, Map<String, Row>> rows = new TreeMap<>();
    private final Map<TopicPartition, Long> lettersFrom = new LinkedHashMap<>();
    private final List<Letter> letters = new ArrayList<>();
    private boolean complete;

    private record Letter(TopicPartition from, long next, ProducerRecord<byte[], byte[]> record) {}

    /**
     * @param consumer without a group; this closes it
     * @param lettersDoneTo the group's committed offset of a holdout partition, 0 for none
     */
    Holdout(
            Consumer<byte[], byte[]> consumer,
            String topic,
            RecordReader reader,
            DeadLetters deadLetters,
            PartitionEnds ends,
            ToLongFunction<TopicPartition> lettersDoneTo) {
        this.consumer = consumer;
        this.topic = topic;
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.ends = ends;
        List<TopicPartition> all = new ArrayList<>();
        for (int p = 0; p < reader.partitions(); p++) {
            TopicPartition partition = new TopicPartition(topic, p);
            all.add(partition);
            rows.put(p, new LinkedHashMap<>());
            lettersFrom.put(partition, lettersDoneTo.applyAsLong(partition));
        }
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    /** Reads what is committed now, as far as it comes within the time. */
    void catchUp(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (System.nanoTime() < deadline
                && ends.entrySet().stream()
                        .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
            consumer.poll(ROUND).forEach(this::take);
        }
    }

    /**
     * Takes in what has come.
     *
     * @return whether the holdout was read to its end once; later additions count as they come
     */
    boolean poll() {
        boolean more = true;
        while (more) {
            var records = consumer.poll(Duration.ZERO);
            records.forEach(this::take);
            more = !records.isEmpty();
        }
        complete =
                complete
                        || rows.keySet().stream()
                                .allMatch(
                                        p ->
                                                ends.passed(
                                                        topic,
                                                        p,
                                                        consumer.position(
                                                                new TopicPartition(topic, p))));
        return complete;
    }

    /** Rows by partition, each in offset order. */
    Map<Integer, List<Row>> rows() {
        Map<Integer, List<Row>> copy = new TreeMap<>();
        rows.forEach((p, byId) -> copy.put(p, List.copyOf(byId.values())));
        return copy;
    }

    /** Adds the dead letters found since the last call. */
    void contribute(TransactionBatch batch) {
        for (Letter letter : letters) {
            batch.add(letter.record());
            batch.reached(letter.from(), letter.next());
        }
    }

    /** What {@link #contribute} added was committed. */
    void committed() {
        letters.clear();
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Map<String, Row> byId = rows.get(record.partition());
        if (byId == null) {
            return;
        }
        try {
            Example example = reader.exampleOrTombstone(record);
            byId.remove(RecordReader.key(record)); // a newer one takes its own place in the order
            if (example == null) {
                return;
            }
            if (example.getSplit() != Split.HOLDOUT) {
                throw new BadRecordException(
                        "a " + example.getSplit() + " example, expected HOLDOUT");
            }
            byId.put(example.getId(), new Row(example, Inputs.of(example), record));
        } catch (BadRecordException e) {
            TopicPartition partition = new TopicPartition(topic, record.partition());
            if (record.offset() >= lettersFrom.getOrDefault(partition, 0L)) {
                var letter = deadLetters.of(record, String.valueOf(e.getMessage()));
                letters.add(new Letter(partition, record.offset() + 1, letter));
            }
        }
    }
}
