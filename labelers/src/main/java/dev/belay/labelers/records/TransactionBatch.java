package dev.belay.labelers.records;

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
public final class TransactionBatch {
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

    public void add(ProducerRecord<byte[], byte[]> record) {
        records.add(record);
    }

    /**
     * @param next the first offset not covered yet
     */
    public void reached(TopicPartition partition, long next) {
        reached(partition, new OffsetAndMetadata(next));
    }

    public void reached(TopicPartition partition, OffsetAndMetadata offset) {
        offsets.put(partition, offset);
    }

    public boolean isEmpty() {
        return records.isEmpty() && offsets.isEmpty();
    }

    List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    Map<TopicPartition, OffsetAndMetadata> offsets() {
        return offsets;
    }
}
