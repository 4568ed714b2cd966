package dev.belay.producers.task;

import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.Rows;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
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
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes a data set to a task's topics: each row's example (to examples or holdout) and truth,
 * keyed by its id, in the partition Kafka's default partitioner gives the key, in the order of the
 * data set. Every transaction also contains the progress, so that a successor knows exactly what
 * was written.
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
     * Writes what is not written yet and ends the partitions.
     *
     * @param committed all progress of the task, read after the producer was initialised
     * @param stopped asked between transactions; when true, returns without ending the partitions
     * @return whether everything is written
     * @throws DataException when another source was written under this task's name
     */
    boolean run(
            DataSet data,
            Collection<Progress> committed,
            BooleanSupplier stopped,
            ProgressListener listener) {
        PartitionProgress progress =
                new PartitionProgress(
                        config.writer(), data.name(), data.sourceHash(), written(), committed);
        long total = data.summary().rows();
        listener.produced(progress.rows(), total);
        if (progress.ended()) {
            return true;
        }
        try (Rows rows = data.rows()) {
            for (long skipped = 0; skipped < progress.rows(); skipped++) {
                rows.next();
            }
            while (rows.hasNext()) {
                if (stopped.getAsBoolean() || !pacer.await(config.rowsPerTransaction(), stopped)) {
                    return false;
                }
                inTransaction(() -> writeSome(rows, progress));
                listener.produced(progress.rows(), total);
            }
        }
        inTransaction(() -> tell(progress.end()));
        return true;
    }

    private void writeSome(Rows rows, PartitionProgress progress) {
        Set<TopicPartition> touched = new LinkedHashSet<>();
        long nowMs = clock.millis();
        for (int i = 0; i < config.rowsPerTransaction() && rows.hasNext(); i++) {
            Row row = rows.next();
            int partition = partition(row.id());
            TopicPartition examples = new TopicPartition(topic(row.split()), partition);
            send(
                    codec.record(
                            examples.topic(),
                            partition,
                            row.id(),
                            EventFactory.example(row.id(), row.split(), row.text(), nowMs),
                            nowMs));
            progress.add(examples, row.split());
            touched.add(examples);
            if (row.hasLabel()) {
                TopicPartition truth = new TopicPartition(topics.truth(config.task()), partition);
                send(
                        codec.record(
                                truth.topic(),
                                partition,
                                row.id(),
                                EventFactory.truth(row.id(), row.label(), nowMs),
                                nowMs));
                progress.add(truth);
                touched.add(truth);
            }
            progress.rowDone();
        }
        tell(progress.events(touched));
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
            for (int p = 0; p < partitions; p++) {
                all.add(new TopicPartition(topic, p));
            }
        }
        return all;
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
