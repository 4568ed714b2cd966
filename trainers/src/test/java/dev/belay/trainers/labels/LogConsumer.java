package dev.belay.trainers.labels;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Gives a log from where it stands, 50 records of each partition a poll. */
class LogConsumer extends MockConsumer<byte[], byte[]> {
    static final int A_POLL = 50;

    private final String topic;
    private final Map<TopicPartition, List<byte[]>> log;
    private volatile long polled;

    /**
     * @param log the values of each partition
     */
    LogConsumer(String topic, int partitions, Map<TopicPartition, List<byte[]>> log) {
        super("earliest");
        this.topic = topic;
        this.log = log;
        Node node = Node.noNode();
        List<PartitionInfo> infos = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            infos.add(new PartitionInfo(topic, p, node, new Node[0], new Node[0]));
        }
        updatePartitions(topic, infos);
    }

    /** Records given so far. */
    long polled() {
        return polled;
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
        for (TopicPartition p : assignment()) {
            List<byte[]> values = log.getOrDefault(p, List.of());
            int from = (int) position(p);
            int to = paused().contains(p) ? from : Math.min(from + A_POLL, values.size());
            for (int i = from; i < to; i++) {
                byte[] key = topic.getBytes(StandardCharsets.UTF_8);
                var record = new ConsumerRecord<>(topic, p.partition(), i, key, values.get(i));
                records.computeIfAbsent(p, x -> new ArrayList<>()).add(record);
            }
            seek(p, to);
            polled += to - from;
        }
        if (records.isEmpty()) {
            LockSupport.parkNanos(100_000);
            return ConsumerRecords.empty();
        }
        Map<TopicPartition, OffsetAndMetadata> next = Map.of();
        return new ConsumerRecords<>(records, next);
    }

    @Override
    public synchronized OptionalLong currentLag(TopicPartition partition) {
        return OptionalLong.of(log.getOrDefault(partition, List.of()).size() - position(partition));
    }
}
