package dev.belay.runtime.topics;

import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Truth;
import dev.belay.schemas.events.VersionStart;
import dev.belay.schemas.events.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The topics of an installation: their planned configuration, its comparison with the broker, and
 * their creation. Adds missing topics and never deletes one. An existing topic with another number
 * of partitions is an error, since records are placed by it. Of an existing topic's configuration
 * only a retention that the broker's default sets is changed, and only to a longer one ({@link
 * TopicDifference}).
 */
public final class TopicPlan {
    /**
     * A topic's planned configuration.
     *
     * @param schema of its values; null: they are as some other topic has them
     */
    public record Topic(
            String name, int partitions, Map<String, String> config, @Nullable Schema schema) {}

    private static final Duration KNOWN_WITHIN = Duration.ofSeconds(30);
    private static final Duration ASK_EVERY = Duration.ofMillis(20);

    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final short replication;
    private final Map<String, String> expiring;
    private final Set<String> renamed;

    private TopicPlan(Settings settings) {
        this.replication = settings.replication();
        this.expiring = retention(settings.retentionMs());
        this.renamed = Set.copyOf(settings.topics().renames().values());
    }

    /**
     * The topics of the whole installation: models, labelers, where their versions begin and what
     * they have learned, checkpoints, metrics, slices, alerts, dead letters.
     */
    public static TopicPlan forInstallation(Settings settings) {
        Topics names = settings.topics();
        TopicPlan plan = new TopicPlan(settings);
        plan.add(names.models(), Topics.MODEL_PARTITIONS, compacted(), ModelSpec.getClassSchema());
        plan.add(
                names.labelers(),
                Topics.MODEL_PARTITIONS,
                compacted(),
                LabelerSpec.getClassSchema());
        plan.add(names.labelerVersions(), 1, compacted(), VersionStart.getClassSchema());
        plan.add(names.labelerStates(), 1, compactedSoon(), LabelerState.getClassSchema());
        plan.add(
                names.checkpoints(),
                Topics.MODEL_PARTITIONS,
                retention(-1),
                Checkpoint.getClassSchema());
        plan.add(names.metrics(), 1, compacted(), PairMetrics.getClassSchema());
        plan.add(names.alerts(), 1, plan.expiring, Alert.getClassSchema());
        plan.add(names.slices(), 1, compacted(), PairMetrics.getClassSchema());
        plan.add(names.deadLetters(), 1, Map.of(), null);
        return plan;
    }

    /**
     * Adds a task's topics.
     *
     * @param labelers model ids of the labelers, {@code truth} among them
     * @return this plan
     */
    public TopicPlan withTask(
            Topics names, String task, int partitions, Collection<String> labelers) {
        add(names.examples(task), partitions, expiring, Example.getClassSchema());
        add(names.holdout(task), partitions, compacted(), Example.getClassSchema());
        add(names.truth(task), partitions, compacted(), Truth.getClassSchema());
        add(names.predictions(task), partitions, expiring, PredictionBlock.getClassSchema());
        add(names.progress(task), 1, compacted(), Progress.getClassSchema());
        for (String labeler : labelers) {
            add(names.labels(task, labeler), partitions, expiring, Label.getClassSchema());
        }
        return this;
    }

    /**
     * Adds a task's topic of changed labels, for tasks that have a labeler of kind noise.
     *
     * @return this plan
     */
    public TopicPlan withFlips(Topics names, String task, int partitions) {
        add(names.flips(task), partitions, expiring, Flip.getClassSchema());
        return this;
    }

    /**
     * Adds a task's topic of single votes, for tasks whose source has them or that have a labeler
     * that reads them.
     *
     * @return this plan
     */
    public TopicPlan withVotes(Topics names, String task, int partitions) {
        add(names.votes(task), partitions, expiring, Vote.getClassSchema());
        return this;
    }

    public List<Topic> topics() {
        return List.copyOf(topics.values());
    }

    /**
     * The topics that are missing.
     *
     * @throws IllegalStateException when an existing topic has another number of partitions, naming
     *     each
     */
    public List<Topic> missing(Admin admin) {
        Map<String, Integer> found = partitions(admin, topics.keySet());
        List<String> wrong = new ArrayList<>();
        List<Topic> missing = new ArrayList<>();
        for (Topic topic : topics.values()) {
            Integer partitions = found.get(topic.name());
            if (partitions == null) {
                missing.add(topic);
            } else if (partitions != topic.partitions()) {
                wrong.add(
                        "%s has %s partitions, expected %s"
                                .formatted(topic.name(), partitions, topic.partitions()));
            }
        }
        if (!wrong.isEmpty()) {
            throw new IllegalStateException(
                    String.join("; ", wrong)
                            + ". All topics of a task must have the same number of partitions: set"
                            + " task.partitions to what is there, or take another task name");
        }
        return missing;
    }

    /** Differences between existing topics and the plan. */
    public List<TopicDifference> differences(Admin admin) {
        return TopicDifference.find(admin, topics.values());
    }

    /**
     * Creates the missing topics and waits until the broker knows them; returns their names.
     * Lengthens the retention of existing topics, and logs a warning for each difference that is
     * left.
     *
     * @throws IllegalStateException when an existing topic, also one created concurrently, has
     *     another number of partitions, or the broker does not list the created topics in time
     */
    public List<Topic> apply(Admin admin) {
        List<Topic> missing = missing(admin);
        if (!missing.isEmpty()) {
            create(missing, admin);
        }
        TopicDifference.lengthen(admin, differences(admin), renamed);
        return missing;
    }

    /**
     * Registers the schemas of all topics' values that have one.
     *
     * @return their ids in the registry, by topic
     * @throws org.apache.kafka.common.errors.SerializationException when the registry does not
     *     answer or refuses one
     */
    public Map<String, Integer> declareSchemas(EventCodec codec) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Topic topic : topics.values()) {
            Schema schema = topic.schema();
            if (schema != null) {
                ids.put(topic.name(), codec.declare(topic.name(), schema));
            }
        }
        return ids;
    }

    private void create(List<Topic> missing, Admin admin) {
        var created =
                admin.createTopics(
                        missing.stream()
                                .map(
                                        t ->
                                                new NewTopic(t.name(), t.partitions(), replication)
                                                        .configs(t.config()))
                                .toList());
        created.values()
                .forEach(
                        (name, future) -> {
                            try {
                                KafkaFutures.get(
                                        future, "making topic " + name, AclOperation.CREATE);
                            } catch (TopicExistsException e) {
                                // created concurrently; checked again below
                            }
                        });
        awaitKnown(admin);
    }

    /** The controller has created them; the broker that clients use learns of it a little later. */
    private void awaitKnown(Admin admin) {
        long deadline = System.nanoTime() + KNOWN_WITHIN.toNanos();
        List<Topic> unknown = missing(admin);
        while (!unknown.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the broker does not know topic %s %s s after it was created"
                                .formatted(unknown.get(0).name(), KNOWN_WITHIN.toSeconds()));
            }
            LockSupport.parkNanos(ASK_EVERY.toNanos());
            unknown = missing(admin);
        }
    }

    private static Map<String, Integer> partitions(Admin admin, Set<String> names) {
        Map<String, Integer> found = new HashMap<>();
        admin.describeTopics(names)
                .topicNameValues()
                .forEach(
                        (name, future) -> {
                            try {
                                TopicDescription d =
                                        KafkaFutures.get(future, "looking for topic " + name);
                                found.put(name, d.partitions().size());
                            } catch (UnknownTopicOrPartitionException e) {
                                // missing: that is an answer
                            }
                        });
        return found;
    }

    private void add(
            String name, int partitions, Map<String, String> config, @Nullable Schema schema) {
        topics.put(name, new Topic(name, partitions, config, schema));
    }

    private static Map<String, String> compacted() {
        return Map.of("cleanup.policy", "compact");
    }

    /** For a record a transaction, all of which are read at a start. */
    private static Map<String, String> compactedSoon() {
        return Map.of(
                "cleanup.policy",
                "compact",
                "segment.bytes",
                "16777216",
                "min.cleanable.dirty.ratio",
                "0.1");
    }

    private static Map<String, String> retention(long ms) {
        return new TreeMap<>(Map.of("retention.ms", String.valueOf(ms), "retention.bytes", "-1"));
    }
}
