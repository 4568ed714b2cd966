package dev.belay.labelers.evaluation;

import dev.belay.labelers.api.VoteRule;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.PartitionReader;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.votes.VoteWindow;
import dev.belay.runtime.clients.DeadLetters;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The single votes of annotators on a task's holdout, read from the beginning of {@code
 * belay.<task>.votes}. The labelers send invalid ones to the dead letters. Belongs to one thread.
 */
final class HoldoutVotes implements AutoCloseable {
    private static final int POLLS_PER_ROUND = 20;
    private static final Duration IDLE_AFTER = Duration.ofSeconds(30);

    private final int version;
    private final int classes;
    private final RecordReader records;
    private final PartitionEnds ends;
    private final PartitionReader reader;
    private final Map<Integer, List<Holdout.Row>> rows;
    private final Map<Integer, VoteWindow> windows = new HashMap<>();
    private long usedNanos = System.nanoTime();

    /**
     * @param consumer without a group; this closes it
     * @param classes of the task; 0 for choice
     * @param ends of the votes
     */
    HoldoutVotes(
            Consumer<byte[], byte[]> consumer,
            String topic,
            int classes,
            RecordReader records,
            DeadLetters deadLetters,
            PartitionEnds ends,
            Holdout holdout) {
        this.version = holdout.version();
        this.classes = classes;
        this.records = records;
        this.ends = ends;
        this.rows = holdout.rows();
        rows.forEach(
                (partition, some) -> {
                    VoteWindow window = new VoteWindow(0); // only what is searched for is kept
                    window.search(some.stream().map(Holdout.Row::id).collect(Collectors.toSet()));
                    windows.put(partition, window);
                });
        // as if all dead letters were sent
        this.reader =
                new PartitionReader(
                        consumer, topic, deadLetters, partition -> Long.MAX_VALUE, this::take);
        reader.assign(windows.keySet());
    }

    /** Newest generation of the holdout whose votes are read. */
    int version() {
        return version;
    }

    /**
     * The votes that count on each example, by its id and the annotator.
     *
     * @return null while those on some example are not decided
     */
    @Nullable Map<String, Map<String, Integer>> of(VoteRule rule) {
        usedNanos = System.nanoTime();
        int polls = 0;
        while (polls < POLLS_PER_ROUND && reader.poll()) {
            polls++;
        }
        Map<String, Map<String, Integer>> all = new HashMap<>();
        for (var entry : rows.entrySet()) {
            int partition = entry.getKey();
            VoteWindow window = Objects.requireNonNull(windows.get(partition));
            boolean ended = reader.isThrough(partition, ends);
            for (Holdout.Row row : entry.getValue()) {
                long timeMs = RecordReader.timeMs(row.example().getEventTimeMs(), row.record());
                VoteWindow.Finding finding = window.find(row.id(), timeMs, rule);
                if (finding.state() != VoteWindow.State.DECIDED && !ended) {
                    return null;
                }
                all.put(row.id(), finding.votesFor(classes, row.example()));
            }
        }
        return all;
    }

    /** Closes this if it was not used for {@link #IDLE_AFTER}; returns whether it did. */
    boolean closeIfIdle() {
        boolean idle = System.nanoTime() - usedNanos > IDLE_AFTER.toNanos();
        if (idle) {
            close();
        }
        return idle;
    }

    @Override
    public void close() {
        reader.close();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        VoteWindow window = windows.get(record.partition());
        if (window != null) {
            window.take(records, record, classes);
        }
    }
}
