package dev.belay.runtime.clients;

import dev.belay.runtime.topics.AccessDeniedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A producer of raw bytes with its metrics bound until it is closed, if they are exposed. A missing
 * ACL is an {@link AccessDeniedException}: of a record that was sent, when its transaction is
 * committed.
 */
final class MeteredProducer extends KafkaProducer<byte[], byte[]> {
    private final KafkaClientMetrics metrics;
    private final String transactionalId;

    MeteredProducer(
            Map<String, Object> config,
            MeterRegistry meters,
            boolean exposed,
            ScheduledExecutorService pool) {
        super(config, new ByteArraySerializer(), new ByteArraySerializer());
        transactionalId = String.valueOf(config.get("transactional.id"));
        metrics = new KafkaClientMetrics(this, List.of(), pool);
        if (exposed) {
            metrics.bindTo(meters);
        }
    }

    @Override
    public void initTransactions() {
        AccessDeniedException.naming(
                AclOperation.WRITE, transactionalId, () -> super.initTransactions());
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        AccessDeniedException.naming(
                AclOperation.READ,
                transactionalId,
                () -> super.sendOffsetsToTransaction(offsets, group));
    }

    @Override
    public void commitTransaction() {
        AccessDeniedException.naming(
                AclOperation.WRITE, transactionalId, () -> super.commitTransaction());
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return AccessDeniedException.naming(
                AclOperation.DESCRIBE, transactionalId, () -> super.partitionsFor(topic));
    }

    @Override
    public void close(Duration timeout) {
        metrics.close();
        super.close(timeout);
    }
}
