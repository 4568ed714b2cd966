package dev.belay.it.aggregators;

import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Truth and predictions as clients write them, at random by a seed: late, repeated, corrected,
 * taken back, before their specs, of unknown examples, blocks of one, blocks with ids of other
 * partitions by another partitioner, transactions that are aborted. Belongs to one thread.
 */
final class Load implements AutoCloseable {
    static final String TRUTH = "belay.t.truth";
    static final String PREDICTIONS = "belay.t.predictions";
    static final String MODELS = "belay.models";
    static final String CHECKPOINTS = "belay.checkpoints";
    static final List<String> TOPICS = List.of(TRUTH, PREDICTIONS, MODELS, CHECKPOINTS);

    /** Rows of a sweep. */
    static final int HOLDOUT = 300;

    private static final long BEGIN_MS = System.currentTimeMillis();
    private static final int SPAN_S = 600;
    private static final int KEPT = 200;
    private static final float[][] SHAPES = {
        {0.5f, 0.25f, 0.25f}, {0.75f, 0.125f, 0.125f}, {0.5f, 0.5f, 0}, {1, 0, 0}
    };

    private final Random random;
    private final EventCodec codec;
    private final String bootstrapServers;
    private final List<ProducerRecord<byte[], byte[]>> due = new ArrayList<>();
    private final List<ProducerRecord<byte[], byte[]>> lastly = new ArrayList<>();
    private final List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private int examples = 40;

    Load(String bootstrapServers, String registryUrl, Random random) {
        this.bootstrapServers = bootstrapServers;
        this.random = random;
        this.codec = new EventCodec(new CachedSchemaRegistryClient(registryUrl, 100));
        Pairs.specs().forEach(this::plan);
        Collections.shuffle(due, random);
    }

    /** The sweeps, the spec and the checkpoints of a model; its truth comes by and by. */
    private void plan(String model, ModelSpec spec) {
        (model.equals(Pairs.LATE) ? lastly : due).add(keyed(MODELS, model, spec));
        for (long k = 1; k <= Pairs.checkpoints(model); k++) {
            due.add(keyed(CHECKPOINTS, model, Pairs.checkpoint(model, k)));
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < HOLDOUT; i++) {
                ids.add("h" + i);
            }
            Collections.shuffle(ids, random);
            for (List<String> some : random.nextBoolean() ? placed(ids) : chunks(ids)) {
                due.add(block(model, k, Phase.HOLDOUT, some));
            }
        }
    }

    /** Something good that was sent before, to be altered. */
    ProducerRecord<byte[], byte[]> sample(String topic) {
        List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>(sent);
        all.addAll(due);
        all.addAll(List.of(truth(), truth(), truth(), truth(), progressive(), correction()));
        List<ProducerRecord<byte[], byte[]>> some =
                all.stream().filter(r -> r.topic().equals(topic) && r.value() != null).toList();
        return some.get(random.nextInt(some.size()));
    }

    EventCodec codec() {
        return codec;
    }

    /** Sends a transaction of this and that, or aborts it. */
    void round(List<ProducerRecord<byte[], byte[]>> others) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(others);
        for (int i = random.nextInt(12); i >= 0; i--) {
            records.add(truth());
        }
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            records.add(random.nextInt(3) > 0 ? progressive() : correction());
        }
        if (!sent.isEmpty() && random.nextBoolean()) {
            records.add(sent.get(random.nextInt(sent.size()))); // once more
        }
        examples += random.nextInt(4);
        if (others.isEmpty() && random.nextInt(10) == 0) {
            transaction(records, false);
            return;
        }
        int next = Math.min(due.size(), random.nextInt(3));
        List<ProducerRecord<byte[], byte[]>> taken = due.subList(0, next);
        records.addAll(taken);
        Collections.shuffle(records, random);
        if (transaction(records, true)) {
            taken.clear();
            for (ProducerRecord<byte[], byte[]> record : records) {
                if (!others.contains(record)) {
                    remember(record);
                }
            }
        }
    }

    /** Sends all that is missing. */
    void finish() {
        due.addAll(lastly);
        lastly.clear();
        while (!due.isEmpty()) {
            List<ProducerRecord<byte[], byte[]>> some =
                    new ArrayList<>(due.subList(0, Math.min(50, due.size())));
            if (transaction(some, true)) {
                due.subList(0, some.size()).clear();
            }
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(5));
        }
    }

    private void remember(ProducerRecord<byte[], byte[]> record) {
        if (sent.size() < KEPT) {
            sent.add(record);
        } else {
            sent.set(random.nextInt(KEPT), record);
        }
    }

    /** False if it may have failed: then it is sent again, and may be there twice. */
    private boolean transaction(List<ProducerRecord<byte[], byte[]>> records, boolean commit) {
        KafkaProducer<byte[], byte[]> open = null;
        try {
            open = opened();
            open.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                Future<?> unused = open.send(record); // the commit throws what failed
            }
            if (commit) {
                open.commitTransaction();
            } else {
                open.flush();
                open.abortTransaction();
            }
            return true;
        } catch (KafkaException e) {
            System.out.println("the load begins anew: " + e);
            producer = null;
            if (open != null) {
                open.close(Duration.ZERO);
            }
            return false;
        }
    }

    private KafkaProducer<byte[], byte[]> opened() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open =
                    new KafkaProducer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    bootstrapServers,
                                    "transactional.id",
                                    "load",
                                    "transaction.timeout.ms",
                                    10_000,
                                    "max.request.size",
                                    2 << 20),
                            new ByteArraySerializer(),
                            new ByteArraySerializer());
            producer = open;
            open.initTransactions();
        }
        return open;
    }

    private ProducerRecord<byte[], byte[]> truth() {
        String id = anyExample();
        if (random.nextInt(40) == 0) {
            byte[] takenBack = null;
            return new ProducerRecord<>(TRUTH, null, timeMs(), bytes(id), takenBack);
        }
        int right = right(id);
        int label = random.nextInt(10) == 0 ? random.nextInt(Pairs.CLASSES) : right;
        Truth truth = EventFactory.truth(id, label, timeMs());
        int partition = random.nextInt(10) == 0 ? random.nextInt(Pairs.PARTITIONS) : -1;
        return record(TRUTH, partition, id, truth);
    }

    private ProducerRecord<byte[], byte[]> progressive() {
        String model = anyModel();
        List<String> ids = new ArrayList<>();
        for (int i = random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(40); i > 0; i--) {
            ids.add("p" + random.nextInt(examples));
        }
        long checkpoint = 1L + random.nextInt((int) Pairs.checkpoints(model));
        if (random.nextBoolean()) {
            ids = placed(ids).get(0);
        }
        return block(model, checkpoint, Phase.PROGRESSIVE, ids);
    }

    private ProducerRecord<byte[], byte[]> correction() {
        String model = anyModel();
        List<String> ids = new ArrayList<>();
        for (int i = 1 + random.nextInt(30); i > 0; i--) {
            ids.add(
                    random.nextInt(20) == 0
                            ? "u" + random.nextInt(500)
                            : "h" + random.nextInt(HOLDOUT));
        }
        long checkpoint = 1L + random.nextInt((int) Pairs.checkpoints(model));
        return block(model, checkpoint, Phase.HOLDOUT, ids);
    }

    private ProducerRecord<byte[], byte[]> block(
            String model, long checkpoint, Phase phase, List<String> ids) {
        List<Long> times = new ArrayList<>();
        List<Float> probabilities = new ArrayList<>();
        int skill = model.equals(Pairs.TOP) ? 9 : model.equals(Pairs.WEAK) ? 6 : 8;
        for (String id : ids) {
            times.add(timeMs());
            int right = right(id);
            int says = random.nextInt(10) < skill ? right : random.nextInt(Pairs.CLASSES);
            float[] shape = SHAPES[random.nextInt(SHAPES.length)];
            for (int k = 0; k < Pairs.CLASSES; k++) {
                probabilities.add(shape[(k - says + Pairs.CLASSES) % Pairs.CLASSES]);
            }
        }
        // half of the writers do not say which of their predictions are labels
        boolean labels = phase == Phase.PROGRESSIVE && random.nextInt(4) == 0;
        PredictionBlock block =
                EventFactory.block(
                        model,
                        checkpoint,
                        phase,
                        Pairs.CLASSES,
                        ids,
                        times,
                        probabilities,
                        phase == Phase.HOLDOUT && random.nextInt(4) > 0 ? (long) HOLDOUT : 0L,
                        labels);
        int partition = random.nextInt(5) == 0 ? random.nextInt(Pairs.PARTITIONS) : -1;
        return record(PREDICTIONS, partition, ids.get(0), block);
    }

    /** In blocks of one, some or many, whatever their partitions. */
    private List<List<String>> chunks(List<String> ids) {
        List<List<String>> chunks = new ArrayList<>();
        int from = 0;
        while (from < ids.size()) {
            int size = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(120);
            chunks.add(ids.subList(from, Math.min(ids.size(), from + size)));
            from += size;
        }
        return chunks;
    }

    /** In one block a partition. */
    private static List<List<String>> placed(List<String> ids) {
        Map<Integer, List<String>> byPartition = new TreeMap<>();
        for (String id : ids) {
            int partition = Utils.toPositive(Utils.murmur2(bytes(id))) % Pairs.PARTITIONS;
            byPartition.computeIfAbsent(partition, p -> new ArrayList<>()).add(id);
        }
        return new ArrayList<>(byPartition.values());
    }

    /**
     * @param partition -1: as Kafka's default partitioner says
     */
    private ProducerRecord<byte[], byte[]> record(
            String topic, int partition, String key, SpecificRecord event) {
        return new ProducerRecord<>(
                topic,
                partition < 0 ? null : partition,
                timeMs(),
                bytes(key),
                codec.encode(topic, event));
    }

    private ProducerRecord<byte[], byte[]> keyed(String topic, String key, SpecificRecord event) {
        return record(topic, -1, key, event);
    }

    private String anyExample() {
        return random.nextInt(3) == 0
                ? "h" + random.nextInt(HOLDOUT * 9 / 10) // the rest stay without truth
                : "p" + random.nextInt(examples);
    }

    private String anyModel() {
        Collection<String> models = Pairs.specs().keySet();
        return List.copyOf(models).get(random.nextInt(models.size()));
    }

    private static int right(String id) {
        return Math.floorMod(id.hashCode(), Pairs.CLASSES);
    }

    /** Of few, so that some are the same. */
    private long timeMs() {
        return BEGIN_MS + 1_000L * random.nextInt(SPAN_S);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
