package dev.belay.cli.check;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** Checks the topics of a task, one after the other. */
final class TaskCheck {
    private final Clients clients;
    private final Topics topics;
    private final String task;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final TopicScan scan;

    /**
     * @param newest records of each partition that are read of topics that are not compacted
     */
    TaskCheck(Clients clients, String task, long newest) {
        this.clients = clients;
        this.topics = clients.topics();
        this.task = task;
        this.scan = new TopicScan(clients, newest, findings);
    }

    /** Records that were read. */
    long read() {
        return scan.read();
    }

    /** Topics of which older records were not read. */
    Set<String> truncated() {
        return scan.truncated();
    }

    /** What is no problem yet; of the last {@link #findings}. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The problems, in the order in which they should be corrected.
     *
     * @throws IllegalArgumentException when the task has no topics
     */
    List<Finding> findings() {
        Map<String, Integer> partitions = partitions();
        SpecCheck specs = new SpecCheck(topics, task, findings);
        specs.run(scan, partitions);
        Set<String> holdout = new HashSet<>();
        EventTimes times = new EventTimes();
        TruthCheck late =
                new TruthCheck(
                        clients,
                        task,
                        specs.anyLearnsFromTruth()
                                && partitions.containsKey(topics.examples(task)));
        data(
                topics.examples(task),
                Example.class,
                false,
                partitions,
                (r, e) -> {
                    if (e != null) {
                        times.add(r, e.getEventTimeMs());
                        late.example(r, e);
                    }
                });
        data(
                topics.holdout(task),
                Example.class,
                true,
                partitions,
                (r, e) -> {
                    if (e == null) {
                        holdout.remove(TopicScan.key(r));
                    } else {
                        holdout.add(e.getId());
                        times.add(r, e.getEventTimeMs());
                    }
                });
        data(
                topics.truth(task),
                Truth.class,
                true,
                partitions,
                (r, e) -> {
                    if (e != null) {
                        times.add(r, e.getEventTimeMs());
                        late.truth(r, e);
                    }
                });
        for (String topic : partitions.keySet()) {
            if (topic.startsWith(topics.prefix() + task + ".labels.")) {
                labels(topic, partitions, specs, late);
            }
        }
        findings.addAll(late.findings(!scan.lacks(topics.labels(task, ModelId.TRUTH))));
        notes.addAll(late.notes());
        findings.addAll(times.findings());
        if (partitions.containsKey(topics.predictions(task))) {
            new SweepCheck(holdout, findings).run(scan, topics.predictions(task), specs);
        }
        if (partitions.containsKey(topics.progress(task))) {
            ends(partitions);
        }
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
                                    Finding.Kind.MISSING_TOPIC,
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

    private <T extends SpecificRecord> void data(
            String topic,
            Class<T> type,
            boolean compacted,
            Map<String, Integer> partitions,
            TopicScan.Listener<T> listener) {
        if (!partitions.containsKey(topic)) {
            return;
        }
        scan.read(topic, type, compacted, listener);
    }

    private void labels(
            String topic, Map<String, Integer> partitions, SpecCheck specs, TruthCheck late) {
        Placement placement = new Placement(topic, partitions.getOrDefault(topic, 1));
        LabelCheck labels = new LabelCheck(topic, specs);
        boolean byTruth = topic.equals(topics.labels(task, ModelId.TRUTH));
        data(
                topic,
                Label.class,
                false,
                partitions,
                (r, label) -> {
                    placement.add(r);
                    if (label != null) {
                        labels.add(r, label);
                        if (byTruth) {
                            late.label(label);
                        }
                    }
                });
        findings.addAll(placement.findings());
        findings.addAll(labels.findings());
    }

    private void ends(Map<String, Integer> partitions) {
        Set<TopicPartition> ended = new HashSet<>();
        Set<String> anyEnd = new HashSet<>();
        scan.read(
                topics.progress(task),
                Progress.class,
                true,
                (record, p) -> {
                    if (p != null && p.getEnded()) {
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
                                Finding.Kind.NO_END,
                                "partitions %s of %s have no end, the others have"
                                        .formatted(open, topic),
                                "models with a budget wait for them: write a Progress event with ended: true for each"));
            }
        }
    }
}
