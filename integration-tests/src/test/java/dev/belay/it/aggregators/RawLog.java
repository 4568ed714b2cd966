package dev.belay.it.aggregators;

import static org.apache.kafka.common.IsolationLevel.READ_COMMITTED;
import static org.apache.kafka.common.IsolationLevel.READ_UNCOMMITTED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;

/** All records of some topics, {@code read_committed}, from the beginning, as bytes. */
final class RawLog implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String bootstrapServers;
    private final KafkaConsumer<byte[], byte[]> consumer;

    RawLog(String bootstrapServers, Collection<String> topics) {
        this.bootstrapServers = bootstrapServers;
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", bootstrapServers,
                                "isolation.level", "read_committed",
                                "auto.offset.reset", "earliest",
                                "enable.auto.commit", "false"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            consumer.partitionsFor(topic)
                    .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** What has come. */
    List<ConsumerRecord<byte[], byte[]>> poll(Duration wait) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        consumer.poll(wait).forEach(records::add);
        return records;
    }

    /** The rest, up to the end of now, once no transaction is open before it. */
    List<ConsumerRecord<byte[], byte[]>> rest() {
        Map<TopicPartition, Long> ends = settledEnds();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        Awaitility.await("reading to the end")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(1))
                .until(
                        () -> {
                            records.addAll(poll(Duration.ofMillis(100)));
                            return ends.entrySet().stream()
                                    .allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
                        });
        return records;
    }

    private Map<TopicPartition, Long> settledEnds() {
        Map<TopicPartition, Long> ends = new HashMap<>();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Awaitility.await("no open transactions")
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                ends.putAll(ends(admin, READ_UNCOMMITTED));
                                return ends(admin, READ_COMMITTED).equals(ends);
                            });
        }
        return ends;
    }

    private Map<TopicPartition, Long> ends(Admin admin, IsolationLevel isolation) throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        consumer.assignment().forEach(p -> latest.put(p, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest, new ListOffsetsOptions(isolation))
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
