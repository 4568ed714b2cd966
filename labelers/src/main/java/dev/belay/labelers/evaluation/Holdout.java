package dev.belay.labelers.evaluation;

import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.PartitionReader;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.input.Input;
import dev.belay.models.input.Inputs;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A task's holdout, in memory with its inputs: all partitions, each in offset order, the newest
 * event of each id. Of a rolling holdout, as it was when its newest generation was complete.
 * Belongs to one thread.
 */
final class Holdout implements AutoCloseable {
    /** An example of the holdout and the record that holds it. */
    record Row(Example example, Input input, ConsumerRecord<byte[], byte[]> record) {
        String id() {
            return example.getId();
        }
    }

    /**
     * What is known of the ends of its partitions.
     *
     * @param known whether they have ended, from the task's progress
     * @param refresh reads the progress to its end, past open transactions
     * @param uncommitted a partition's end, records of open transactions included
     */
    record Ends(
            PartitionEnds known, Runnable refresh, ToLongFunction<TopicPartition> uncommitted) {}

    private final int classes;
    private final RecordReader records;
    private final PartitionReader reader;
    private final String topic;
    private final Ends ends;
    private final Map<Integer, Map<String, Row>> rows = new TreeMap<>();
    private boolean changed = true;
    private @Nullable Map<Integer, List<Row>> complete;
    private int version;
    private int seen;
    private final Map<Integer, Long> endsWhenSeen = new TreeMap<>();

    /**
     * @param consumer without a group; this closes it
     * @param classes of the task; 0 for choice
     * @param committed the group's committed offset of a holdout partition, 0 for none: dead
     *     letters of records before it were sent
     */
    Holdout(
            Consumer<byte[], byte[]> consumer,
            String topic,
            int classes,
            RecordReader records,
            DeadLetters deadLetters,
            Ends ends,
            ToLongFunction<TopicPartition> committed) {
        this.classes = classes;
        this.topic = topic;
        this.records = records;
        this.ends = ends;
        for (int p = 0; p < records.partitions(); p++) {
            rows.put(p, new LinkedHashMap<>());
        }
        reader = new PartitionReader(consumer, topic, deadLetters, committed, this::take);
        reader.assign(rows.keySet());
    }

    /** Reads up to the current end of what is committed, for at most this long. */
    void catchUp(Duration atMost) {
        reader.catchUp(atMost);
    }

    /**
     * Reads the records available, without waiting.
     *
     * @return whether the holdout was complete once
     */
    boolean poll() {
        while (reader.poll()) {}
        if (changed) {
            int newest = newestVersion();
            if (isComplete(newest)) {
                changed = false;
                take(newest);
            } else if (newest > 0 && (complete == null || version < newest - 1) && isOver(newest)) {
                take(newest - 1);
            }
        }
        return complete != null;
    }

    /** Whether the newest generation that was read is known to be complete. */
    private boolean isComplete(int newest) {
        if (!isThrough()) {
            return false;
        }
        if (newest == 0) {
            return true;
        }
        // what was read may be of a generation that began after the progress was read
        ends.refresh().run();
        return isThrough();
    }

    /**
     * Whether all generations before one, of which some record was read, were read whole: it began
     * once they were complete, so they are before the ends that there were when it was seen.
     */
    private boolean isOver(int newest) {
        if (seen != newest) {
            seen = newest;
            for (int p : rows.keySet()) {
                var partition = new TopicPartition(topic, p);
                endsWhenSeen.put(p, ends.uncommitted().applyAsLong(partition));
            }
        }
        return endsWhenSeen.entrySet().stream()
                .allMatch(e -> reader.position(e.getKey()) >= e.getValue());
    }

    /** From now on the rows up to a generation count. */
    private void take(int generation) {
        Map<Integer, List<Row>> all = new TreeMap<>();
        rows.forEach(
                (p, byId) ->
                        all.put(
                                p,
                                byId.values().stream()
                                        .filter(
                                                row ->
                                                        row.example().getHoldoutVersion()
                                                                <= generation)
                                        .toList()));
        version = generation;
        complete = all;
    }

    private boolean isThrough() {
        return rows.keySet().stream().allMatch(p -> reader.isThrough(p, ends.known()));
    }

    private int newestVersion() {
        return rows.values().stream()
                .flatMap(byId -> byId.values().stream())
                .mapToInt(row -> row.example().getHoldoutVersion())
                .max()
                .orElse(0);
    }

    /** Number of the newest complete generation; 0 of a frozen holdout. */
    int version() {
        return version;
    }

    /** Rows of all complete generations by partition, each in offset order. */
    Map<Integer, List<Row>> rows() {
        return complete == null ? Map.of() : complete;
    }

    /** Rows of the newest complete generation by partition, each in offset order. */
    Map<Integer, List<Row>> newest() {
        Map<Integer, List<Row>> newest = new TreeMap<>();
        rows().forEach((p, all) -> newest.put(p, all.stream().filter(this::isNewest).toList()));
        return newest;
    }

    private boolean isNewest(Row row) {
        return row.example().getHoldoutVersion() == version;
    }

    /** Number of probabilities of a prediction of each example, by its id. */
    Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new HashMap<>();
        for (List<Row> some : rows().values()) {
            some.forEach(row -> sizes.put(row.id(), Distributions.size(classes, row.example())));
        }
        return sizes;
    }

    /** Adds the dead letters found since {@link #committed} was called. */
    void contribute(TransactionBatch batch) {
        reader.contribute(batch);
    }

    /** What {@link #contribute} added was committed. */
    void committed() {
        reader.committed();
    }

    @Override
    public void close() {
        reader.close();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        Map<String, Row> byId = rows.get(record.partition());
        if (byId == null) {
            return;
        }
        changed = true;
        Example example = records.exampleOrTombstone(record);
        byId.remove(RecordReader.key(record)); // the newest event determines its place in the order
        if (example == null) {
            return;
        }
        if (example.getSplit() != Split.HOLDOUT) {
            throw new BadRecordException("a " + example.getSplit() + " example, expected HOLDOUT");
        }
        RecordReader.requireKind(example, classes);
        byId.put(example.getId(), new Row(example, Inputs.of(example), record));
    }
}
