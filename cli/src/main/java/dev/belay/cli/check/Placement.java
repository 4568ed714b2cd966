package dev.belay.cli.check;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Whether the labels of a topic are in the partitions that Kafka's default partitioner chooses.
 * Others are dead letters; examples, truth and predictions are accepted in any partition.
 */
final class Placement {
    private final String topic;
    private final int partitions;
    private long records;
    private long misplaced;
    private long asCrc32;
    private String first = "";

    Placement(String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        if (key == null) {
            return;
        }
        records++;
        int right = BuiltInPartitioner.partitionForKey(key, partitions);
        if (record.partition() == right) {
            return;
        }
        if (misplaced++ == 0) {
            first =
                    "key '%s' at offset %d is in partition %d instead of %d"
                            .formatted(
                                    new String(key, StandardCharsets.UTF_8),
                                    record.offset(),
                                    record.partition(),
                                    right);
        }
        CRC32 crc = new CRC32();
        crc.update(key);
        asCrc32 += crc.getValue() % partitions == record.partition() ? 1 : 0;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (misplaced > 0) {
            // of keys placed by another rule, one in so many partitions agrees by chance
            boolean librdkafka = asCrc32 == misplaced;
            findings.add(
                    new Finding(
                            Finding.Kind.WRONG_PARTITION,
                            "%,d of %,d records of %s are in other partitions than those of Kafka's default partitioner, murmur2 of the key%s; the first: %s"
                                    .formatted(
                                            misplaced,
                                            records,
                                            topic,
                                            librdkafka
                                                    ? ", but in those of CRC32, librdkafka's default"
                                                    : "",
                                            first),
                            librdkafka
                                    ? "set partitioner=murmur2_random in the writing client or pass the partition of the example, and write them again"
                                    : "pass the partition of the example, or let a client with Kafka's default partitioner choose it with the key as UTF-8, and write them again"));
        }
        return findings;
    }
}
