package dev.belay.producers.task;

import dev.belay.producers.source.Batch;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Row;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import dev.belay.schemas.events.Vote;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Writes a source to a task's topics: each row's example (to examples or holdout), truth and vote,
 * keyed by its id, in the partition Kafka's default partitioner gives the key, in the order of the
 * source; rows that can't be read go to the dead letters. Every transaction also carries how far it
 * has come, so that whoever continues knows exactly what was written.
 *
 * <p>A commit takes some 10 ms. So while more rows are waiting a transaction goes on, for up to
 * {@link #TRANSACTION_MS}; with the last row that is there now it is committed, because readers
 * wait for it. Rows are read on another thread.
 */
final class TaskProducer {
    /** Rows asked for at once. */
    static final int BATCH_ROWS = 500;

    static final long TRANSACTION_MS = 500;

    private final Producer<byte[], byte[]> producer;
    private final EventCodec codec;
    private final String progressTopic;
    private final List<TopicPartition> examples;
    private final List<TopicPartition> holdout;
    private final List<TopicPartition> truth;
    private final List<TopicPartition> votes;
    private final ProducerConfig config;
    private final Clock clock;
    private final RateLimiter pacer;
    private @Nullable TruthDraw truthDraw; // of the source that is written
    private RecordCounts counts = RecordCounts.NONE; // of the transaction in progress too

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
        this.progressTopic = topics.progress(config.task());
        this.examples = partitions(topics.examples(config.task()), partitions);
        this.holdout = partitions(topics.holdout(config.task()), partitions);
        this.truth = partitions(topics.truth(config.task()), partitions);
        this.votes = partitions(topics.votes(config.task()), partitions);
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
                        config.writer(),
                        source.name(),
                        source.sourceHash(),
                        written(source),
                        committed);
        truthDraw = source.truth();
        long total = source.total();
        listener.produced(progress.rows(), total);
        if (progress.ended()) {
            return true;
        }
        int asked = Math.min(BATCH_ROWS, config.rowsPerTransaction());
        try (ReadAhead reader = new ReadAhead(source.open(progress.rows()), asked)) {
            while (!reader.ended()) {
                if (stopped.getAsBoolean() || !pacer.await(asked, stopped)) {
                    return false;
                }
                Batch first = reader.next();
                if (first.rows() > 0) {
                    inTransaction(() -> write(first, reader, progress));
                    if (total == ExampleSource.ENDLESS) {
                        listener.counted(counts);
                    }
                    listener.produced(progress.rows(), total);
                }
            }
            progress.end(written(source));
            inTransaction(() -> progress(progress.changes()));
            return true;
        } catch (KafkaException e) {
            throw FencedException.of(e, progress.rows());
        }
    }

    /** Writes a batch, and those that follow while rows are waiting, with the progress behind. */
    private void write(Batch first, ReadAhead reader, PartitionProgress progress) {
        long endMs = clock.millis() + TRANSACTION_MS;
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        Batch batch = first;
        long left = config.rowsPerTransaction();
        while (true) {
            write(batch, progress);
            positions.putAll(batch.positions());
            left -= batch.rows();
            boolean waiting = batch.rows() == Math.min(BATCH_ROWS, config.rowsPerTransaction());
            // what was written is committed before a failure to read more is thrown
            if (!waiting || left < BATCH_ROWS || clock.millis() >= endMs || !reader.hasNext()) {
                break;
            }
            batch = reader.next();
        }
        if (batch.holdoutFull()) {
            progress.end(holdout);
        } else {
            progress.reopen(holdout); // where it began another generation
        }
        progress(progress.changes());
        if (batch.group() != null) {
            producer.sendOffsetsToTransaction(positions, batch.group());
        }
    }

    private void write(Batch batch, PartitionProgress progress) {
        long nowMs = clock.millis();
        for (Batch.Entry entry : batch.entries()) {
            byte[] key = entry.id().getBytes(StandardCharsets.UTF_8);
            // explicitly, so that an example, its truth and the counts are in the same partition
            int partition = BuiltInPartitioner.partitionForKey(key, examples.size());
            long timeMs = entry.eventTimeMs() == Batch.Entry.NOW ? nowMs : entry.eventTimeMs();
            Row row = entry.row();
            if (row != null) {
                List<TopicPartition> topic = row.split() == Split.HOLDOUT ? holdout : examples;
                TopicPartition to = topic.get(partition);
                send(to, key, EventFactory.at(row.example(), timeMs), timeMs);
                progress.add(to, row.split());
            }
            if (entry.hasLabel()) {
                TopicPartition to = truth.get(partition);
                send(to, key, truth(entry, timeMs), timeMs);
                progress.add(to);
            }
            Batch.Vote vote = entry.vote();
            if (vote != null) {
                TopicPartition to = votes.get(partition);
                send(to, key, new Vote(entry.id(), vote.annotator(), vote.label(), timeMs), timeMs);
                progress.add(to);
            }
        }
        batch.rejected().forEach(this::send);
        progress.rowsDone(batch.rows());
        counts = counts.plus(batch);
    }

    /** Late truth, which comes without its example, has neither tags nor group. */
    private Truth truth(Batch.Entry entry, long timeMs) {
        Row row = entry.row();
        Map<String, String> tags = row == null ? Map.of() : row.example().getTags();
        String group = row == null ? null : row.example().getGroup();
        int version = row == null ? 0 : row.example().getHoldoutVersion();
        Split split = entry.split();
        Double inclusion =
                truthDraw == null || split == null
                        ? null
                        : (Double) (split == Split.STUDENT ? truthDraw.probability() : 1);
        return new Truth(entry.id(), entry.label(), timeMs, tags, group, inclusion, version);
    }

    private void progress(List<Map.Entry<String, Progress>> events) {
        long nowMs = clock.millis();
        events.forEach(
                e -> send(codec.record(progressTopic, null, e.getKey(), e.getValue(), nowMs)));
    }

    private void send(TopicPartition to, byte[] key, SpecificRecord event, long timeMs) {
        byte[] value = codec.encode(to.topic(), event);
        send(new ProducerRecord<>(to.topic(), to.partition(), timeMs, key, value));
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

    private List<TopicPartition> written(ExampleSource source) {
        return Stream.of(
                        examples,
                        holdout,
                        truth,
                        source.hasVotes() ? votes : List.<TopicPartition>of())
                .flatMap(List::stream)
                .toList();
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count).mapToObj(p -> new TopicPartition(topic, p)).toList();
    }
}
