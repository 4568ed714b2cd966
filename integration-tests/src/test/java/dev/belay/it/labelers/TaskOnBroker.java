package dev.belay.it.labelers;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/** One task on a broker: what its producer writes, and what a read_committed reader finds. */
final class TaskOnBroker {
    static final String TASK = "task";
    static final int PARTITIONS = 4;

    /** Where a record was found, and what it holds. */
    record Found<T>(int partition, T event) {}

    private final String bootstrapServers;
    private final SchemaRegistryClient registry;
    private final String store;
    final Clients clients;

    TaskOnBroker(
            String bootstrapServers,
            SchemaRegistryClient registry,
            String store,
            List<String> labelers) {
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
        this.store = store;
        this.clients = instance("test");
        try (Admin admin = clients.admin()) {
            TopicPlan.forInstallation(clients.settings())
                    .withTask(clients.topics(), TASK, PARTITIONS, labelers)
                    .apply(admin);
        }
    }

    /** Clients of a process of this name. */
    Clients instance(String name) {
        return instance(name, Map.of());
    }

    /** The same with more settings. */
    Clients instance(String name, Map<String, String> more) {
        Settings settings =
                Settings.of(
                        Map.of(
                                "kafka.bootstrap.servers",
                                bootstrapServers,
                                "store",
                                store,
                                "cache",
                                store + "-cache",
                                "device",
                                "cpu",
                                "topics.replication",
                                "1",
                                "instance",
                                name));
        return new Clients(settings.with(more), new SimpleMeterRegistry(), registry);
    }

    /** Commits events to a topic by the producer of this transactional id. */
    void write(
            String transactionalId,
            String topic,
            List<? extends Map.Entry<String, ? extends SpecificRecord>> events) {
        try (Producer<byte[], byte[]> producer = clients.producer(transactionalId)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (var event : events) {
                var unused =
                        producer.send(
                                clients.codec()
                                        .record(topic, null, event.getKey(), event.getValue(), 7));
            }
            producer.commitTransaction();
        }
    }

    void examples(int from, int to) {
        String topic = clients.topics().examples(TASK);
        List<Map.Entry<String, Example>> events = new ArrayList<>();
        for (int i = from; i < to; i++) {
            Split split = i % 2 == 0 ? Split.STUDENT : Split.SUPERVISOR;
            events.add(
                    Map.entry(
                            "ex-" + i,
                            EventFactory.example("ex-" + i, split, "good text " + i, 7L)));
        }
        write(TASK + ".producer", topic, events);
    }

    void holdout(int rows) {
        String topic = clients.topics().holdout(TASK);
        List<Map.Entry<String, Example>> events = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            String id = "held-" + i;
            events.add(Map.entry(id, EventFactory.example(id, Split.HOLDOUT, "bad text " + i, 7L)));
        }
        write(TASK + ".producer", topic, events);
    }

    void truth(int from, int to) {
        List<Map.Entry<String, Truth>> events = new ArrayList<>();
        for (int i = from; i < to; i++) {
            events.add(Map.entry("ex-" + i, EventFactory.truth("ex-" + i, i % 2, 7L)));
        }
        write(TASK + ".producer", clients.topics().truth(TASK), events);
    }

    /** Says that the topics hold what they hold and will get no more. */
    void end(String... topics) {
        List<Map.Entry<String, Progress>> events = new ArrayList<>();
        for (String topic : topics) {
            long[] counts = new long[PARTITIONS];
            for (Found<byte[]> found : raw(topic)) {
                counts[found.partition()]++;
            }
            for (int p = 0; p < PARTITIONS; p++) {
                String writer = TASK + ".producer";
                events.add(
                        Map.entry(
                                ProgressTable.key(topic, p, writer),
                                new Progress(
                                        topic, p, writer, counts[p], Map.of(), null, 0L, true, null,
                                        List.of())));
            }
        }
        write(TASK + ".producer", clients.topics().progress(TASK), events);
    }

    /** All committed events of a topic, each partition in offset order. */
    <T extends SpecificRecord> List<Found<T>> read(String topic, Class<T> type) {
        return raw(topic).stream()
                .map(
                        f ->
                                new Found<>(
                                        f.partition(),
                                        clients.codec().decode(topic, f.event(), type)))
                .toList();
    }

    /** Ids of the examples of a partition in offset order. */
    List<String> ids(int partition, Predicate<Example> which) {
        return read(clients.topics().examples(TASK), Example.class).stream()
                .filter(f -> f.partition() == partition && which.test(f.event()))
                .map(f -> f.event().getId())
                .toList();
    }

    static int partitionOf(String id) {
        return Utils.toPositive(Utils.murmur2(id.getBytes(StandardCharsets.UTF_8))) % PARTITIONS;
    }

    private List<Found<byte[]>> raw(String topic) {
        List<Found<byte[]>> found = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "reader")) {
            List<TopicPartition> all =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (ends.entrySet().stream()
                    .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(r -> found.add(new Found<>(r.partition(), r.value())));
            }
        }
        return found;
    }
}
