package dev.belay.cli.check;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Truth;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads the topics of a task as far as they are committed, and says what is wrong in them. */
final class TaskCheck {
    private static final Duration ROUND = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** An earlier time in milliseconds is one in seconds. */
    private static final long LEAST_MS = 100_000_000_000L;

    private static final Duration AHEAD = Duration.ofHours(1);

    private final Clients clients;
    private final Topics topics;
    private final String task;
    private final long newest;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, ModelSpec> models = new TreeMap<>();
    private final Map<String, LabelerSpec> labelers = new TreeMap<>();
    private final Set<String> holdout = new HashSet<>();
    private long read;

    /**
     * @param newest records of each partition that are read of topics that are not compacted
     */
    TaskCheck(Clients clients, String task, long newest) {
        this.clients = clients;
        this.topics = clients.topics();
        this.task = task;
        this.newest = newest;
    }

    /** Records that were read. */
    long read() {
        return read;
    }

    /**
     * What is wrong, in the order in which it should be mended.
     *
     * @throws IllegalArgumentException when the task has no topics
     */
    List<Finding> findings() {
        Map<String, Integer> partitions = partitions();
        scan(topics.models(), ModelSpec.class, true, (r, spec) -> models.put(key(r), spec));
        scan(topics.labelers(), LabelerSpec.class, true, (r, spec) -> labelers.put(key(r), spec));
        models.values().removeIf(spec -> !spec.getTask().equals(task));
        labelers.values().removeIf(spec -> !spec.getTask().equals(task));
        specs(partitions);
        Times times = new Times();
        data(
                topics.examples(task),
                Example.class,
                false,
                partitions,
                (r, e) -> times.add(r, e.getEventTimeMs()));
        data(
                topics.holdout(task),
                Example.class,
                true,
                partitions,
                (r, e) -> {
                    holdout.add(e.getId());
                    times.add(r, e.getEventTimeMs());
                });
        data(
                topics.truth(task),
                Truth.class,
                true,
                partitions,
                (r, e) -> times.add(r, e.getEventTimeMs()));
        for (String topic : partitions.keySet()) {
            if (topic.startsWith(topics.prefix() + task + ".labels.")) {
                data(topic, Label.class, false, partitions, (r, e) -> {});
            }
        }
        findings.addAll(times.findings());
        predictions();
        ends(partitions);
        return findings;
    }

    private Map<String, Integer> partitions() {
        try (Admin admin = clients.admin()) {
            Set<String> names =
                    new TreeSet<>(KafkaFutures.get(admin.listTopics().names(), "listing topics"));
            List<String> own =
                    List.of(
                            topics.examples(task),
                            topics.holdout(task),
                            topics.truth(task),
                            topics.predictions(task),
                            topics.progress(task));
            if (own.stream().noneMatch(names::contains)) {
                throw new IllegalArgumentException(
                        "no topics of task '%s', such as %s; found tasks %s"
                                .formatted(task, topics.examples(task), tasks(names)));
            }
            for (String topic : own) {
                if (!names.contains(topic)) {
                    findings.add(
                            new Finding(
                                    "there is no topic " + topic,
                                    "./belay topics apply --experiment FILE"));
                }
            }
            names.removeIf(
                    n -> !own.contains(n) && !n.startsWith(topics.prefix() + task + ".labels."));
            Map<String, Integer> partitions = new TreeMap<>();
            KafkaFutures.get(admin.describeTopics(names).allTopicNames(), "describing topics")
                    .forEach((name, d) -> partitions.put(name, d.partitions().size()));
            return partitions;
        }
    }

    private Set<String> tasks(Set<String> names) {
        Set<String> tasks = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith(topics.prefix()) && name.endsWith(".examples")) {
                tasks.add(
                        name.substring(
                                topics.prefix().length(), name.length() - ".examples".length()));
            }
        }
        return tasks;
    }

    /** Specs that contradict each other, or the topics. */
    private void specs(Map<String, Integer> partitions) {
        Map<String, List<String>> classes = new TreeMap<>();
        models.forEach(
                (id, s) ->
                        classes.computeIfAbsent(
                                        s.getTaskKind() + " " + s.getClasses(),
                                        k -> new ArrayList<>())
                                .add(id));
        labelers.forEach(
                (id, s) -> {
                    if (!s.getClasses().isEmpty()) {
                        classes.computeIfAbsent("classes " + s.getClasses(), k -> new ArrayList<>())
                                .add(id);
                    }
                });
        if (classes.size() > 1) {
            findings.add(
                    new Finding(
                            "specs of the task have different classes: " + firsts(classes),
                            "stop those with the wrong classes: ./belay models stop MODEL"));
        }
        int expected = partitions.getOrDefault(topics.examples(task), 0);
        partitions.forEach(
                (topic, n) -> {
                    if (n != expected && !topic.equals(topics.progress(task))) {
                        findings.add(
                                new Finding(
                                        "%s has %d partitions, %s has %d"
                                                .formatted(
                                                        topic, n, topics.examples(task), expected),
                                        "all topics of a task need the same number; make the task anew under another name"));
                    }
                });
        models.forEach(
                (id, s) -> {
                    if (s.getPartitions() != expected) {
                        findings.add(
                                new Finding(
                                        "%s has partitions: %d, the task's topics have %d"
                                                .formatted(id, s.getPartitions(), expected),
                                        "declare it again: ./belay models add FILE"));
                    }
                    unknown(id, "supervisor", s.getSupervisor());
                    if (s.getCeiling() != null) {
                        unknown(id, "ceiling", s.getCeiling());
                    }
                });
        labelers.forEach(
                (id, s) -> s.getSources().forEach(source -> unknown(id, "source", source)));
    }

    private void unknown(String id, String role, String other) {
        if (!other.equals(ModelId.TRUTH)
                && !models.containsKey(other)
                && !labelers.containsKey(other)) {
            findings.add(
                    new Finding(
                            "%s of %s is %s, of which there is no spec".formatted(role, id, other),
                            "declare it, or stop " + id));
        }
    }

    private static Map<String, String> firsts(Map<String, List<String>> all) {
        Map<String, String> firsts = new LinkedHashMap<>();
        all.forEach(
                (k, ids) ->
                        firsts.put(
                                k,
                                ids.size() == 1
                                        ? ids.get(0)
                                        : ids.get(0) + " and " + (ids.size() - 1) + " more"));
        return firsts;
    }

    private <T extends SpecificRecord> void data(
            String topic,
            Class<T> type,
            boolean compacted,
            Map<String, Integer> partitions,
            BiConsumer<ConsumerRecord<byte[], byte[]>, T> listener) {
        Integer count = partitions.get(topic);
        if (count == null) {
            return;
        }
        Placement placement = new Placement(topic, count);
        scan(
                topic,
                type,
                compacted,
                (record, event) -> {
                    placement.add(record);
                    listener.accept(record, event);
                });
        findings.addAll(placement.findings());
    }

    /** Event times that can't be. */
    private static final class Times {
        private final Map<String, long[]> seconds = new TreeMap<>();
        private final Map<String, long[]> future = new TreeMap<>();
        private final long latest = System.currentTimeMillis() + AHEAD.toMillis();

        void add(ConsumerRecord<byte[], byte[]> record, long ms) {
            if (ms < LEAST_MS) {
                count(seconds, record.topic(), ms);
            } else if (ms > latest) {
                count(future, record.topic(), ms);
            }
        }

        private static void count(Map<String, long[]> of, String topic, long ms) {
            long[] counted = of.computeIfAbsent(topic, t -> new long[] {0, ms});
            counted[0]++;
        }

        List<Finding> findings() {
            List<Finding> findings = new ArrayList<>();
            seconds.forEach(
                    (topic, n) ->
                            findings.add(
                                    new Finding(
                                            "%,d event times of %s are before 1973, such as %d"
                                                    .formatted(n[0], topic, n[1]),
                                            "event times are milliseconds; these seem to be seconds")));
            future.forEach(
                    (topic, n) ->
                            findings.add(
                                    new Finding(
                                            "%,d event times of %s are in the future, such as %s"
                                                    .formatted(
                                                            n[0],
                                                            topic,
                                                            Instant.ofEpochMilli(n[1])),
                                            "check the writer's clock and unit")));
            return findings;
        }
    }

    private record Sweep(String model, long checkpoint) {}

    private void predictions() {
        Map<String, Long> unknown = new TreeMap<>();
        Map<Sweep, Set<String>> rows = new HashMap<>();
        Map<Sweep, Long> expected = new HashMap<>();
        scan(
                topics.predictions(task),
                PredictionBlock.class,
                false,
                (record, block) -> {
                    String model = block.getModel();
                    if (!models.containsKey(model) && !labelers.containsKey(model)) {
                        unknown.merge(model, (long) block.getIds().size(), Long::sum);
                    } else if (block.getPhase() == Phase.HOLDOUT) {
                        Sweep sweep = new Sweep(model, block.getCheckpoint());
                        rows.computeIfAbsent(sweep, s -> new HashSet<>()).addAll(block.getIds());
                        expected.merge(sweep, block.getSweepRows(), Math::max);
                    }
                });
        unknown.forEach(
                (model, n) ->
                        findings.add(
                                new Finding(
                                        "%,d predictions of model '%s', of which there is no spec"
                                                .formatted(n, model),
                                        "declare it: ./belay models add FILE; ids are experiment/model#seed@run")));
        rows.forEach(
                (sweep, ids) -> {
                    long due = expected.getOrDefault(sweep, 0L);
                    if (due > 0 && ids.size() < due) {
                        findings.add(stalled(sweep, ids, due));
                    } else if (due == 0) {
                        findings.add(
                                new Finding(
                                        "the sweep of %s at checkpoint %d has %,d rows and does not say how many it will have"
                                                .formatted(
                                                        sweep.model(),
                                                        sweep.checkpoint(),
                                                        ids.size()),
                                        "set sweepRows in its last block, or in a repeated one"));
                    }
                });
    }

    private Finding stalled(Sweep sweep, Set<String> ids, long due) {
        Set<String> lacking = new TreeSet<>(holdout);
        lacking.removeAll(ids);
        return new Finding(
                "the sweep of %s at checkpoint %d has %,d of %,d rows; it lacks %s"
                        .formatted(
                                sweep.model(),
                                sweep.checkpoint(),
                                ids.size(),
                                due,
                                lacking.isEmpty()
                                        ? "none of the holdout's examples"
                                        : lacking.stream().limit(3).toList()
                                                + (lacking.size() > 3 ? " and others" : "")),
                lacking.isEmpty()
                        ? "correct sweepRows: the holdout has %,d examples"
                                .formatted(holdout.size())
                        : "predict what it lacks, or wait for its evaluator");
    }

    private void ends(Map<String, Integer> partitions) {
        Set<TopicPartition> ended = new HashSet<>();
        Set<String> anyEnd = new HashSet<>();
        scan(
                topics.progress(task),
                Progress.class,
                true,
                (record, p) -> {
                    if (p.getEnded()) {
                        ended.add(new TopicPartition(p.getTopic(), p.getPartition()));
                        anyEnd.add(p.getTopic());
                    }
                });
        for (String topic : anyEnd) {
            List<Integer> open = new ArrayList<>();
            for (int p = 0; p < partitions.getOrDefault(topic, 0); p++) {
                if (!ended.contains(new TopicPartition(topic, p))) {
                    open.add(p);
                }
            }
            if (!open.isEmpty()) {
                findings.add(
                        new Finding(
                                "partitions %s of %s have no end, the others have"
                                        .formatted(open, topic),
                                "models with a budget wait for them: write a Progress event with ended: true for each"));
            }
        }
    }

    /** Reads a topic; what can't be decoded is a finding. */
    private <T extends SpecificRecord> void scan(
            String topic,
            Class<T> type,
            boolean compacted,
            BiConsumer<ConsumerRecord<byte[], byte[]>, T> listener) {
        // of a compacted topic by key, since a later record replaces it; else the first and a count
        Map<String, ConsumerRecord<byte[], byte[]>> garbage = new LinkedHashMap<>();
        long more = 0;
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "check")) {
            List<TopicPartition> all =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
            consumer.assign(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            consumer.beginningOffsets(all)
                    .forEach(
                            (p, first) ->
                                    consumer.seek(
                                            p,
                                            compacted
                                                    ? first
                                                    : Math.max(
                                                            first,
                                                            ends.getOrDefault(p, 0L) - newest)));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream()
                    .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("could not read " + topic + " in " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(ROUND)) {
                    read++;
                    if (record.value() == null) {
                        if (compacted) {
                            garbage.remove(key(record));
                        }
                        continue;
                    }
                    T event;
                    try {
                        event = clients.codec().decode(topic, record.value(), type);
                        if (compacted) {
                            garbage.remove(key(record));
                        }
                    } catch (SerializationException e) {
                        if (compacted || garbage.isEmpty()) {
                            garbage.put(key(record), record);
                        } else {
                            more++;
                        }
                        continue;
                    }
                    listener.accept(record, event);
                }
            }
        }
        if (!garbage.isEmpty()) {
            ConsumerRecord<byte[], byte[]> first = garbage.values().iterator().next();
            findings.add(
                    new Finding(
                            "%,d records of %s are no %s; the first: partition %d, offset %d, key '%s'"
                                    .formatted(
                                            garbage.size() + more,
                                            topic,
                                            type.getSimpleName(),
                                            first.partition(),
                                            first.offset(),
                                            key(first)),
                            !compacted
                                    ? "they are dead letters; ./belay dead-letters list --topic "
                                            + topic
                                    : first.key() == null
                                            ? "a record without a key is never compacted away; it is skipped"
                                            : "remove each with a tombstone: a record of the same key and partition without a value"));
        }
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }
}
