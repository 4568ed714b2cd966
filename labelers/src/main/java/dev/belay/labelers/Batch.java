package dev.belay.labelers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What one transaction will hold: records, and the offsets that they complete. Belongs to one
 * thread.
 */
final class Batch {
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

    void add(ProducerRecord<byte[], byte[]> record) {
        records.add(record);
    }

    /**
     * @param next the first offset not covered yet
     */
    void reached(TopicPartition partition, long next) {
        reached(partition, new OffsetAndMetadata(next));
    }

    void reached(TopicPartition partition, OffsetAndMetadata offset) {
        offsets.put(partition, offset);
    }

    boolean isEmpty() {
        return records.isEmpty() && offsets.isEmpty();
    }

    List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    Map<TopicPartition, OffsetAndMetadata> offsets() {
        return offsets;
    }
}
