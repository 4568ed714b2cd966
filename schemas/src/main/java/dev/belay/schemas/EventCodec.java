package dev.belay.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.belay.schemas.events.PredictionBlock;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Serializes and deserializes events in the Confluent wire format: a zero byte, the schema's id in
 * the registry (4 bytes, big-endian), Avro binary. Subjects by TopicNameStrategy ({@code
 * <topic>-value}); a writer's schema is registered at first use unless that is switched off, and
 * refused by the registry if it is not BACKWARD compatible. Readers always use their own, compiled
 * schema.
 *
 * <p>Thread-safe; encoders and decoders are kept per thread.
 */
public final class EventCodec {
    /** Zero byte and schema id, in front of every value. */
    public static final int HEADER_BYTES = AvroBinary.HEADER_BYTES;

    private static final int MAX_BYTES = 16 << 20;

    private static final int CONFLICT = 409;
    private static final int SERVER_ERROR = 500;

    static {
        // No record may make a reader allocate more than a record can hold.
        limit("org.apache.avro.limits.bytes.maxLength");
        limit("org.apache.avro.limits.string.maxLength");
        limit("org.apache.avro.limits.collectionItems.maxLength");
    }

    private final SchemaRegistryClient registry;
    private final boolean registering;
    private final RegistryErrors errors;

    /** By topic, then the schema's full name: both cache their hashes, a joined key would not. */
    private final Map<String, Map<String, Integer>> idByTopic = new ConcurrentHashMap<>();

    private final Map<Integer, Schema> writerById = new ConcurrentHashMap<>();

    /**
     * Registry ids of this program's own schema of blocks, cached: comparing two schemas takes as
     * long as decoding a block.
     */
    private final Set<Integer> blockWriters = ConcurrentHashMap.newKeySet();

    private final ThreadLocal<AvroBinary> perThread = ThreadLocal.withInitial(AvroBinary::new);

    /** Registers the schemas that it writes with. */
    public EventCodec(SchemaRegistryClient registry) {
        this(registry, true);
    }

    /**
     * @param registering whether a schema that is not in the registry is registered at its first
     *     use; else writing with it fails
     */
    public EventCodec(SchemaRegistryClient registry, boolean registering) {
        this(registry, registering, RegistryErrors.unnamed());
    }

    /**
     * @param url of the registry, for errors; without credentials
     */
    public EventCodec(SchemaRegistryClient registry, boolean registering, String url) {
        this(registry, registering, RegistryErrors.at(url));
    }

    private EventCodec(SchemaRegistryClient registry, boolean registering, RegistryErrors errors) {
        this.registry = registry;
        this.registering = registering;
        this.errors = errors;
    }

    /**
     * Registers the schema of a topic's values, whether or not it is there.
     *
     * @return its id in the registry
     * @throws SerializationException when the registry does not answer or refuses the schema
     */
    public int declare(String topic, Schema schema) {
        return idOf(topic, schema, true);
    }

    /**
     * Encodes an event; null stays null (a tombstone).
     *
     * @throws SerializationException when the registry does not answer or refuses the schema
     */
    public byte @Nullable [] encode(String topic, @Nullable SpecificRecord event) {
        if (event == null) {
            return null;
        }
        Schema schema = event.getSchema();
        Integer known = idByTopic.getOrDefault(topic, Map.of()).get(schema.getFullName());
        int id = known != null ? known : idOf(topic, schema, registering);
        return perThread.get().encode(id, event);
    }

    /**
     * Decodes an event with this program's own schema of {@code type}.
     *
     * @throws SerializationException when the bytes are not of the wire format, the schema's id is
     *     unknown, or the content does not fit; its message says type, size and topic
     */
    public <T extends SpecificRecord> T decode(String topic, byte[] bytes, Class<T> type) {
        try {
            if (bytes.length < AvroBinary.HEADER_BYTES || bytes[0] != 0) {
                throw new SerializationException(
                        "not the Confluent wire format (zero byte, schema id, Avro)");
            }
            Schema writer = writer(ByteBuffer.wrap(bytes, 1, 4).getInt());
            return perThread.get().decode(writer, bytes, type);
        } catch (IOException | RuntimeException e) {
            // Avro's decoder throws many kinds of RuntimeException on malformed bytes
            throw new SerializationException(
                    "cannot read %s (%s bytes) from %s: %s"
                            .formatted(type.getSimpleName(), bytes.length, topic, e.getMessage()),
                    e);
        }
    }

    /**
     * Decodes a value of any schema with the schema that it was written with.
     *
     * @return what Avro's generic reader returns
     * @throws SerializationException as {@link #decode(String, byte[], Class)}
     */
    public @Nullable Object decode(String topic, byte[] bytes) {
        try {
            if (bytes.length < HEADER_BYTES || bytes[0] != 0) {
                throw new SerializationException(
                        "not the Confluent wire format (zero byte, schema id, Avro)");
            }
            return perThread.get().decode(writer(ByteBuffer.wrap(bytes, 1, 4).getInt()), bytes);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException(
                    "cannot read %s bytes from %s: %s"
                            .formatted(bytes.length, topic, e.getMessage()),
                    e);
        }
    }

    /** As {@link #columns(String, byte[], BlockColumns.KnownIds)}, no ids being known. */
    public BlockColumns columns(String topic, byte[] bytes) {
        return columns(topic, bytes, BlockColumns.KnownIds.NONE);
    }

    /**
     * Decodes a prediction block into columns: what {@link #decode} gives, without boxing.
     *
     * @param known where ids are looked for before they are read
     * @throws SerializationException as {@link #decode}
     */
    public BlockColumns columns(String topic, byte[] bytes, BlockColumns.KnownIds known) {
        if (bytes.length > AvroBinary.HEADER_BYTES && bytes[0] == 0) {
            // the first block of each writer, and all blocks of writers with another schema
            if (blockWriters.contains(ByteBuffer.wrap(bytes, 1, 4).getInt())) {
                BlockColumns columns = BlockDecoder.decode(bytes, AvroBinary.HEADER_BYTES, known);
                if (columns != null) {
                    return columns;
                }
            }
        }
        PredictionBlock event = decode(topic, bytes, PredictionBlock.class);
        BlockColumns columns =
                BlockDecoder.decode(
                        perThread.get().encode(0, event), AvroBinary.HEADER_BYTES, known);
        if (columns == null) {
            throw new IllegalStateException("what was just written can't be read: " + event);
        }
        return columns;
    }

    /**
     * Whether {@link #decode} failed because the registry did not answer, or not as registries do.
     * The record itself may be valid, so reading it should be retried.
     */
    public static boolean isOutage(SerializationException failure) {
        return failure.getCause() instanceof RegistryOutage;
    }

    /** Distinguishes the registry's I/O errors from those that Avro throws on malformed bytes. */
    private static final class RegistryOutage extends IOException {
        private static final long serialVersionUID = 1;

        RegistryOutage(String message, Exception cause) {
            super(message, cause);
        }
    }

    /**
     * A record ready to send.
     *
     * @param partition null: Kafka's default partitioner decides by the key
     * @param event null: a tombstone
     */
    public ProducerRecord<byte[], byte[]> record(
            String topic,
            @Nullable Integer partition,
            String key,
            @Nullable SpecificRecord event,
            long timestampMs) {
        return new ProducerRecord<>(
                topic,
                partition,
                timestampMs,
                key.getBytes(StandardCharsets.UTF_8),
                encode(topic, event));
    }

    private int idOf(String topic, Schema schema, boolean register) {
        String subject = topic + "-value";
        AvroSchema avro = new AvroSchema(schema);
        try {
            int id = register ? registered(subject, avro) : registry.getId(subject, avro);
            idByTopic
                    .computeIfAbsent(topic, t -> new ConcurrentHashMap<>())
                    .put(schema.getFullName(), id);
            return id;
        } catch (IOException e) {
            throw new SerializationException(errors.unanswered(subject, e), e);
        } catch (RestClientException e) {
            boolean isUnknown =
                    e.getStatus() == RegistryErrors.NOT_THERE && RegistryErrors.hint(e).isEmpty();
            String message =
                    !register && isUnknown
                            ? errors.unregistered(schema.getFullName(), subject)
                            : errors.refused(schema.getFullName(), subject, e);
            throw new SerializationException(message, e);
        }
    }

    /**
     * Asks the registry for its subjects.
     *
     * @throws IOException when it does not answer now
     * @throws IllegalStateException when a server answers and has no registry at the URL, or
     *     demands credentials or certificates that this client does not have; the message names
     *     what was expected
     */
    public void checkRegistry() throws IOException {
        try {
            registry.getAllSubjects();
        } catch (JsonProcessingException e) { // the page of another server
            throw new IllegalStateException(
                    "the answer is not JSON" + RegistryErrors.WRONG_PATH, e);
        } catch (SSLException e) {
            throw new IllegalStateException(e.getMessage() + errors.hint(e), e);
        } catch (RestClientException e) {
            String answer = "HTTP " + e.getStatus() + ": " + e.getMessage();
            if (e.getStatus() == RegistryErrors.NOT_THERE
                    || e.getStatus() == RegistryErrors.UNAUTHORIZED) {
                throw new IllegalStateException(answer + RegistryErrors.hint(e), e);
            }
            if (e.getStatus() >= SERVER_ERROR) {
                throw new IOException(answer, e);
            }
            // it answers; a client that may not list subjects may still read schemas
        } catch (IOException e) {
            throw new IOException(e.getMessage() + errors.hint(e), e);
        }
    }

    /**
     * If two clients register the same new schema at the same time, a registry may refuse one of
     * them because it exists, so a conflict is retried once. An incompatible schema is refused
     * again.
     */
    private int registered(String subject, AvroSchema schema)
            throws IOException, RestClientException {
        try {
            return registry.register(subject, schema);
        } catch (RestClientException e) {
            if (e.getStatus() != CONFLICT) {
                throw e;
            }
            return registry.register(subject, schema);
        }
    }

    private Schema writer(int id) throws IOException {
        Schema known = writerById.get(id);
        if (known != null) {
            return known;
        }
        try {
            Schema schema = (Schema) registry.getSchemaById(id).rawSchema();
            writerById.put(id, schema);
            if (schema.equals(PredictionBlock.getClassSchema())) {
                blockWriters.add(id);
            }
            return schema;
        } catch (IOException e) {
            throw new RegistryOutage(errors.unanswered("schema id " + id, e), e);
        } catch (RestClientException e) {
            if (e.getErrorCode() / 100 != RegistryErrors.NOT_THERE) {
                throw new RegistryOutage(errors.answered(e), e);
            }
            throw new SerializationException(errors.unknownId(id, e), e);
        }
    }

    private static void limit(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(MAX_BYTES));
        }
    }
}
