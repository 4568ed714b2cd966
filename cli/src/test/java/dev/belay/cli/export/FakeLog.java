package dev.belay.cli.export;

import dev.belay.schemas.EventCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Topics in memory, and consumers that read them. */
public final class FakeLog {
    private final EventCodec codec;
    private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records =
            new HashMap<>();

    public FakeLog(EventCodec codec) {
        this.codec = codec;
    }

    public void add(String topic, int partition, String key, @Nullable SpecificRecord event) {
        raw(topic, partition, key, codec.encode(topic, event));
    }

    @SuppressWarnings("NullAway") // a ConsumerRecord's value may be null: a tombstone
    public void raw(String topic, int partition, String key, byte @Nullable [] value) {
        List<ConsumerRecord<byte[], byte[]>> log =
                records.computeIfAbsent(
                        new TopicPartition(topic, partition), p -> new ArrayList<>());
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        log.add(new ConsumerRecord<>(topic, partition, log.size(), bytes, value));
    }

    public Consumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer =
                new MockConsumer<>("earliest") {
                    @Override
                    public synchronized void assign(Collection<TopicPartition> partitions) {
                        super.assign(partitions);
                        for (TopicPartition partition : partitions) {
                            updateBeginningOffsets(Map.of(partition, 0L));
                            records.getOrDefault(partition, List.of()).forEach(this::addRecord);
                        }
                    }
                };
        Map<String, List<PartitionInfo>> infos = new HashMap<>();
        records.forEach(
                (partition, log) -> {
                    consumer.updateEndOffsets(Map.of(partition, (long) log.size()));
                    infos.computeIfAbsent(partition.topic(), topic -> new ArrayList<>())
                            .add(
                                    new PartitionInfo(
                                            partition.topic(),
                                            partition.partition(),
                                            Node.noNode(),
                                            new Node[0],
                                            new Node[0]));
                });
        infos.forEach(consumer::updatePartitions);
        return consumer;
    }
}
