package dev.belay.producers.task;

import dev.belay.producers.source.DataException;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
                        ("%s: found source hash %s, but %s has written %s rows of a"
                                        + " source with hash %s to %s; expected the same data, split and"
                                        + " order. Take another task.name for other data, or undo the"
                                        + " change.")
                                .formatted(
                                        source,
                                        sourceHash,
                                        writer,
                                        event.getRows(),
                                        event.getSourceHash(),
                                        event.getTopic()));
            }
            count.records = event.getRecords();
            count.splits.putAll(event.getSplits());
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

    void add(TopicPartition partition) {
        count(partition).records++;
    }

    void add(TopicPartition partition, Split split) {
        add(partition);
        count(partition).splits.merge(split.name(), 1L, Long::sum);
    }

    /** Events, by their keys, for some partitions. */
    List<Map.Entry<String, Progress>> events(Collection<TopicPartition> partitions) {
        List<Map.Entry<String, Progress>> events = new ArrayList<>();
        for (TopicPartition p : partitions) {
            Count count = count(p);
            events.add(
                    Map.entry(
                            ProgressTable.key(p.topic(), p.partition(), writer),
                            new Progress(
                                    p.topic(),
                                    p.partition(),
                                    writer,
                                    count.records,
                                    new TreeMap<>(count.splits),
                                    sourceHash,
                                    rows,
                                    count.ended)));
        }
        return events;
    }

    /** Ends partitions; returns those that had not ended before. */
    Set<TopicPartition> end(Collection<TopicPartition> partitions) {
        Set<TopicPartition> open = new LinkedHashSet<>(partitions);
        open.removeIf(p -> count(p).ended);
        open.forEach(p -> count(p).ended = true);
        return open;
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
        private final Map<String, Long> splits = new TreeMap<>();
    }
}
