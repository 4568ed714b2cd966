package dev.belay.producers.task;

import dev.belay.producers.source.DataException;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that one writer has written to each partition: restored from its own progress events,
 * incremented with each record, published in each transaction.
 */
final class PartitionProgress {
    private final String writer;
    private final String sourceHash;
    private final Map<TopicPartition, Count> counts = new LinkedHashMap<>();
    private long rows;

    /**
     * Restores the writer's committed progress.
     *
     * @param partitions all it writes to
     * @param committed progress of this and any other writer
     * @param source what the user calls the source, for the error
     * @throws DataException when the writer has written another source
     */
    PartitionProgress(
            String writer,
            String source,
            String sourceHash,
            Collection<TopicPartition> partitions,
            Collection<Progress> committed) {
        this.writer = writer;
        this.sourceHash = sourceHash;
        partitions.forEach(p -> counts.put(p, new Count()));
        for (Progress event : committed) {
            Count count = counts.get(new TopicPartition(event.getTopic(), event.getPartition()));
            if (!event.getWriter().equals(writer) || count == null) {
                continue;
            }
            if (!sourceHash.equals(event.getSourceHash())) {
                throw new DataException(
                        ("%s: found source hash %s, but %s has written %s rows of a source with"
                                        + " hash %s to %s; expected the same data, split and order. Take"
                                        + " another task.name for other data, or undo the change.")
                                .formatted(
                                        source,
                                        sourceHash,
                                        writer,
                                        event.getRows(),
                                        event.getSourceHash(),
                                        event.getTopic()));
            }
            count.records = event.getRecords();
            event.getSplits().forEach((split, n) -> count.bySplit.put(Split.valueOf(split), n));
            rows = Math.max(rows, event.getRows());
            count.ended = event.getEnded();
        }
    }

    /** Rows of the whole source done so far. */
    long rows() {
        return rows;
    }

    /** Whether the whole source was written and all partitions were ended. */
    boolean ended() {
        return counts.values().stream().allMatch(count -> count.ended);
    }

    void rowsDone(long more) {
        rows += more;
    }

    /** Counts a record. */
    void add(TopicPartition partition) {
        Count count = count(partition);
        count.records++;
        count.changed = true;
    }

    /** Counts an example. */
    void add(TopicPartition partition, Split split) {
        Count count = count(partition);
        count.records++;
        count.changed = true;
        count.bySplit.merge(split, 1L, Long::sum);
    }

    /**
     * Events, by their keys, for the partitions that have changed since it was called last; for one
     * of them if none has, because they have the rows done.
     */
    List<Map.Entry<String, Progress>> changes() {
        if (counts.values().stream().noneMatch(count -> count.changed)) {
            counts.values().iterator().next().changed = true;
        }
        List<Map.Entry<String, Progress>> events = new ArrayList<>();
        for (Map.Entry<TopicPartition, Count> entry : counts.entrySet()) {
            TopicPartition p = entry.getKey();
            Count count = entry.getValue();
            if (!count.changed) {
                continue;
            }
            count.changed = false;
            events.add(
                    Map.entry(
                            ProgressTable.key(p.topic(), p.partition(), writer),
                            new Progress(
                                    p.topic(),
                                    p.partition(),
                                    writer,
                                    count.records,
                                    count.splits(),
                                    sourceHash,
                                    rows,
                                    count.ended,
                                    null,
                                    List.of())));
        }
        return events;
    }

    /** Ends partitions. */
    void end(Collection<TopicPartition> partitions) {
        partitions.forEach(p -> count(p).setEnded(true));
    }

    /** More will be written to partitions, of which some may have ended. */
    void reopen(Collection<TopicPartition> partitions) {
        partitions.forEach(p -> count(p).setEnded(false));
    }

    private Count count(TopicPartition partition) {
        Count count = counts.get(partition);
        if (count == null) {
            throw new IllegalStateException(writer + " does not write to " + partition);
        }
        return count;
    }

    private static final class Count {
        private long records;
        private boolean ended;
        private boolean changed;

        private final Map<Split, Long> bySplit = new EnumMap<>(Split.class);

        private void setEnded(boolean now) {
            changed |= ended != now;
            ended = now;
        }

        private Map<String, Long> splits() {
            Map<String, Long> splits = new TreeMap<>();
            bySplit.forEach((split, n) -> splits.put(split.name(), n));
            return splits;
        }
    }
}
