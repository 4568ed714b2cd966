package dev.belay.it.experiment;

import static org.apache.kafka.common.IsolationLevel.READ_COMMITTED;
import static org.apache.kafka.common.IsolationLevel.READ_UNCOMMITTED;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * What anybody else has: Kafka's consumer, Confluent's registry client, generic Avro. Nothing of
 * Belay's takes part in the reading. {@code read_committed}, from the beginning.
 */
public final class PlainReader implements AutoCloseable {
    private static final byte MAGIC = 0;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrapServers;
    private final KafkaConsumer<String, byte[]> consumer;
    private final SchemaRegistryClient registry;

    /**
     * A record as found.
     *
     * @param value null: a tombstone
     */
    public record Read(String topic, int partition, String key, @Nullable GenericRecord value) {}

    public PlainReader(String bootstrapServers, String registryUrl) {
        this.bootstrapServers = bootstrapServers;
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false",
                        "metadata.max.age.ms", "500", // sees new topics that soon
                        "group.id", "somebody-else");
        consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        registry = new CachedSchemaRegistryClient(registryUrl, 100);
    }

    /** Follows the topics whose names match, also those that are made later. */
    public void follow(Pattern topics) {
        consumer.subscribe(topics);
    }

    public List<Read> poll() {
        List<Read> reads = new ArrayList<>();
        consumer.poll(POLL).forEach(record -> reads.add(read(record)));
        return reads;
    }

    /**
     * Everything that the topics whose names match hold, once no transaction is open in them: those
     * of a killed process end with their timeout.
     *
     * @throws org.awaitility.core.ConditionTimeoutException when one stays open
     */
    public void forAll(Pattern topics, Consumer<Read> each) {
        List<TopicPartition> partitions = new ArrayList<>();
        consumer.listTopics()
                .forEach(
                        (topic, infos) -> {
                            if (topics.matcher(topic).matches()) {
                                infos.forEach(
                                        p ->
                                                partitions.add(
                                                        new TopicPartition(topic, p.partition())));
                            }
                        });
        if (partitions.isEmpty()) {
            return; // none of them is there yet
        }
        Map<TopicPartition, Long> ends = settledEnds(partitions);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Awaitility.await()
                .atMost(LIMIT)
                .until(
                        () -> {
                            poll().forEach(each);
                            return ends.entrySet().stream()
                                    .allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
                        });
    }

    /** The ends, once those of both isolation levels are the same. */
    private Map<TopicPartition, Long> settledEnds(List<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                ends.putAll(ends(admin, partitions, READ_COMMITTED));
                                return ends.equals(ends(admin, partitions, READ_UNCOMMITTED));
                            });
        }
        return ends;
    }

    private static Map<TopicPartition, Long> ends(
            Admin admin, List<TopicPartition> partitions, IsolationLevel isolation)
            throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(p -> latest.put(p, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest, new ListOffsetsOptions(isolation))
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private Read read(ConsumerRecord<String, byte[]> record) {
        byte[] value = record.value();
        return new Read(
                record.topic(),
                record.partition(),
                record.key(),
                value == null ? null : decode(value));
    }

    private GenericRecord decode(byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        byte magic = bytes.get();
        if (magic != MAGIC) {
            throw new AssertionError("found magic byte " + magic + ", expected " + MAGIC);
        }
        try {
            Schema schema = ((AvroSchema) registry.getSchemaById(bytes.getInt())).rawSchema();
            var decoder =
                    DecoderFactory.get()
                            .binaryDecoder(value, bytes.position(), bytes.remaining(), null);
            return new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RestClientException e) {
            throw new AssertionError("the registry does not know a record's schema", e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
