package dev.belay.producers.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.producers.source.Batch;
import dev.belay.producers.source.Batch.Entry;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Row;
import dev.belay.producers.source.RowBuilder;
import dev.belay.producers.source.StrictJson;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link TopicSource}. A partition without a committed offset is read from its beginning,
 * and the first transaction commits the beginnings of all: from then on, records that are deleted
 * before they were read are an error.
 */
final class TopicReader implements ExampleSource.Reader {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long PARTITIONS_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final KnownIds known;
    private final RowBuilder builder;
    private final DataConfig.Fields fields;
    private final long holdoutSize;
    private final DeadLetters deadLetters;

    private final Deque<ConsumerRecord<byte[], byte[]>> queue = new ArrayDeque<>();
    private final Map<TopicPartition, OffsetAndMetadata> beginnings = new HashMap<>();
    private @Nullable Long partitionsAt;

    /**
     * @param consumer of the group; this closes it
     * @param known changed with each batch
     */
    TopicReader(
            Consumer<byte[], byte[]> consumer,
            String topic,
            KnownIds known,
            DataConfig config,
            DeadLetters deadLetters) {
        this.consumer = consumer;
        this.topic = topic;
        this.known = known;
        this.builder = new RowBuilder(TopicSource.name(topic), config);
        this.fields = config.fields();
        this.holdoutSize = ((DataConfig.Holdout.Share) config.holdout()).size();
        this.deadLetters = deadLetters;
    }

    @Override
    public Batch next(int most) {
        if (queue.isEmpty()) {
            followPartitions();
            consumer.poll(POLL).forEach(queue::add);
        }
        List<Entry> entries = new ArrayList<>();
        List<ProducerRecord<byte[], byte[]>> rejected = new ArrayList<>();
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        int rows = 0;
        for (; rows < most && !queue.isEmpty(); rows++) {
            ConsumerRecord<byte[], byte[]> record = queue.remove();
            positions.put(
                    new TopicPartition(record.topic(), record.partition()),
                    new OffsetAndMetadata(record.offset() + 1));
            try {
                Entry entry = entry(record);
                if (entry != null) {
                    entries.add(entry);
                }
            } catch (DataException e) {
                rejected.add(deadLetters.of(record, String.valueOf(e.getMessage())));
            }
        }
        if (rows > 0) {
            beginnings.forEach(positions::putIfAbsent);
            beginnings.clear();
        }
        return new Batch(
                rows,
                entries,
                rejected,
                positions,
                consumer.groupMetadata(),
                known.holdout() >= holdoutSize);
    }

    @Override
    public boolean ended() {
        return false;
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Null for a record of a known id that has no label: it says nothing new. */
    private @Nullable Entry entry(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode node = object(record.value());
        boolean labelled = node.hasNonNull(fields.label());
        String idColumn = fields.id();
        if (idColumn != null
                && labelled
                && fields.input().columns().stream().noneMatch(node::hasNonNull)) {
            String id = builder.id(node, idColumn);
            return new Entry(id, null, builder.label(node, id), timeMs(record));
        }
        if (known.holdout() >= holdoutSize) {
            builder.closeHoldout();
        }
        Row row = builder.row(node, 0);
        if (known.contains(row.id())) {
            return labelled ? new Entry(row.id(), null, row.label(), timeMs(record)) : null;
        }
        if (row.split() == Split.HOLDOUT) {
            known.addHoldout(row.id());
        } else {
            known.addExample(row.id());
        }
        return Entry.of(row, timeMs(record));
    }

    private static long timeMs(ConsumerRecord<byte[], byte[]> record) {
        return record.timestamp() < 0 ? Entry.NOW : record.timestamp();
    }

    /** A place for decoders of other formats. */
    private ObjectNode object(byte @Nullable [] value) {
        JsonNode node;
        try {
            node = value == null ? null : StrictJson.MAPPER.readTree(value);
        } catch (IOException e) {
            throw wrong("a value that is not JSON (" + e.getMessage() + ")", e);
        }
        if (node instanceof ObjectNode object) {
            if (!object.has(fields.label())) {
                object.putNull(fields.label()); // not known yet
            }
            return object;
        }
        throw wrong(node == null ? "no value" : StrictJson.kind(node), null);
    }

    private DataException wrong(String found, @Nullable Throwable cause) {
        return DataException.at(
                TopicSource.name(topic),
                0,
                found,
                "a JSON object",
                "Each record's value is one object.",
                cause);
    }

    /** Assigns all partitions, those too that were added to the topic. */
    private void followPartitions() {
        if (partitionsAt != null && System.nanoTime() - partitionsAt < PARTITIONS_NANOS) {
            return;
        }
        partitionsAt = System.nanoTime();
        Set<TopicPartition> all = new HashSet<>();
        consumer.partitionsFor(topic)
                .forEach(p -> all.add(new TopicPartition(topic, p.partition())));
        if (all.isEmpty()) {
            throw TopicSource.missing(topic, null);
        }
        Set<TopicPartition> added = new HashSet<>(all);
        added.removeAll(consumer.assignment());
        consumer.assign(all);
        consumer.committed(added)
                .forEach(
                        (partition, committed) -> {
                            if (committed != null) {
                                added.remove(partition);
                                consumer.seek(partition, committed.offset());
                            }
                        });
        if (!added.isEmpty()) { // none would be all
            consumer.seekToBeginning(added);
        }
        added.forEach(p -> beginnings.put(p, new OffsetAndMetadata(consumer.position(p))));
    }
}
