package dev.belay.runtime.clients;

import dev.belay.runtime.topics.AccessDeniedException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A consumer of raw bytes. A missing ACL is an {@link AccessDeniedException}. */
public class ByteConsumer extends KafkaConsumer<byte[], byte[]> {
    public ByteConsumer(Map<String, Object> config) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        return reading(() -> super.poll(timeout));
    }

    @Override
    public long position(TopicPartition partition) {
        return reading(() -> super.position(partition));
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return reading(() -> super.committed(partitions));
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return reading(() -> super.partitionsFor(topic));
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        return reading(() -> super.beginningOffsets(partitions));
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        return reading(() -> super.endOffsets(partitions));
    }

    private static <T> T reading(Supplier<T> call) {
        return AccessDeniedException.naming(AclOperation.READ, "", call);
    }
}
