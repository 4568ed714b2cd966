package dev.belay.producers.source;

import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive rows of a source, written in one transaction.
 *
 * @param rows of the source that it consumes: entries, rejected rows and rows that say nothing new
 * @param entries in the order of the source
 * @param rejected dead letters of rows that can't be read
 * @param positions next offsets of the source's partitions behind this batch; empty for a source
 *     that resumes by the number of rows done
 * @param group consumer group that the positions are committed for; null without positions
 * @param holdoutFull whether the holdout is complete: until it begins another generation, no later
 *     batch has an example of it
 */
public record Batch(
        long rows,
        List<Entry> entries,
        List<ProducerRecord<byte[], byte[]>> rejected,
        Map<TopicPartition, OffsetAndMetadata> positions,
        @Nullable ConsumerGroupMetadata group,
        boolean holdoutFull) {

    /** Rows of a finite source. */
    public static Batch of(List<Row> rows) {
        List<Entry> entries = rows.stream().map(row -> Entry.of(row, Entry.NOW)).toList();
        return new Batch(rows.size(), entries, List.of(), Map.of(), null, false);
    }

    /**
     * A vote of an annotator.
     *
     * @param label class or option; null: it is taken back
     */
    public record Vote(String annotator, @Nullable Integer label) {}

    /**
     * An example with or without its truth, or the truth of or a vote on an example that is written
     * already or comes later.
     *
     * @param row null: truth or vote only
     * @param split of the example; null: not known, because it comes later
     * @param label class index, or {@link Row#NO_LABEL}
     * @param eventTimeMs epoch milliseconds, or {@link #NOW}
     * @param vote null: example or truth
     */
    public record Entry(
            String id,
            @Nullable Row row,
            @Nullable Split split,
            int label,
            long eventTimeMs,
            @Nullable Vote vote) {
        /** The event time is that of production. */
        public static final long NOW = -1;

        /** An example, with its truth where that is known. */
        public static Entry of(Row row, long eventTimeMs) {
            return new Entry(row.id(), row, row.split(), row.label(), eventTimeMs, null);
        }

        /** The truth of an example. */
        public static Entry truth(String id, @Nullable Split split, int label, long eventTimeMs) {
            return new Entry(id, null, split, label, eventTimeMs, null);
        }

        /** A vote on an example. */
        public static Entry vote(String id, Vote vote, long eventTimeMs) {
            return new Entry(id, null, null, Row.NO_LABEL, eventTimeMs, vote);
        }

        public boolean hasLabel() {
            return label != Row.NO_LABEL;
        }
    }
}
