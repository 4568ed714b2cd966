package dev.belay.labelers;

import dev.belay.schemas.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Topics of one partition in memory, and consumers that read them from their positions. */
public final class FakeLog {
    private final EventCodec codec;
    private final Map<String, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();

    public FakeLog(EventCodec codec) {
        this.codec = codec;
    }

    public void add(String topic, String key, SpecificRecord event) {
        raw(topic, key, Objects.requireNonNull(codec.encode(topic, event)));
    }

    public void raw(String topic, String key, byte[] value) {
        List<ConsumerRecord<byte[], byte[]>> log =
                records.computeIfAbsent(topic, t -> new ArrayList<>());
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        log.add(new ConsumerRecord<>(topic, 0, log.size(), bytes, value));
    }

    /** A record of which only the timestamp matters. */
    public void at(String topic, long timeMs) {
        List<ConsumerRecord<byte[], byte[]>> log =
                records.computeIfAbsent(topic, t -> new ArrayList<>());
        log.add(
                new ConsumerRecord<>(
                        topic,
                        0,
                        log.size(),
                        timeMs,
                        TimestampType.CREATE_TIME,
                        0,
                        0,
                        new byte[0],
                        new byte[0],
                        new RecordHeaders(),
                        Optional.empty()));
    }

    /** The next offset of a topic. */
    public long end(String topic) {
        return records.getOrDefault(topic, List.of()).size();
    }

    public MockConsumer<byte[], byte[]> consumer() {
        return new MockConsumer<>("earliest") {
            @Override
            public synchronized void assign(Collection<TopicPartition> partitions) {
                super.assign(partitions);
                partitions.forEach(p -> updateBeginningOffsets(Map.of(p, 0L)));
            }

            @Override
            public synchronized ConsumerRecords<byte[], byte[]> poll(Duration wait) {
                for (TopicPartition partition : assignment()) {
                    long from = position(partition);
                    records.getOrDefault(partition.topic(), List.of()).stream()
                            .skip(from)
                            .forEach(this::addRecord);
                }
                return super.poll(wait);
            }
        };
    }
}
