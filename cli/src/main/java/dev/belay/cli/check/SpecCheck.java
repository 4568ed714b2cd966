package dev.belay.cli.check;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The models and labelers of a task: whether their specs fit each other and the topics. */
final class SpecCheck {
    private final Topics topics;
    private final String task;
    private final List<Finding> findings;
    private final Map<String, ModelSpec> models = new TreeMap<>();
    private final Map<String, LabelerSpec> labelers = new TreeMap<>();
    private final Map<String, Long> times = new HashMap<>(); // of the specs' records

    /**
     * @param findings receives what is wrong
     */
    SpecCheck(Topics topics, String task, List<Finding> findings) {
        this.topics = topics;
        this.task = task;
        this.findings = findings;
    }

    /**
     * Reads the specs of the task and reports those that contradict each other or the topics.
     *
     * @param partitions of the task's topics, by name
     */
    void run(TopicScan scan, Map<String, Integer> partitions) {
        scan.read(topics.models(), ModelSpec.class, true, (r, spec) -> take(models, r, spec));
        scan.read(topics.labelers(), LabelerSpec.class, true, (r, spec) -> take(labelers, r, spec));
        models.values().removeIf(spec -> !spec.getTask().equals(task));
        labelers.values().removeIf(spec -> !spec.getTask().equals(task));
        classes();
        partitions(partitions);
        references();
    }

    /** Whether a model or labeler of the task has this id. */
    boolean has(String id) {
        return models.containsKey(id) || labelers.containsKey(id);
    }

    /** Classes of the task; 0 for choice, or without models. */
    int classCount() {
        int most = models.values().stream().mapToInt(s -> s.getClasses().size()).max().orElse(0);
        return labelers.values().stream()
                .mapToInt(s -> s.getClasses().size())
                .reduce(most, Math::max);
    }

    /** Whether a model learns from truth, trained by Belay. */
    boolean anyLearnsFromTruth() {
        return models.values().stream()
                .anyMatch(s -> s.getSupervisor().equals(ModelId.TRUTH) && !s.getExternal());
    }

    /**
     * Whether a labeler of the task has this id; a run before the newest may have written labels
     * until the spec of the newest.
     */
    boolean maySend(String id, long timeMs) {
        if (has(id)) {
            return true;
        }
        ModelId sender;
        try {
            sender = ModelId.parse(id);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return runs(sender)
                .anyMatch(
                        known ->
                                sender.run() < known.run()
                                        && timeMs
                                                <= times.getOrDefault(
                                                        known.toString(), Long.MAX_VALUE));
    }

    /** The runs of a labeler that have a spec, in words; empty without any. */
    String known(String id) {
        try {
            List<String> ids = runs(ModelId.parse(id)).map(ModelId::toString).toList();
            return ids.isEmpty() ? "" : "Known: " + String.join(", ", ids);
        } catch (IllegalArgumentException e) {
            return "Expected experiment/name#seed@run";
        }
    }

    private Stream<ModelId> runs(ModelId of) {
        return Stream.concat(models.keySet().stream(), labelers.keySet().stream())
                .map(ModelId::parse)
                .filter(known -> known.labeler().equals(of.labeler()));
    }

    private <T> void take(
            Map<String, T> specs, ConsumerRecord<byte[], byte[]> record, @Nullable T spec) {
        if (spec == null) {
            specs.remove(TopicScan.key(record)); // stopped
        } else {
            specs.put(TopicScan.key(record), spec);
            times.put(TopicScan.key(record), record.timestamp());
        }
    }

    private void classes() {
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
                            Finding.Kind.CLASSES,
                            "specs of the task have different classes: " + firsts(classes),
                            "stop those with the wrong classes: ./belay models stop MODEL"));
        }
    }

    private void partitions(Map<String, Integer> partitions) {
        int expected = partitions.getOrDefault(topics.examples(task), 0);
        partitions.forEach(
                (topic, n) -> {
                    if (n != expected && !topic.equals(topics.progress(task))) {
                        findings.add(
                                new Finding(
                                        Finding.Kind.PARTITIONS,
                                        "%s has %d partitions, %s has %d"
                                                .formatted(
                                                        topic, n, topics.examples(task), expected),
                                        "all topics of a task need the same number; create the task again under another name"));
                    }
                });
        models.forEach(
                (id, s) -> {
                    if (s.getPartitions() != expected) {
                        findings.add(
                                new Finding(
                                        Finding.Kind.PARTITIONS,
                                        "%s has partitions: %d, the task's topics have %d"
                                                .formatted(id, s.getPartitions(), expected),
                                        "declare it again: ./belay models add FILE"));
                    }
                });
    }

    /** Supervisors, ceilings and sources that do not exist. */
    private void references() {
        models.forEach(
                (id, s) -> {
                    unknown(id, "supervisor", s.getSupervisor());
                    if (s.getCeiling() != null) {
                        unknown(id, "ceiling", s.getCeiling());
                    }
                });
        labelers.forEach(
                (id, s) -> s.getSources().forEach(source -> unknown(id, "source", source)));
    }

    private void unknown(String id, String role, String other) {
        if (!other.equals(ModelId.TRUTH) && !has(other)) {
            findings.add(
                    new Finding(
                            Finding.Kind.UNKNOWN_MODEL,
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
}
