package dev.belay.trainers.checkpoints;

import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.Kind;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.trainers.checkpoints.CheckpointObserver.Step;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes the micro-epochs of a model: first the files, then one transaction that refers to them. A
 * micro-epoch takes effect only when that is committed.
 */
public final class CheckpointTransaction implements AutoCloseable {
    /** For producers, which have no records in flight between transactions. */
    public static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final ModelSpec spec;
    private final Clients clients;
    private final CheckpointStore store;
    private final Producer<byte[], byte[]> producer;
    private final CheckpointObserver observer;
    private final ConsumerGroupMetadata group;

    /**
     * @param producer after {@code initTransactions}, so that the previous owner is fenced
     */
    public CheckpointTransaction(
            ModelSpec spec,
            Clients clients,
            CheckpointStore store,
            Producer<byte[], byte[]> producer,
            CheckpointObserver observer) {
        this.spec = spec;
        this.clients = clients;
        this.store = store;
        this.producer = producer;
        this.observer = observer;
        this.group = group(clients.topics().prefix() + "model." + spec.getId());
    }

    /** The topic that the model learns from. */
    String labelTopic() {
        return clients.topics().labels(spec.getTask(), spec.getSupervisor());
    }

    /** Stores a file of a checkpoint; durable when this returns. */
    StoredFile store(long number, Kind kind, byte[] bytes) {
        StoredFile file = store.put(spec.getId(), number, kind, bytes);
        if (kind == Kind.WEIGHTS) {
            observer.at(Step.WEIGHTS_STORED, spec.getId(), number);
        }
        return file;
    }

    /**
     * Commits one transaction: the checkpoint, the predictions made before it, dead letters, and
     * the cursor again as offsets of the model's own group.
     *
     * @throws org.apache.kafka.common.KafkaException when it was not committed, or that is not
     *     known: the model must be resumed from its last committed checkpoint
     */
    void commit(
            Checkpoint checkpoint,
            List<PredictionBlock> blocks,
            List<ProducerRecord<byte[], byte[]>> deadLetters) {
        var topics = clients.topics();
        var codec = clients.codec();
        long number = checkpoint.getNumber();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        checkpoint
                .getCursor()
                .forEach(
                        c ->
                                offsets.put(
                                        new TopicPartition(labelTopic(), c.getPartition()),
                                        new OffsetAndMetadata(c.getOffset())));
        observer.at(Step.STORED, spec.getId(), number);
        producer.beginTransaction();
        send(
                codec.record(
                        topics.checkpoints(),
                        null,
                        spec.getId(),
                        checkpoint,
                        checkpoint.getEventTimeMs()));
        observer.at(Step.BEGUN, spec.getId(), number);
        for (PredictionBlock block : blocks) {
            send(
                    codec.record(
                            topics.predictions(spec.getTask()),
                            null,
                            block.getIds().get(0),
                            block,
                            block.getEventTimesMs().get(0)));
        }
        deadLetters.forEach(this::send);
        producer.sendOffsetsToTransaction(offsets, group);
        observer.at(Step.SENT, spec.getId(), number);
        producer.commitTransaction();
        observer.at(Step.COMMITTED, spec.getId(), number);
    }

    /** Commits a transaction with dead letters only. */
    void commitDeadLetters(List<ProducerRecord<byte[], byte[]>> deadLetters) {
        if (!deadLetters.isEmpty()) {
            producer.beginTransaction();
            deadLetters.forEach(this::send);
            producer.commitTransaction();
        }
    }

    @Override
    public void close() {
        producer.close(CLOSE_WITHIN);
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        Future<?> unused = producer.send(record); // commitTransaction throws its failure
    }

    /** The model's own group has no members; it stores offsets for lag tools. */
    @SuppressWarnings("removal") // the only way to name a group without being a member
    private static ConsumerGroupMetadata group(String id) {
        return new ConsumerGroupMetadata(id);
    }
}
