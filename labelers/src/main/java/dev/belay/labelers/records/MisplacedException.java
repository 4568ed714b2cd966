package dev.belay.labelers.records;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * An example or truth in another partition than that of its key: clients with another partitioner
 * write such records. It is valid; where it is read first it is sent on to its own partition.
 */
public final class MisplacedException extends BadRecordException {
    private static final long serialVersionUID = 1L;

    private final transient ConsumerRecord<byte[], byte[]> record;
    private final int belongs;

    MisplacedException(ConsumerRecord<byte[], byte[]> record, int belongs, int partitions) {
        super(reason(record, belongs, partitions));
        this.record = record;
        this.belongs = belongs;
    }

    static String reason(ConsumerRecord<byte[], byte[]> record, int belongs, int partitions) {
        return "found in partition %d of %s, its key belongs in %d of %d (Kafka's default partitioner, murmur2; clients of librdkafka need partitioner=murmur2_random)"
                .formatted(record.partition(), record.topic(), belongs, partitions);
    }

    /** The record again, in its own partition. */
    public ProducerRecord<byte[], byte[]> forwarded() {
        return new ProducerRecord<>(
                record.topic(),
                belongs,
                record.timestamp() < 0 ? null : record.timestamp(),
                record.key(),
                record.value(),
                record.headers());
    }
}
