package dev.belay.it.aggregators;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads records as a stranger would, with generic Avro, and says by the documented contract whether
 * they make sense. None of the product's code but the schemas.
 */
final class Judge {
    private static final String NAME = "[a-z0-9-]{1,64}";
    private static final String ID = NAME + "/" + NAME + "#\\d{1,18}@\\d{1,9}";
    private static final int MOST_ID_BYTES = 4_096;
    private static final int MOST_BLOCK_BYTES = 513 << 10;
    private static final long YEAR_1_MS = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long YEAR_10000_MS =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli() + 1;
    private static final Map<String, Schema> CONTRACTS =
            Map.of(
                    Load.TRUTH, Truth.getClassSchema(),
                    Load.PREDICTIONS, PredictionBlock.getClassSchema(),
                    Load.MODELS, ModelSpec.getClassSchema(),
                    Load.CHECKPOINTS, Checkpoint.getClassSchema());

    private final SchemaRegistryClient registry;
    private final Map<Integer, Schema> writers = new HashMap<>();
    private final Set<Integer> unknown = new HashSet<>();

    /**
     * What a record is.
     *
     * @param nonsense why it has to be refused, or null
     * @param event null: nonsense, or a tombstone
     */
    record Verdict(@Nullable String nonsense, @Nullable GenericRecord event) {}

    Judge(String registryUrl) {
        registry = new CachedSchemaRegistryClient(registryUrl, 100);
    }

    /** Makes the schemas known that will be, so that an id that is unknown now stays so. */
    void registerAll() throws IOException, RestClientException {
        for (Map.Entry<String, Schema> contract : CONTRACTS.entrySet()) {
            registry.register(contract.getKey() + "-value", new AvroSchema(contract.getValue()));
        }
        registry.register("belay.metrics-value", new AvroSchema(PairMetrics.getClassSchema()));
    }

    Verdict of(String topic, byte @Nullable [] key, byte @Nullable [] value) {
        if (key == null && !topic.equals(Load.PREDICTIONS)) {
            return nonsense("no key");
        }
        if (topic.equals(Load.PREDICTIONS) && value != null && value.length > MOST_BLOCK_BYTES) {
            return nonsense("too large");
        }
        String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        if (value == null && topic.equals(Load.TRUTH) && !isId(name)) {
            return nonsense("id");
        }
        if (value == null) {
            boolean means = topic.equals(Load.TRUTH) || topic.equals(Load.MODELS);
            return means ? new Verdict(null, null) : nonsense("no value");
        }
        GenericRecord event;
        try {
            event = decode(value, contract(topic));
        } catch (IOException | RuntimeException e) {
            return nonsense("unreadable: " + e);
        }
        String reason =
                switch (topic) {
                    case Load.TRUTH -> truth(name, event);
                    case Load.PREDICTIONS -> predictions(event);
                    case Load.MODELS -> model(name, event);
                    default -> checkpoint(name, event);
                };
        return reason == null ? new Verdict(null, event) : nonsense(reason);
    }

    private static Verdict nonsense(String reason) {
        return new Verdict(reason, null);
    }

    static Schema contract(String topic) {
        Schema schema = CONTRACTS.get(topic);
        if (schema == null) {
            throw new IllegalArgumentException("no input topic: " + topic);
        }
        return schema;
    }

    /** A good record of a topic that others are read from too, such as the metrics. */
    GenericRecord read(byte[] value, Schema as) {
        try {
            return decode(value, as);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private GenericRecord decode(byte[] value, Schema as) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        if (bytes.remaining() < 5 || bytes.get() != 0) {
            throw new IOException("not the wire format");
        }
        Schema writer = writer(bytes.getInt());
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
        GenericRecord event = new GenericDatumReader<GenericRecord>(writer, as).read(null, decoder);
        if (!decoder.isEnd()) {
            throw new IOException("bytes are left over");
        }
        return event;
    }

    private Schema writer(int id) throws IOException {
        Schema known = writers.get(id);
        if (known != null) {
            return known;
        }
        if (unknown.contains(id)) {
            throw new IOException("no schema " + id);
        }
        try {
            Schema found = ((AvroSchema) registry.getSchemaById(id)).rawSchema();
            writers.put(id, found);
            return found;
        } catch (RestClientException e) {
            unknown.add(id);
            throw new IOException("no schema " + id, e);
        }
    }

    private static @Nullable String truth(String key, GenericRecord truth) {
        int label = (Integer) truth.get("label");
        if (!truth.get("id").toString().equals(key)) {
            return "id and key differ";
        }
        if (!isId(key) || !isTime(number(truth, "eventTimeMs"))) {
            return "id or time";
        }
        return label >= 0 && label < Pairs.CLASSES ? null : "class " + label;
    }

    private static @Nullable String predictions(GenericRecord block) {
        int rows = list(block, "ids").size();
        List<?> probabilities = list(block, "probabilities");
        if (rows < 1 || rows > 1024 || list(block, "eventTimesMs").size() != rows) {
            return rows + " rows";
        }
        if ((Integer) block.get("classes") != Pairs.CLASSES
                || probabilities.size() != rows * Pairs.CLASSES
                || !list(block, "optionCounts").isEmpty()) {
            return "classes";
        }
        if (number(block, "checkpoint") < 0 || number(block, "sweepRows") < 0) {
            return "negative";
        }
        String model = block.get("model").toString();
        if (!model.matches(ID) || model.equals(Mutator.FOREIGN)) {
            return "model";
        }
        for (Object id : list(block, "ids")) {
            if (!isId(id.toString())) {
                return "id";
            }
        }
        for (Object time : list(block, "eventTimesMs")) {
            if (!isTime((Long) time)) {
                return "time";
            }
        }
        for (int i = 0; i < probabilities.size(); i += Pairs.CLASSES) {
            double sum = 0;
            for (int j = 0; j < Pairs.CLASSES; j++) {
                float p = (Float) probabilities.get(i + j);
                if (Float.isNaN(p) || p < 0 || p > 1) {
                    return "probability " + p;
                }
                sum += p;
            }
            if (sum < 0.999 || sum > 1.001) {
                return "sum " + sum;
            }
        }
        return null;
    }

    private static @Nullable String model(String key, GenericRecord spec) {
        String id =
                "%s/%s#%s@%s"
                        .formatted(
                                spec.get("experiment"),
                                spec.get("model"),
                                spec.get("seed"),
                                spec.get("run"));
        if (!id.matches(ID) || !id.equals(key) || !spec.get("id").toString().equals(key)) {
            return "id";
        }
        String supervisor = spec.get("supervisor").toString();
        Object ceiling = spec.get("ceiling");
        if (!supervisor.equals("truth") && (!supervisor.matches(ID) || supervisor.equals(key))) {
            return "supervisor";
        }
        if (ceiling != null
                && (!ceiling.toString().matches(ID) || ceiling.toString().equals(key))) {
            return "ceiling";
        }
        List<?> classes = list(spec, "classes");
        if (classes.size() < 2 || new HashSet<>(classes).size() != classes.size()) {
            return "classes";
        }
        if (!spec.get("taskKind").toString().equals("classes")) {
            return "kind of task"; // of kind choice it would have no classes
        }
        if (!spec.get("task").toString().matches(NAME) || number(spec, "partitions") < 1) {
            return "task";
        }
        for (String name :
                List.of(
                        "budget",
                        "readyAt",
                        "evaluateEvery",
                        "microEpoch",
                        "maxWaitMs",
                        "passes",
                        "replayMemory",
                        "batchSize")) {
            if (number(spec, name) < 0) {
                return name;
            }
        }
        GenericRecord optimizer = (GenericRecord) spec.get("optimizer");
        for (Object real :
                List.of(
                        spec.get("drawBelow"),
                        spec.get("replay"),
                        optimizer.get("learningRate"),
                        optimizer.get("weightDecay"))) {
            double x = (Double) real;
            if (Double.isNaN(x) || Double.isInfinite(x) || x < 0) {
                return "a number";
            }
        }
        return null;
    }

    private static @Nullable String checkpoint(String key, GenericRecord checkpoint) {
        if (!key.matches(ID) || !checkpoint.get("model").toString().equals(key)) {
            return "model";
        }
        for (String name : List.of("number", "examplesSeen", "nextPartition", "eventTimeMs")) {
            if (number(checkpoint, name) < 0) {
                return name;
            }
        }
        for (Object cursor : list(checkpoint, "cursor")) {
            GenericRecord at = (GenericRecord) cursor;
            if (number(at, "partition") < 0 || number(at, "offset") < 0) {
                return "cursor";
            }
        }
        long before = -1;
        for (Object named : list(checkpoint, "supervisorCheckpoints")) {
            if ((Long) named <= before) {
                return "supervisorCheckpoints";
            }
            before = (Long) named;
        }
        return null;
    }

    /** No test has the character that stands for what is no UTF-8. */
    private static boolean isId(String id) {
        return id.getBytes(StandardCharsets.UTF_8).length <= MOST_ID_BYTES
                && id.indexOf('\uFFFD') < 0;
    }

    private static boolean isTime(long timeMs) {
        return timeMs >= YEAR_1_MS && timeMs < YEAR_10000_MS;
    }

    static long number(GenericRecord event, String field) {
        return ((Number) event.get(field)).longValue();
    }

    static List<?> list(GenericRecord event, String field) {
        return (List<?>) event.get(field);
    }
}
