package dev.belay.it.experiment;

import dev.belay.it.experiment.PlainReader.Read;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Progress;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A labeler as another team has it: Kafka's clients, Confluent's registry client, generic Avro;
 * nothing of Belay's. It reads the examples and the holdout of a task, writes a label for each, and
 * reports the end of each partition of its labels once the examples have ended.
 */
final class PlainLabeler implements AutoCloseable {
    private static final Schema LABEL = parsed(Label.getClassSchema());
    private static final Schema PROGRESS = parsed(Progress.getClassSchema());

    private final String task;
    private final String labeler;
    private final String topic;
    private final Function<String, List<Float>> rule;
    private final PlainReader reader;
    private final SchemaRegistryClient registry;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<String, List<Float>> answers = new HashMap<>(); // by example id
    private final Map<Integer, Long> written = new TreeMap<>(); // STUDENT labels, by partition
    private final Map<String, Long> seen = new HashMap<>(); // records by topic/partition
    private final Map<String, Long> ended = new HashMap<>(); // the same, once they are all
    private boolean badSent;

    /**
     * @param labeler experiment/name#0@run
     * @param rule a text's distribution; empty: abstains
     */
    PlainLabeler(
            String bootstrapServers,
            String registryUrl,
            String task,
            String labeler,
            String topic,
            Function<String, List<Float>> rule) {
        this.task = task;
        this.labeler = labeler;
        this.topic = topic;
        this.rule = rule;
        reader = new PlainReader(bootstrapServers, registryUrl);
        registry = new CachedSchemaRegistryClient(registryUrl, 100);
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers),
                        new StringSerializer(),
                        new ByteArraySerializer());
        reader.follow(
                Pattern.compile(
                        Pattern.quote("belay." + task + ".") + "(examples|holdout|progress)"));
    }

    /** As from an .avsc file. */
    private static Schema parsed(Schema schema) {
        return new Schema.Parser().parse(schema.toString());
    }

    /** One poll; returns whether the ends of all partitions are reported. */
    boolean step(int partitions) throws Exception {
        for (Read read : reader.poll()) {
            GenericRecord value = read.value();
            if (value == null) {
                throw new AssertionError("a tombstone: " + read);
            }
            if (read.topic().endsWith(".progress")) {
                if ((Boolean) value.get("ended")) {
                    ended.merge(
                            value.get("topic") + "/" + value.get("partition"),
                            (Long) value.get("records"),
                            Math::max);
                }
            } else if (!value.get("split").toString().equals("SUPERVISOR")) {
                sendBadOnce(value, partitions);
                RecordMetadata at = send(value, rule.apply(value.get("text").toString()));
                if (value.get("split").toString().equals("STUDENT")) {
                    written.merge(at.partition(), 1L, Long::sum);
                }
                seen.merge(read.topic() + "/" + read.partition(), 1L, Long::sum);
            } else {
                seen.merge(read.topic() + "/" + read.partition(), 1L, Long::sum);
            }
        }
        for (int p = 0; p < partitions; p++) {
            for (String kind : List.of("examples", "holdout")) {
                String of = "belay." + task + "." + kind + "/" + p;
                if (!ended.containsKey(of) || !ended.get(of).equals(seen.getOrDefault(of, 0L))) {
                    return false;
                }
            }
        }
        for (int p = 0; p < partitions; p++) {
            reportEnd(p);
        }
        return true;
    }

    /** What was answered for an example; empty where it abstained. */
    Map<String, List<Float>> answers() {
        return answers;
    }

    /** Before the label of the first holdout example: what must not count as a label of it. */
    private void sendBadOnce(GenericRecord example, int partitions) throws Exception {
        if (!badSent && example.get("split").toString().equals("HOLDOUT")) {
            badSent = true;
            RecordMetadata at = send(example, List.of(Float.NaN, 1f));
            send(example, List.of(0.2f, 0.2f, 0.6f));
            send(example, List.of(1f, 0f), (at.partition() + 1) % partitions);
        }
    }

    private RecordMetadata send(GenericRecord example, List<Float> distribution) throws Exception {
        return send(example, distribution, null);
    }

    private RecordMetadata send(
            GenericRecord example, List<Float> distribution, @Nullable Integer partition)
            throws Exception {
        String id = example.get("id").toString();
        answers.put(id, distribution);
        GenericRecord label = new GenericData.Record(LABEL);
        label.put("example", example);
        label.put("labeler", labeler);
        label.put("checkpoint", 0L);
        label.put("probabilities", distribution);
        label.put("abstained", distribution.isEmpty());
        byte[] bytes = encode(topic, label);
        return producer.send(new ProducerRecord<>(topic, partition, id, bytes)).get();
    }

    private void reportEnd(int partition) throws Exception {
        String progressTopic = "belay." + task + ".progress";
        GenericRecord progress =
                new GenericRecordBuilder(PROGRESS) // sets the fields that others have no use for
                        .set("topic", topic)
                        .set("partition", partition)
                        .set("writer", labeler)
                        .set("records", written.getOrDefault(partition, 0L))
                        .set("splits", Map.of())
                        .set("sourceHash", null)
                        .set("ended", true)
                        .build();
        String key = topic + "/" + partition + "/" + labeler;
        producer.send(new ProducerRecord<>(progressTopic, key, encode(progressTopic, progress)))
                .get();
    }

    private byte[] encode(String to, GenericRecord event) throws IOException, RestClientException {
        var bytes = new ByteArrayOutputStream();
        int id = registry.register(to + "-value", new AvroSchema(event.getSchema()));
        bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(event.getSchema()).write(event, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        reader.close();
        producer.close();
        try {
            registry.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
