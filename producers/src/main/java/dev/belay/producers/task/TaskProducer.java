package dev.belay.producers.task;

import dev.belay.producers.source.Batch;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Row;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes a source to a task's topics: each row's example (to examples or holdout) and truth, keyed
 * by its id, in the partition Kafka's default partitioner gives the key, in the order of the
 * source; rows that can't be read go to the dead letters. Every transaction also carries how far it
 * has come, so that whoever continues knows exactly what was written.
 */
final class TaskProducer {
    private final Producer<byte[], byte[]> producer;
    private final EventCodec codec;
    private final Topics topics;
    private final int partitions;
    private final ProducerConfig config;
    private final Clock clock;
    private final RateLimiter pacer;

    /**
     * @param producer transactional, already initialised
     * @param partitions of each of the task's topics
     */
    TaskProducer(
            Producer<byte[], byte[]> producer,
            EventCodec codec,
            Topics topics,
            int partitions,
            ProducerConfig config,
            Clock clock,
            RateLimiter pacer) {
        this.producer = producer;
        this.codec = codec;
        this.topics = topics;
        this.partitions = partitions;
        this.config = config;
        this.clock = clock;
        this.pacer = pacer;
    }

    /**
     * Writes what is not written yet and ends the partitions; those of the holdout end once it is
     * full. An endless source is written until {@code stopped}.
     *
     * @param committed all progress of the task, read after the producer was initialised
     * @param stopped asked between transactions; when true, returns without ending the partitions
     * @return whether everything is written
     * @throws DataException when another source was written under this task's name
     * @throws FencedException when the broker no longer accepts the producer
     */
    boolean run(
            ExampleSource source,
            Collection<Progress> committed,
            BooleanSupplier stopped,
            ProgressListener listener) {
        PartitionProgress progress =
                new PartitionProgress(
                        config.writer(), source.name(), source.sourceHash(), written(), committed);
        long total = source.total();
        listener.produced(progress.rows(), total);
        if (progress.ended()) {
            return true;
        }
        try (ExampleSource.Reader reader = source.open(progress.rows())) {
            while (!reader.ended()) {
                if (stopped.getAsBoolean() || !pacer.await(config.rowsPerTransaction(), stopped)) {
                    return false;
                }
                Batch batch = reader.next(config.rowsPerTransaction());
                if (batch.rows() > 0) {
                    inTransaction(() -> write(batch, progress));
                    listener.produced(progress.rows(), total);
                }
            }
            inTransaction(() -> tell(progress.events(progress.end(written()))));
            return true;
        } catch (KafkaException e) {
            throw FencedException.of(e, progress.rows());
        }
    }

    private void write(Batch batch, PartitionProgress progress) {
        Set<TopicPartition> touched = new LinkedHashSet<>();
        long nowMs = clock.millis();
        for (Batch.Entry entry : batch.entries()) {
            String id = entry.id();
            int partition = partition(id);
            long timeMs = entry.eventTimeMs() == Batch.Entry.NOW ? nowMs : entry.eventTimeMs();
            Row row = entry.row();
            if (row != null) {
                TopicPartition examples = new TopicPartition(topic(row.split()), partition);
                send(codec.record(examples.topic(), partition, id, example(row, timeMs), timeMs));
                progress.add(examples, row.split());
                touched.add(examples);
            }
            if (entry.hasLabel()) {
                TopicPartition truth = new TopicPartition(topics.truth(config.task()), partition);
                send(codec.record(truth.topic(), partition, id, truth(entry, timeMs), timeMs));
                progress.add(truth);
                touched.add(truth);
            }
        }
        batch.rejected().forEach(this::send);
        progress.rowsDone(batch.rows());
        if (batch.holdoutFull()) {
            touched.addAll(progress.end(partitions(topics.holdout(config.task()))));
        }
        if (touched.isEmpty()) { // the rows done are recorded all the same
            touched.add(written().get(0));
        }
        tell(progress.events(touched));
        if (batch.group() != null) {
            producer.sendOffsetsToTransaction(batch.positions(), batch.group());
        }
    }

    private static Example example(Row row, long nowMs) {
        return Example.newBuilder(row.example()).setEventTimeMs(nowMs).build();
    }

    /** Late truth, which comes without its example, has neither tags nor group. */
    private static Truth truth(Batch.Entry entry, long timeMs) {
        Truth truth = EventFactory.truth(entry.id(), entry.label(), timeMs);
        Row row = entry.row();
        return row == null
                ? truth
                : Truth.newBuilder(truth)
                        .setTags(row.example().getTags())
                        .setGroup(row.example().getGroup())
                        .build();
    }

    private void tell(List<Map.Entry<String, Progress>> events) {
        String topic = topics.progress(config.task());
        long nowMs = clock.millis();
        events.forEach(e -> send(codec.record(topic, null, e.getKey(), e.getValue(), nowMs)));
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        // commitTransaction throws what a send failed with
        Future<RecordMetadata> unused = producer.send(record);
    }

    /** Commits what {@code work} sends, or nothing of it. */
    private void inTransaction(Runnable work) {
        producer.beginTransaction();
        try {
            work.run();
            producer.commitTransaction();
        } catch (RuntimeException e) {
            try {
                producer.abortTransaction();
            } catch (RuntimeException abort) {
                // fenced or closed: the broker rolls back by itself
                e.addSuppressed(abort);
            }
            throw e;
        }
    }

    private List<TopicPartition> written() {
        List<TopicPartition> all = new ArrayList<>();
        for (String topic :
                List.of(
                        topics.examples(config.task()),
                        topics.holdout(config.task()),
                        topics.truth(config.task()))) {
            all.addAll(partitions(topic));
        }
        return all;
    }

    private List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
    }

    private String topic(Split split) {
        return split == Split.HOLDOUT
                ? topics.holdout(config.task())
                : topics.examples(config.task());
    }

    /**
     * Computed explicitly, so that an example, its truth and the counts are in the same partition.
     */
    private int partition(String id) {
        return BuiltInPartitioner.partitionForKey(id.getBytes(StandardCharsets.UTF_8), partitions);
    }
}
