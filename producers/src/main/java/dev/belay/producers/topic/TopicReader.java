package dev.belay.producers.topic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.producers.source.Batch;
import dev.belay.producers.source.Batch.Entry;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Row;
import dev.belay.producers.source.RowBuilder;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a {@link TopicSource}. Partitions are read from the source's start, those that are added
 * later from their beginnings. The first transaction commits the starts of all: from then on,
 * records that are deleted before they were read are an error.
 */
final class TopicReader implements ExampleSource.Reader {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long PARTITIONS_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long BETWEEN_REPORTS_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Consumer<byte[], byte[]> consumer;
    private final Map<String, AttachedTopic> topics = new LinkedHashMap<>();
    private final StartPosition start;
    private final EventCodec codec;
    private final KnownIds known;
    private final RowBuilder builder;
    private final Map<String, RowBuilder> builders = new HashMap<>(); // of truth and votes
    private final DataConfig.Fields fields;
    private final HoldoutGenerations generations;
    private final DeadLetters deadLetters;
    private final String task;

    private final Deque<ConsumerRecord<byte[], byte[]>> queue = new ArrayDeque<>();
    private final Map<TopicPartition, OffsetAndMetadata> beginnings = new HashMap<>();
    private @Nullable Long partitionsAt;
    private @Nullable Long outageAt;

    /**
     * @param consumer of the group; this closes it
     * @param known changed with each batch, as are the generations
     */
    TopicReader(
            Consumer<byte[], byte[]> consumer,
            KnownIds known,
            HoldoutGenerations generations,
            DataConfig config,
            DeadLetters deadLetters,
            EventCodec codec,
            String task) {
        this.consumer = consumer;
        this.known = known;
        this.generations = generations;
        this.codec = codec;
        AttachedTopic.of(config.source().parameters(), config.fields())
                .forEach(topic -> topics.put(topic.topic(), topic));
        this.start = StartPosition.of(config.source().parameters().text(TopicSource.FROM.name()));
        this.builder = new RowBuilder(TopicSource.name(topics.keySet().iterator().next()), config);
        this.fields = config.fields();
        topics.values().stream()
                .filter(topic -> topic.id() != null)
                .forEach(topic -> builders.put(topic.topic(), topic.builder(config)));
        this.deadLetters = deadLetters;
        this.task = task;
    }

    @Override
    public Batch next(int most) {
        followPartitions();
        fill(most);
        List<Entry> entries = new ArrayList<>();
        List<ProducerRecord<byte[], byte[]>> rejected = new ArrayList<>();
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        int rows = 0;
        for (; rows < most && !queue.isEmpty(); rows++) {
            ConsumerRecord<byte[], byte[]> record = queue.element();
            try {
                Entry entry = entry(record);
                if (entry != null) {
                    entries.add(entry);
                }
            } catch (DataException e) {
                rejected.add(deadLetters.ofSource(record, task, String.valueOf(e.getMessage())));
            } catch (SerializationException e) {
                awaitRegistry(e);
                break; // this record again in the next batch
            }
            queue.remove();
            positions.put(
                    new TopicPartition(record.topic(), record.partition()),
                    new OffsetAndMetadata(record.offset() + 1));
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
                generations.isComplete());
    }

    @Override
    public boolean ended() {
        return false;
    }

    @Override
    public void close() {
        consumer.close();
    }

    /**
     * Gets so many records, or those that are there now; if there are none, waits for a moment. So
     * fewer than asked for mean that no more are waiting.
     */
    private void fill(int most) {
        Duration wait = queue.isEmpty() ? POLL : Duration.ZERO;
        while (queue.size() < most) {
            var polled = consumer.poll(wait);
            if (polled.isEmpty()) {
                return;
            }
            polled.forEach(queue::add);
            wait = Duration.ZERO;
        }
    }

    /** Null for a record that says nothing new: not taken, or of a known id without a label. */
    private @Nullable Entry entry(ConsumerRecord<byte[], byte[]> record) {
        AttachedTopic from = Objects.requireNonNull(topics.get(record.topic()));
        ObjectNode node = from.columns(record, codec);
        if (node == null) {
            return null;
        }
        long timeMs = from.mapping().timeMs(node, record);
        boolean labelled = node.hasNonNull(from.label());
        if (generations.takes(timeMs)) {
            builder.openHoldout(generations.next());
        } else {
            builder.closeHoldout();
        }
        if (from.id() != null) {
            RowBuilder rows = Objects.requireNonNull(builders.get(from.topic()));
            String id = rows.id(node, from.id());
            if (from.annotator() != null) {
                return vote(rows, node, id, from.annotator(), timeMs);
            }
            return labelled ? truth(rows, node, id, null, timeMs) : null;
        }
        String idColumn = fields.id();
        if (idColumn != null
                && labelled
                && fields.input().columns().stream().noneMatch(node::hasNonNull)) {
            return truth(builder, node, builder.id(node, idColumn), null, timeMs);
        }
        Row row = builder.row(node, 0);
        if (row.split() == Split.HOLDOUT ? addHoldout(row, timeMs) : known.addExample(row.id())) {
            return Entry.of(row, timeMs);
        }
        return labelled ? truth(builder, node, row.id(), row.split(), timeMs) : null;
    }

    /** False if the id is known already. */
    private boolean addHoldout(Row row, long timeMs) {
        boolean added = known.addHoldout(row.id());
        if (added) {
            generations.add(row.example().getHoldoutVersion(), timeMs);
        }
        return added;
    }

    /**
     * Truth without its example; null where the draw of truth leaves it out.
     *
     * @param drawn split of the record's row; null: it has none. Then it is taken for an example
     *     without group that would be split now
     */
    private @Nullable Entry truth(
            RowBuilder of, ObjectNode node, String id, @Nullable Split drawn, long timeMs) {
        int label = of.label(node, id);
        Split split = known.isHoldout(id) ? Split.HOLDOUT : drawn;
        // with groups the split is not known before the example: who reads truth leaves it out then
        boolean unknown = split == null && fields.group() != null;
        return unknown || builder.hasTruth(split == null ? builder.split(id) : split, id)
                ? Entry.truth(id, split, label, timeMs)
                : null;
    }

    private static Entry vote(
            RowBuilder builder, ObjectNode node, String id, String annotator, long timeMs) {
        int label = builder.label(node, id);
        return Entry.vote(
                id,
                new Batch.Vote(
                        builder.annotator(node, annotator), label == Row.NO_LABEL ? null : label),
                timeMs);
    }

    /** Reports an outage, at most every 30 s, and waits a moment. */
    private void awaitRegistry(SerializationException outage) {
        if (outageAt == null || System.nanoTime() - outageAt >= BETWEEN_REPORTS_NANOS) {
            outageAt = System.nanoTime();
            LOG.warn("waiting for the schema registry: {}", outage.getMessage());
        }
        LockSupport.parkNanos(POLL.toNanos());
    }

    /** Assigns all partitions, those too that were added to the topic. */
    private void followPartitions() {
        if (partitionsAt != null && System.nanoTime() - partitionsAt < PARTITIONS_NANOS) {
            return;
        }
        boolean first = partitionsAt == null;
        partitionsAt = System.nanoTime();
        Set<TopicPartition> all = new HashSet<>();
        for (String topic : topics.keySet()) {
            List<PartitionInfo> partitions = consumer.partitionsFor(topic);
            if (partitions.isEmpty()) {
                throw TopicSource.missing(Objects.requireNonNull(topics.get(topic)), null);
            }
            partitions.forEach(p -> all.add(new TopicPartition(topic, p.partition())));
        }
        Set<TopicPartition> added = new HashSet<>(all);
        added.removeAll(consumer.assignment());
        consumer.assign(all);
        int committedOnes = 0;
        for (var committed : consumer.committed(added).entrySet()) {
            if (committed.getValue() != null) {
                added.remove(committed.getKey());
                consumer.seek(committed.getKey(), committed.getValue().offset());
                committedOnes++;
            }
        }
        if (first && committedOnes == 0) {
            start.seek(consumer, added);
        } else if (!added
                .isEmpty()) { // none would be all; of partitions added later, no record is skipped
            consumer.seekToBeginning(added);
        }
        added.forEach(p -> beginnings.put(p, new OffsetAndMetadata(consumer.position(p))));
    }
}
