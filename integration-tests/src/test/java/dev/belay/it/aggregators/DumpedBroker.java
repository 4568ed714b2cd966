package dev.belay.it.aggregators;

import static java.util.Objects.requireNonNull;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;

import com.google.common.util.concurrent.Futures;
import dev.belay.it.aggregators.StateDump.Entry;
import dev.belay.it.aggregators.StateDump.Partition;
import dev.belay.it.aggregators.StateDump.Schema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Takes {@link StateDump}s from a broker and writes them to another. Restored records have the
 * offsets that they had, since offsets are in the group's commits and in the stores. Offsets that
 * held no committed record (ends of transactions) hold the record before once more, which changes
 * nothing in a changelog and in the inputs; committed offsets are moved past them.
 */
final class DumpedBroker {
    private static final int MOST_IDS = 100;

    private DumpedBroker() {}

    /**
     * Takes all topics but the broker's own.
     *
     * @param state the state folder; RocksDB's log and options, which name folders of this machine,
     *     are left out: it needs neither
     */
    static StateDump take(String broker, String registryUrl, String group, Path state)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            List<String> topics = admin.listTopics().names().get().stream().sorted().toList();
            List<Partition> partitions = new ArrayList<>();
            for (String topic : topics) {
                partitions.addAll(partitions(admin, broker, topic));
            }
            Map<TopicPartition, Long> committed = new HashMap<>();
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((at, offset) -> committed.put(at, offset.offset()));
            return new StateDump(schemas(registryUrl), partitions, committed, files(state));
        }
    }

    private static List<Partition> partitions(Admin admin, String broker, String topic)
            throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        String policy =
                admin.describeConfigs(List.of(resource))
                        .values()
                        .values()
                        .iterator()
                        .next()
                        .get()
                        .get(CLEANUP_POLICY_CONFIG)
                        .value();
        Map<TopicPartition, NavigableMap<Long, Entry>> records = new HashMap<>();
        try (RawLog log = new RawLog(broker, List.of(topic))) {
            for (ConsumerRecord<byte[], byte[]> r : log.rest()) {
                records.computeIfAbsent(
                                new TopicPartition(topic, r.partition()), p -> new TreeMap<>())
                        .put(r.offset(), new Entry(r.timestamp(), r.key(), r.value()));
            }
        }
        int count =
                admin.describeTopics(List.of(topic))
                        .topicNameValues()
                        .values()
                        .iterator()
                        .next()
                        .get()
                        .partitions()
                        .size();
        List<Partition> partitions = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            TopicPartition at = new TopicPartition(topic, p);
            partitions.add(
                    new Partition(
                            at,
                            policy.contains("compact"),
                            offset(admin, at, OffsetSpec.earliest()),
                            offset(admin, at, OffsetSpec.latest()),
                            records.getOrDefault(at, new TreeMap<>())));
        }
        return partitions;
    }

    private static long offset(Admin admin, TopicPartition at, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(at, spec)).partitionResult(at).get().offset();
    }

    private static Map<Integer, Schema> schemas(String registryUrl) throws Exception {
        SchemaRegistryClient registry = new CachedSchemaRegistryClient(registryUrl, MOST_IDS);
        Map<Integer, Schema> schemas = new TreeMap<>();
        for (String subject : registry.getAllSubjects()) {
            for (int version : registry.getAllVersions(subject)) {
                var found = registry.getSchemaMetadata(subject, version);
                schemas.put(found.getId(), new Schema(subject, found.getSchema()));
            }
        }
        return schemas;
    }

    private static Map<String, byte[]> files(Path state) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(state)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (!name.matches("LOG.*|OPTIONS.*|LOCK|\\.lock")) {
                    files.put(state.relativize(file).toString(), Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    /** Makes the topics with the records and offsets that they had, and registers the schemas. */
    static void restore(StateDump dump, String broker, String registryUrl, String group)
            throws Exception {
        SchemaRegistryClient registry = new CachedSchemaRegistryClient(registryUrl, MOST_IDS);
        for (Map.Entry<Integer, Schema> entry : dump.schemas().entrySet()) {
            Schema schema = entry.getValue();
            int id = registry.register(schema.subject(), new AvroSchema(schema.text()));
            require(id == entry.getKey(), schema.subject() + " has schema id " + id);
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(topics(dump.partitions())).all().get();
            for (Partition partition : dump.partitions()) {
                restore(broker, partition);
                if (partition.beginOffset() > 0) {
                    var before = RecordsToDelete.beforeOffset(partition.beginOffset());
                    admin.deleteRecords(Map.of(partition.at(), before)).all().get();
                }
            }
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            for (Partition partition : dump.partitions()) {
                Long offset = dump.committed().get(partition.at());
                if (offset != null) {
                    Long next = partition.records().ceilingKey(offset);
                    long from = next == null ? partition.endOffset() : next;
                    offsets.put(partition.at(), new OffsetAndMetadata(from));
                }
            }
            admin.alterConsumerGroupOffsets(group, offsets).all().get();
        }
    }

    /** The records have old timestamps: a topic that is not compacted keeps them all the same. */
    private static List<NewTopic> topics(List<Partition> partitions) {
        Map<String, NewTopic> topics = new TreeMap<>();
        for (Partition partition : partitions) {
            String topic = partition.at().topic();
            int count = (int) partitions.stream().filter(p -> p.at().topic().equals(topic)).count();
            topics.computeIfAbsent(
                    topic,
                    t ->
                            new NewTopic(t, count, (short) 1)
                                    .configs(
                                            partition.compacted()
                                                    ? Map.of(CLEANUP_POLICY_CONFIG, "compact")
                                                    : Map.of(RETENTION_MS_CONFIG, "-1")));
        }
        return List.copyOf(topics.values());
    }

    private static void restore(String broker, Partition partition) {
        try (var producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            Entry entry = new Entry(0, new byte[0], null); // of what was deleted
            TopicPartition at = partition.at();
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (long offset = 0; offset < partition.endOffset(); offset++) {
                entry = partition.records().getOrDefault(offset, entry);
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        at.topic(),
                                        at.partition(),
                                        entry.timestampMs(),
                                        entry.key(),
                                        entry.value())));
            }
            for (int i = 0; i < sent.size(); i++) {
                long offset = requireNonNull(Futures.getUnchecked(sent.get(i))).offset();
                require(offset == i, at + " was not empty");
            }
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
