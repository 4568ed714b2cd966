package dev.belay.labelers.labeling;

import dev.belay.labelers.Events;
import dev.belay.labelers.FakeLog;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.truth.TruthLabeler;
import dev.belay.labelers.truth.TruthWindow;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.VersionStart;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A labeling on one partition between mock clients. */
public final class LabelingBench {
    public final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    public final LabelerTopics topics;
    public final MockConsumer<byte[], byte[]> examples = new MockConsumer<>("earliest");
    public final MockConsumer<byte[], byte[]> truth = new MockConsumer<>("earliest");

    /** Labels of the labelers that are read, and what reads them. */
    public final FakeLog sourceLog = new FakeLog(clients.codec());

    public final MockConsumer<byte[], byte[]> sources = sourceLog.consumer();
    public final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
    public final Set<String> endedTopics = new HashSet<>();

    /** Where versions begin, as committed by a former labeler. */
    public final List<VersionStart> begun = new ArrayList<>();

    public final Labeling labeling;
    final Inbox inbox;
    public long horizonMs = TruthWindow.INFINITE;
    public @Nullable TruthDraw draw;
    private final int truthIds;
    private final @Nullable Progress before;
    private final RecordReader reader = new RecordReader(clients.codec(), 1);
    private final List<ConsumerRecord<byte[], byte[]>> sent = new ArrayList<>();
    private Counts counts = Counts.NONE;
    private long exampleOffset;
    private long truthOffset;

    private LabelingBench(
            LabelerTopics topics,
            Function<LabelingBench, ExampleLabeler> judge,
            @Nullable Progress before,
            long committed,
            Executor computing,
            int truthIds) {
        this.truthIds = truthIds;
        this.topics = topics;
        this.before = before;
        inbox = new Inbox(examples, topics.input(), 100);
        labeling =
                new Labeling(
                        topics,
                        inbox,
                        new Outbox(this::newProducer),
                        judge.apply(this),
                        this::passed,
                        partition -> own(),
                        reader,
                        new DeadLetters(clients, "test"),
                        Clock.systemUTC(),
                        computing,
                        topics.states() == null
                                ? null
                                : new LearningPosition(topics, inbox, this::state, () -> false));
        TopicPartition partition = new TopicPartition(topics.input(), 0);
        examples.updateBeginningOffsets(Map.of(partition, 0L));
        topics.sources()
                .forEach(
                        source ->
                                examples.updateBeginningOffsets(
                                        Map.of(new TopicPartition(source, 0), 0L)));
        truth.updateBeginningOffsets(Map.of(new TopicPartition(topics.truth(), 0), 0L));
        examples.rebalance(List.of(partition));
        if (committed >= 0) {
            examples.commitSync(Map.of(partition, new OffsetAndMetadata(committed)));
            examples.seek(partition, committed);
            exampleOffset = committed;
        }
        step();
    }

    public static LabelingBench ofTruth() {
        return ofTruth(null, -1);
    }

    public static LabelingBench ofTruth(@Nullable Progress before, long committed) {
        return new LabelingBench(
                topics("truth"),
                LabelingBench::truthJudge,
                before,
                committed,
                Runnable::run,
                1_000);
    }

    /**
     * @param truthIds ids of truth in memory
     */
    public static LabelingBench ofTruth(int truthIds) {
        return new LabelingBench(
                topics("truth"), LabelingBench::truthJudge, null, -1, Runnable::run, truthIds);
    }

    public static LabelingBench of(String labeler, ExampleLabeler judge) {
        return of(labeler, judge, Runnable::run);
    }

    /**
     * @param computing where examples are judged
     */
    public static LabelingBench of(String labeler, ExampleLabeler judge, Executor computing) {
        return new LabelingBench(topics(labeler), bench -> judge, null, -1, computing, 1_000);
    }

    /** Of a labeler that is not a model. */
    public static LabelingBench of(
            LabelerSpec spec, Function<LabelingBench, ExampleLabeler> judge) {
        LabelerTopics topics = LabelerTopics.of(Topics.defaults(), spec);
        return new LabelingBench(topics, judge, null, -1, Runnable::run, 1_000);
    }

    private static LabelerTopics topics(String labeler) {
        return LabelerTopics.of(Topics.defaults(), "task", labeler, 1, 2);
    }

    /** Of the truth of a task of kind choice. */
    public static LabelingBench ofTruthOfChoice() {
        return ofChoice("truth", LabelingBench::truthJudge);
    }

    /** Of a task of kind choice. */
    public static LabelingBench ofChoice(String labeler, ExampleLabeler judge) {
        return ofChoice(labeler, bench -> judge);
    }

    private static LabelingBench ofChoice(
            String labeler, Function<LabelingBench, ExampleLabeler> judge) {
        LabelerTopics topics = LabelerTopics.of(Topics.defaults(), "task", labeler, 1, 0);
        return new LabelingBench(topics, judge, null, -1, Runnable::run, 1_000);
    }

    /** Of a labeler whose group's offset is set back to 0, after a former one. */
    public static LabelingBench restarted(
            LabelerSpec spec, Function<LabelingBench, ExampleLabeler> judge, LabelingBench former) {
        LabelerTopics topics = LabelerTopics.of(Topics.defaults(), spec);
        var bench =
                new LabelingBench(topics, judge, former.lastProgress(), 0, Runnable::run, 1_000);
        bench.begun.addAll(former.versionStarts());
        return bench;
    }

    /** What its labeler may use; it has no progress. */
    @SuppressWarnings("NullAway") // no progress
    public Wanted.Resources resources() {
        return new Wanted.Resources(
                topics,
                inbox,
                examples,
                reader,
                new DeadLetters(clients, "test"),
                writer -> this::passed,
                null,
                partition -> versionStarts(),
                partition -> LabelingProgress.next(own()));
    }

    public boolean step() {
        boolean done = labeling.step(Duration.ZERO);
        counts = counts.plus(labeling.takeCounts());
        return done;
    }

    public long unlabelled() {
        return counts.unlabelled();
    }

    public long tooLate() {
        return counts.tooLate();
    }

    public void example(String id, Split split) {
        example(id, split, 7);
    }

    public void example(String id, Split split, long timeMs) {
        add(examples, topics.input(), id, EventFactory.example(id, split, "text " + id, timeMs));
    }

    /** Any event in the topic that is labelled. */
    public void input(String key, SpecificRecord event) {
        add(examples, topics.input(), key, event);
    }

    public void truth(String id, int label) {
        truth(id, label, 7);
    }

    public void truth(String id, int label, long timeMs) {
        add(truth, topics.truth(), id, EventFactory.truth(id, label, timeMs));
    }

    public void garbage(String topic) {
        boolean isTruth = topic.equals(topics.truth());
        record(isTruth ? truth : examples, topic, "bad", new byte[] {9, 9, 9});
    }

    /** Does what the broker does at a commit: the consumer sees the group's new offsets. */
    public void publishOffsets() {
        for (MockProducer<byte[], byte[]> producer : producers) {
            producer.consumerGroupOffsetsHistory()
                    .forEach(groups -> groups.values().forEach(examples::commitSync));
        }
    }

    public List<Label> labels() {
        return committed(topics.labels(), Label.class);
    }

    public List<String> labelled() {
        return labels().stream().map(l -> l.getExample().getId()).toList();
    }

    public List<PredictionBlock> blocks() {
        return committed(topics.predictions(), PredictionBlock.class);
    }

    public List<Progress> progress() {
        return committed(topics.progress(), Progress.class);
    }

    public Progress lastProgress() {
        List<Progress> all = progress();
        return all.get(all.size() - 1);
    }

    /** Where versions begin, as committed by a former labeler and this one. */
    public List<VersionStart> versionStarts() {
        List<VersionStart> all = new ArrayList<>(begun);
        all.addAll(committed(clients.topics().labelerVersions(), VersionStart.class));
        return all;
    }

    /** What a labeler that learns has committed last. */
    public @Nullable LabelerState state() {
        List<LabelerState> all = committed(clients.topics().labelerStates(), LabelerState.class);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    public List<Flip> flips() {
        return committed(clients.topics().flips("task"), Flip.class);
    }

    private @Nullable Progress own() {
        return progress().isEmpty() ? before : lastProgress();
    }

    public List<String> deadLetterReasons() {
        return Events.reasons(records(clients.topics().deadLetters()));
    }

    public List<ProducerRecord<byte[], byte[]>> records(String topic) {
        return Events.committed(producers, topic);
    }

    private <T extends SpecificRecord> List<T> committed(String topic, Class<T> type) {
        return records(topic).stream()
                .map(r -> clients.codec().decode(topic, r.value(), type))
                .toList();
    }

    private boolean passed(String topic, int partition, long position) {
        long end =
                topic.equals(topics.input())
                        ? exampleOffset
                        : topic.equals(topics.truth()) ? truthOffset : sourceLog.end(topic);
        return endedTopics.contains(topic) && position >= end;
    }

    private ExampleLabeler truthJudge() {
        return new TruthLabeler(
                truth,
                topics.truth(),
                topics.classes(),
                reader,
                new DeadLetters(clients, "test"),
                this::passed,
                partition -> 0,
                new TruthLabeler.Waiting(
                        () -> horizonMs, truthIds, p -> inbox.keys(p), () -> draw));
    }

    private MockProducer<byte[], byte[]> newProducer() {
        var producer =
                new MockProducer<>(
                        true, null, new ByteArraySerializer(), new ByteArraySerializer());
        producers.add(producer);
        return producer;
    }

    private void add(
            MockConsumer<byte[], byte[]> to, String topic, String id, SpecificRecord event) {
        record(to, topic, id, Objects.requireNonNull(clients.codec().encode(topic, event)));
    }

    /** Gives the examples from this offset on, and all truth, once more, as a broker would. */
    public void replay(int from) {
        step(); // assigns the truth partitions again
        sent.stream()
                .filter(r -> r.topic().equals(topics.truth()) || r.offset() >= from)
                .forEach(r -> (r.topic().equals(topics.truth()) ? truth : examples).addRecord(r));
    }

    private void record(MockConsumer<byte[], byte[]> to, String topic, String key, byte[] value) {
        long offset = to == truth ? truthOffset++ : exampleOffset++;
        var record =
                new ConsumerRecord<>(topic, 0, offset, key.getBytes(StandardCharsets.UTF_8), value);
        sent.add(record);
        to.addRecord(record);
    }
}
