package dev.belay.benchmarks.harness;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.utils.Utils;

/** What a bench's services find on the broker: topics, and events as their writers write them. */
public final class Stage {
    public static final int PARTITIONS = 4;
    public static final List<String> CLASSES = List.of("no", "yes");

    /** Width of the head's hidden layer. */
    public static final int HIDDEN = 128;

    public static final double LEARNING_RATE = 1e-3;

    private static final String EXPERIMENT = "bench";
    public static final long TIME_MS = 1_700_000_000_000L;

    private final Clients clients;

    public Stage(Clients clients) {
        this.clients = clients;
    }

    /** An event by its key. */
    record Keyed(String topic, String key, SpecificRecord event) {}

    public static String model(String name, long seed) {
        return EXPERIMENT + "/" + name + "#" + seed + "@1";
    }

    /** Makes the installation's topics and a task's, and waits for their leaders. */
    public void task(String task, List<String> labelers) {
        try (Admin admin = clients.admin()) {
            TopicPlan plan =
                    TopicPlan.forInstallation(clients.settings())
                            .withTask(clients.topics(), task, PARTITIONS, labelers);
            plan.apply(admin);
            Map<String, Integer> partitions = new HashMap<>();
            plan.topics().forEach(topic -> partitions.put(topic.name(), topic.partitions()));
            awaitLeaders(admin, partitions);
        }
    }

    /** Makes a topic of {@link #PARTITIONS} that keeps all, and waits for its leaders. */
    public void topic(String name) {
        try (Admin admin = clients.admin()) {
            // events here are years old
            var topic =
                    new NewTopic(name, PARTITIONS, (short) 1)
                            .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"));
            KafkaFutures.get(
                    admin.createTopics(List.of(topic)).all(), "creating the topic " + name);
            awaitLeaders(admin, Map.of(name, PARTITIONS));
        }
    }

    /**
     * Waits until each partition's leader answers. What is written sooner is refused and sent
     * again, which takes seconds; if the batch behind it was not refused, it fails.
     *
     * @param partitions their number by topic
     */
    private static void awaitLeaders(Admin admin, Map<String, Integer> partitions) {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        partitions.forEach(
                (topic, count) -> {
                    for (int p = 0; p < count; p++)
                        all.put(new TopicPartition(topic, p), OffsetSpec.latest());
                });
        KafkaFutures.get(
                admin.listOffsets(all).all(), "asking the leaders of " + partitions.keySet());
    }

    /** A spec with the defaults that are known to work: AdamW 1e-3, batch 32, replay 1. */
    public static ModelSpec.Builder spec(String name, long seed, String task, String encoder) {
        return ModelSpec.newBuilder()
                .setId(model(name, seed))
                .setExperiment(EXPERIMENT)
                .setModel(name)
                .setSeed(seed)
                .setRun(1)
                .setSpecHash(name)
                .setTask(task)
                .setClasses(CLASSES)
                .setPartitions(PARTITIONS)
                .setEncoderName(encoder)
                .setHead(new Head(HeadKind.MLP, HIDDEN))
                .setSupervisor(ModelId.TRUTH)
                .setSplit(Split.STUDENT)
                .setBudget(0)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAMW)
                                .setLearningRate(LEARNING_RATE)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L));
    }

    public void publish(List<ModelSpec> specs) {
        write(specs.stream().map(s -> keyed(clients.topics().models(), s.getId(), s)).toList());
    }

    /** Returns when it could be read, {@link System#nanoTime}. */
    public long publish(Checkpoint checkpoint) {
        String topic = clients.topics().checkpoints();
        return write(List.of(keyed(topic, checkpoint.getModel(), checkpoint)));
    }

    /** Checkpoints of any models. */
    public void checkpoints(List<Checkpoint> checkpoints) {
        String topic = clients.topics().checkpoints();
        write(checkpoints.stream().map(c -> keyed(topic, c.getModel(), c)).toList());
    }

    /** The truth of some of a task's examples. */
    public void truth(String task, List<Truth> truths) {
        String topic = clients.topics().truth(task);
        write(truths.stream().map(t -> keyed(topic, t.getId(), t)).toList());
    }

    static Example example(String id, Split split, String text) {
        return EventFactory.example(id, split, text, TIME_MS);
    }

    /**
     * All that will ever be in a task's {@code labels.truth}, and that it has ended.
     *
     * @param labels a distribution a text
     */
    public void labels(String task, List<String> texts, List<float[]> labels) {
        String topic = clients.topics().labels(task, ModelId.TRUTH);
        List<Keyed> events = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Example example = example("ex-" + i, Split.STUDENT, texts.get(i));
            float[] p = labels.get(i);
            var label = EventFactory.label(example, ModelId.TRUTH, 0L, List.of(p[0], p[1]));
            events.add(keyed(topic, example.getId(), label));
        }
        writeAndEnd(task, topic, ModelId.TRUTH, events);
    }

    /** All that will ever be in a task's holdout, and that it has ended. */
    public void holdout(String task, List<String> texts) {
        String topic = clients.topics().holdout(task);
        List<Keyed> events = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Example example = example("held-" + i, Split.HOLDOUT, texts.get(i));
            events.add(keyed(topic, example.getId(), example));
        }
        writeAndEnd(task, topic, task + ".producer", events);
    }

    /**
     * STUDENT examples, which readers see all at once.
     *
     * @return when they could be seen, {@link System#nanoTime}
     */
    public long examples(String task, String prefix, List<String> texts) {
        String topic = clients.topics().examples(task);
        List<Keyed> events = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Example example = example(prefix + i, Split.STUDENT, texts.get(i));
            events.add(keyed(topic, example.getId(), example));
        }
        return write(events);
    }

    private void writeAndEnd(String task, String topic, String writer, List<Keyed> events) {
        Map<Integer, Long> counts = new HashMap<>();
        events.forEach(e -> counts.merge(partition(e.key()), 1L, Long::sum));
        List<Keyed> all = new ArrayList<>(events);
        for (int p = 0; p < PARTITIONS; p++) {
            long count = counts.getOrDefault(p, 0L);
            var ended =
                    new Progress(
                            topic, p, writer, count, Map.of(), null, 0L, true, null, List.of());
            String key = ProgressTable.key(topic, p, writer);
            all.add(keyed(clients.topics().progress(task), key, ended));
        }
        write(all);
    }

    /** In one transaction; returns when it began to commit. */
    private long write(List<Keyed> events) {
        try (Producer<byte[], byte[]> producer = clients.producer("bench")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Keyed e : events) {
                var record = clients.codec().record(e.topic(), null, e.key(), e.event(), TIME_MS);
                Future<?> unused = producer.send(record); // commitTransaction throws what failed
            }
            producer.flush();
            long committing = System.nanoTime();
            producer.commitTransaction();
            return committing;
        }
    }

    private static Keyed keyed(String topic, String key, SpecificRecord event) {
        return new Keyed(topic, key, event);
    }

    /** Where Kafka's default partitioner puts a key. */
    public static int partition(String key) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % PARTITIONS;
    }
}
