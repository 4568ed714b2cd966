package dev.belay.producers.topic;

import dev.belay.plugins.Configured;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Source;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** A topic in memory; records go to its partitions in turn. */
public final class MockTopic {
    public static final String NAME = "reviews";
    public static final Configured<Source> SOURCE =
            Configured.of(Source.class, "topic", Map.of("topic", NAME));
    public static final long TIME_MS = 1_700_000_000_000L;

    private final int partitions;
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

    public MockTopic(int partitions) {
        this.partitions = partitions;
    }

    /** Event time of the n-th record is {@link #TIME_MS} + n. */
    public MockTopic add(String value) {
        return add(NAME, null, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A record of this topic, or of a second one. */
    public MockTopic add(String topic, @Nullable String key, byte[] value) {
        int n = (int) records.stream().filter(r -> r.topic().equals(topic)).count();
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        records.add(
                new ConsumerRecord<>(
                        topic,
                        n % partitions,
                        n / partitions,
                        TIME_MS + n,
                        TimestampType.CREATE_TIME,
                        0,
                        value.length,
                        keyBytes,
                        value,
                        new RecordHeaders(),
                        Optional.empty()));
        return this;
    }

    /** Records of the topic. */
    public int size() {
        return records.size();
    }

    /**
     * The topic as a source that resumes.
     *
     * @param committed offsets of its group
     * @param known examples written by then
     * @param limit ids remembered of each of the task's partitions
     */
    public ExampleSource source(
            DataConfig config,
            Clients clients,
            int taskPartitions,
            Map<TopicPartition, OffsetAndMetadata> committed,
            Stream<Example> known,
            int limit) {
        KnownIds ids = new KnownIds(taskPartitions, limit);
        var share = (DataConfig.Holdout.Share) config.holdout();
        var generations = new HoldoutGenerations(share.size(), share.rolling());
        known.forEach(
                e -> {
                    if (e.getSplit() == Split.HOLDOUT) {
                        ids.restoreHoldout(e.getId());
                        generations.add(e.getHoldoutVersion(), e.getEventTimeMs());
                    } else {
                        ids.addExample(e.getId());
                    }
                });
        TopicSource source = new TopicSource(clients, "t", config);
        return new ExampleSource() {
            @Override
            public String name() {
                return source.name();
            }

            @Override
            public String sourceHash() {
                return source.sourceHash();
            }

            @Override
            public long total() {
                return source.total();
            }

            @Override
            public @Nullable TruthDraw truth() {
                return source.truth();
            }

            @Override
            public boolean hasVotes() {
                return source.hasVotes();
            }

            @Override
            public Reader open(long done) {
                return new TopicReader(
                        consumer(committed),
                        ids,
                        generations,
                        config,
                        new DeadLetters(clients, "producer"),
                        clients.codec(),
                        "t");
            }
        };
    }

    private MockConsumer<byte[], byte[]> consumer(
            Map<TopicPartition, OffsetAndMetadata> committed) {
        var consumer =
                new MockConsumer<byte[], byte[]>("none") {
                    /** MockConsumer forgets them with each assignment. */
                    @Override
                    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                            Set<TopicPartition> wanted) {
                        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(committed);
                        found.keySet().retainAll(wanted);
                        return found;
                    }
                };
        Map<TopicPartition, Long> beginnings = new HashMap<>();
        Map<TopicPartition, Long> ends = new HashMap<>();
        Set<String> topics = new LinkedHashSet<>(List.of(NAME));
        records.forEach(r -> topics.add(r.topic()));
        for (String topic : topics) {
            List<PartitionInfo> infos = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                int partition = p;
                infos.add(new PartitionInfo(topic, p, Node.noNode(), new Node[0], new Node[0]));
                beginnings.put(new TopicPartition(topic, p), 0L);
                ends.put(
                        new TopicPartition(topic, p),
                        records.stream()
                                .filter(r -> r.topic().equals(topic) && r.partition() == partition)
                                .count());
            }
            consumer.updatePartitions(topic, infos);
        }
        consumer.updateBeginningOffsets(beginnings);
        consumer.updateEndOffsets(ends);
        consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
        return consumer;
    }
}
