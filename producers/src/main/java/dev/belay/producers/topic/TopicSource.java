package dev.belay.producers.topic;

import com.google.common.hash.Hashing;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.EndlessSource;
import dev.belay.producers.source.ExampleSource;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Example;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * An endless source: an existing topic with any keys, partitions and partitioner, whose values are
 * JSON, Avro or texts, and perhaps others that have the truth and votes of annotators. {@link
 * RecordMapping} says how the columns are made.
 *
 * <ul>
 *   <li>A record becomes an example and, where it has a label, truth.
 *   <li>A record whose id is written already adds truth only, where it has a label; so does one
 *       without text. Ids are remembered as {@link KnownIds} says, {@value #IDS_KEPT} of each
 *       partition of the examples.
 *   <li>Once the holdout has its size, all later rows are split between SUPERVISOR and STUDENT,
 *       until a rolling one begins another generation ({@link HoldoutGenerations}).
 *   <li>A record that can't be read goes to the dead letters.
 * </ul>
 *
 * <p>It resumes at the offsets of the consumer group {@code <prefix><task>.producer}, which are
 * committed in the transaction of what was made from the records before them.
 */
public final class TopicSource implements ExampleSource {
    static final int IDS_KEPT = 100_000;

    static final Parameter FROM =
            new Parameter(
                    "from",
                    "earliest",
                    "earliest, latest, an offset, or a time such as 2026-01-31T12:00:00Z",
                    text -> {
                        StartPosition.of(text);
                        return text;
                    },
                    "Where reading begins, in each partition of its topics.");

    private static final Duration READ_WITHIN = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(100);

    /** {@code topic}. */
    public static final class Factory implements EndlessSource {
        @Override
        public String name() {
            return "topic";
        }

        @Override
        public List<Parameter> parameters() {
            return Stream.concat(AttachedTopic.PARAMETERS.stream(), Stream.of(FROM)).toList();
        }

        @Override
        public void check(Parameters parameters, DataConfig.Fields fields) {
            var unused = AttachedTopic.of(parameters, fields);
            if (hasVotes(parameters) && fields.options() != null) {
                throw new IllegalArgumentException(
                        "votes-topic: found '%s' in a task of kind choice, expected one of classes: a vote for one of an example's options needs the options beside it (data.fields.votes has them)"
                                .formatted(parameters.text(AttachedTopic.VOTES_TOPIC.name())));
            }
        }

        @Override
        public List<String> topics(Parameters parameters) {
            return Stream.of(
                            AttachedTopic.TOPIC,
                            AttachedTopic.TRUTH_TOPIC,
                            AttachedTopic.VOTES_TOPIC)
                    .map(parameter -> parameters.text(parameter.name()))
                    .filter(topic -> !topic.isEmpty())
                    .toList();
        }

        @Override
        public boolean hasVotes(Parameters parameters) {
            return !parameters.text(AttachedTopic.VOTES_TOPIC.name()).isEmpty();
        }

        @Override
        public ExampleSource of(Clients clients, String task, DataConfig config) {
            return new TopicSource(clients, task, config);
        }
    }

    private final Clients clients;
    private final String task;
    private final DataConfig config;
    private final String topic;

    TopicSource(Clients clients, String task, DataConfig config) {
        this.clients = clients;
        this.task = task;
        this.config = config;
        this.topic = config.source().parameters().text("topic");
    }

    @Override
    public String name() {
        return name(topic);
    }

    static String name(String topic) {
        return "topic " + topic;
    }

    @Override
    public String sourceHash() {
        var share = (DataConfig.Holdout.Share) config.holdout();
        DataConfig.OptionColumns options = config.fields().options();
        TruthDraw truth = config.truth();
        String text =
                String.join(
                        "\u0000",
                        "belay-topic-1",
                        topic,
                        "id=" + config.fields().id(),
                        "input=" + config.fields().input(),
                        "label=" + config.fields().label(),
                        "holdout=" + share.share() + " " + share.size(),
                        "supervisor=" + config.supervisorShare(),
                        "classes=" + String.join("\u001f", config.classes()),
                        "labels=" + String.join("\u001f", config.labels()));
        if (options != null) {
            text += "\u0000options=" + options.columns();
        }
        if (config.fields().votes() != null) {
            text += "\u0000votes=" + config.fields().votes();
        }
        if (share.rolling() != null) {
            text += "\u0000rolling=" + share.rolling();
        }
        if (truth != null) {
            text += "\u0000truth=" + truth.probability() + " " + truth.seed();
        }
        for (var given : config.source().parameters().differing().entrySet()) {
            if (!given.getKey().equals(AttachedTopic.TOPIC.name())) {
                text += "\u0000" + given.getKey() + "=" + given.getValue();
            }
        }
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
    }

    @Override
    public long total() {
        return ENDLESS;
    }

    @Override
    public @Nullable TruthDraw truth() {
        return config.truth();
    }

    @Override
    public boolean hasVotes() {
        return config.source().plugin() instanceof EndlessSource endless
                && endless.hasVotes(config.source().parameters());
    }

    @Override
    public void require() {
        List<String> missing = new ArrayList<>();
        try (Admin admin = clients.admin()) {
            for (AttachedTopic attached :
                    AttachedTopic.of(config.source().parameters(), config.fields())) {
                try {
                    require(admin, attached);
                } catch (DataException e) {
                    missing.add(String.valueOf(e.getMessage()));
                }
            }
        }
        if (!missing.isEmpty()) { // all of them in one error
            throw new DataException(String.join("; ", missing));
        }
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (isUntimed(AttachedTopic.TRUTH_TOPIC, AttachedTopic.TRUTH_TIME)) {
            warnings.add(
                    "data.source has time, but no truth-time: truth has the timestamp of its record, and an"
                            + " example that is older than that by more than labeler.truth-horizon gets no"
                            + " truth label in an endless run, also not later. Set truth-time, or"
                            + " labeler.truth-horizon to the greatest delay, before the first start");
        }
        if (isUntimed(AttachedTopic.VOTES_TOPIC, AttachedTopic.VOTES_TIME)) {
            warnings.add(
                    "data.source has time, but no votes-time: a vote has the timestamp of its record, and those"
                            + " on an example that is older than that by more than the labeler's wait do not"
                            + " count. Set votes-time, or wait to the greatest delay, before the first start");
        }
        return warnings;
    }

    /** Whether examples have a time of their own, and a topic beside theirs has none. */
    private boolean isUntimed(Parameter beside, Parameter time) {
        Parameters parameters = config.source().parameters();
        return !parameters.text(AttachedTopic.TIME.name()).isEmpty()
                && !parameters.text(beside.name()).isEmpty()
                && parameters.text(time.name()).isEmpty();
    }

    private static void require(Admin admin, AttachedTopic attached) {
        try {
            KafkaFutures.get(
                    admin.describeTopics(List.of(attached.topic())).allTopicNames(),
                    "looking for the topic " + attached.topic());
        } catch (UnknownTopicOrPartitionException e) {
            throw missing(attached, e);
        }
    }

    static DataException missing(AttachedTopic attached, @Nullable Throwable cause) {
        return DataException.at(
                name(attached.topic()),
                0,
                "no such topic",
                "an existing topic in data.source." + attached.parameter().name(),
                "Name another one, or another broker (--bootstrap-servers).",
                cause);
    }

    /**
     * {@inheritDoc}
     *
     * @param done takes no part: the group's offsets say where to resume
     */
    @Override
    public Reader open(long done) {
        String group = clients.topics().prefix() + task + ".producer";
        var share = (DataConfig.Holdout.Share) config.holdout();
        var generations = new HoldoutGenerations(share.size(), share.rolling());
        KnownIds known = known(group, generations);
        return new TopicReader(
                clients.consumer(group, group + ".source"),
                known,
                generations,
                config,
                new DeadLetters(clients, "producer"),
                clients.codec(),
                task);
    }

    /** Reads what is written; the holdout's examples are added to its generations. */
    private KnownIds known(String group, HoldoutGenerations generations) {
        Topics topics = clients.topics();
        String holdout = topics.holdout(task);
        try (Admin admin = clients.admin();
                Consumer<byte[], byte[]> consumer = clients.consumer(null, group + ".known")) {
            List<TopicPartition> all = new ArrayList<>();
            for (String written : List.of(topics.examples(task), holdout)) {
                consumer.partitionsFor(written)
                        .forEach(p -> all.add(new TopicPartition(written, p.partition())));
            }
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            all.forEach(p -> latest.put(p, OffsetSpec.latest()));
            Map<TopicPartition, Long> ends = new HashMap<>();
            KafkaFutures.get(admin.listOffsets(latest).all(), "reading the ends of task " + task)
                    .forEach((p, end) -> ends.put(p, end.offset()));
            KnownIds known = new KnownIds(all.size() / 2, IDS_KEPT);
            consumer.assign(all);
            Map<TopicPartition, Long> firsts = consumer.beginningOffsets(all);
            for (TopicPartition p : all) {
                // a transaction has at least one record and one marker
                long least = ends.getOrDefault(p, 0L) - 2L * IDS_KEPT;
                long first = firsts.getOrDefault(p, 0L);
                consumer.seek(p, p.topic().equals(holdout) ? first : Math.max(first, least));
            }
            long deadline = System.nanoTime() + READ_WITHIN.toNanos();
            while (ends.entrySet().stream()
                    .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.key() == null) {
                        continue; // not of this producer
                    }
                    String id = new String(record.key(), StandardCharsets.UTF_8);
                    if (record.topic().equals(holdout)) {
                        known.restoreHoldout(id);
                        restore(generations, record);
                    } else {
                        known.addExample(id);
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException(
                            "could not read the examples of task %s to their end in %s s"
                                    .formatted(task, READ_WITHIN.toSeconds()));
                }
            }
            return known;
        }
    }

    /** Registers an example of the holdout; a record that this producer never wrote is none. */
    private void restore(HoldoutGenerations generations, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            Example example = clients.codec().decode(record.topic(), record.value(), Example.class);
            generations.add(example.getHoldoutVersion(), example.getEventTimeMs());
        } catch (SerializationException e) {
            if (EventCodec.isOutage(e)) {
                throw e;
            }
        }
    }
}
