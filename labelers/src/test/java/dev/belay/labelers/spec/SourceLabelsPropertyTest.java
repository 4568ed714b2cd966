package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.belay.labelers.Events;
import dev.belay.labelers.FakeLog;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.labeling.LabelerTopics;
import dev.belay.labelers.labeling.Labeling;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.SourceVotes;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.VersionStart;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * However examples and labels arrive, and however often the labeler is killed or its commits fail:
 * the labels are those that follow from the logs.
 */
class SourceLabelsPropertyTest {
    private static final List<String> SOURCES = List.of("exp/a#0@1", "exp/b#0@1", "exp/c#0@1");
    private static final LabelerSpec SPEC =
            LabelerSpec.newBuilder(SpecEvents.spec("average", List.of("no", "yes"), Map.of(), 0))
                    .setSources(SOURCES)
                    .build();
    private static final LabelerTopics TOPICS = LabelerTopics.of(Topics.defaults(), SPEC);

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final FakeLog log = new FakeLog(clients.codec());
    private final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
    private final List<Example> examples = new ArrayList<>();
    private final List<List<Label>> labels =
            List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private final List<Map<Integer, Integer>> voted = new ArrayList<>(); // by expected()
    private boolean ended;
    private boolean failing;
    private MockConsumer<byte[], byte[]> group = log.consumer();
    private Labeling labeling = start();

    @Property(tries = 60)
    void labelsFollowFromTheLogs(@ForAll Random random) {
        new SourceLabelsPropertyTest().check(random); // an instance serves all tries
    }

    private void check(Random random) {
        // Given
        write(random);
        // When
        List<Deque<Runnable>> writers = new ArrayList<>();
        writers.add(new ArrayDeque<>());
        examples.forEach(e -> writers.get(0).add(() -> log.add(TOPICS.input(), e.getId(), e)));
        for (int s = 0; s < SOURCES.size(); s++) {
            String topic = TOPICS.sources().get(s);
            Deque<Runnable> writer = new ArrayDeque<>();
            labels.get(s).forEach(l -> writer.add(() -> log.add(topic, l.getExample().getId(), l)));
            writers.add(writer);
        }
        while (writers.stream().anyMatch(writer -> !writer.isEmpty())) {
            Deque<Runnable> writer = writers.get(random.nextInt(writers.size()));
            for (int i = random.nextInt(8); i > 0 && !writer.isEmpty(); i--) {
                writer.remove().run();
            }
            disturb(random);
        }
        ended = true;
        for (int i = 0; i < 30; i++) {
            disturb(random);
        }
        failing = false;
        for (int i = 0; i < 10; i++) {
            step();
        }
        // Then
        List<String> found = new ArrayList<>();
        for (var record : Events.committed(producers, TOPICS.labels())) {
            Label label = clients.codec().decode(TOPICS.labels(), record.value(), Label.class);
            found.add(label.getExample().getId() + " " + label.getProbabilities());
        }
        assertEquals(expected(), found);
        assertFalse(found.isEmpty());
        assertEquals(recount(), Objects.requireNonNull(lastProgress()).getSources());
        assertEquals(1, versionStarts().size()); // of the one version, however often it was killed
    }

    /** Examples of both splits; labels most often in their order, some missing, some too many. */
    private void write(Random random) {
        for (int i = 0; i < 40; i++) {
            Split split = random.nextInt(4) == 0 ? Split.SUPERVISOR : Split.STUDENT;
            examples.add(EventFactory.example("e" + i, split, "text", 7));
        }
        for (int s = 0; s < SOURCES.size(); s++) {
            List<Label> all = labels.get(s);
            for (Example example : examples) {
                int what = random.nextInt(20);
                if (example.getSplit() != Split.STUDENT || what < 3) {
                    continue;
                }
                float p = random.nextInt(1 << 20) / (float) (1 << 20);
                float[] row = what == 3 ? new float[0] : new float[] {p, 1 - p};
                all.add(EventFactory.label(example, SOURCES.get(s), 0, row));
                if (what == 4) { // once more
                    all.add(EventFactory.label(example, SOURCES.get(s), 1, new float[] {1, 0}));
                } else if (what == 5) {
                    Example gone = EventFactory.example("gone" + all.size(), Split.STUDENT, "", 7);
                    all.add(EventFactory.label(gone, SOURCES.get(s), 0, new float[] {1, 0}));
                } else if (what == 6 && all.size() > 1) { // out of order
                    all.add(all.remove(all.size() - 2));
                }
            }
        }
    }

    /** By the definition, from the votes on each example that was labelled. */
    private List<SourceVotes> recount() {
        List<SourceVotes> counts = new ArrayList<>();
        for (int s = 0; s < SOURCES.size(); s++) {
            int source = s;
            var covered = voted.stream().filter(votes -> votes.containsKey(source)).toList();
            counts.add(
                    new SourceVotes(
                            SOURCES.get(s),
                            (long) voted.size(),
                            (long) covered.size(),
                            covered.stream().filter(votes -> votes.size() > 1).count(),
                            covered.stream()
                                    .filter(votes -> Set.copyOf(votes.values()).size() > 1)
                                    .count()));
        }
        return counts;
    }

    /** By the definition: of each source the head, compared with the examples in their order. */
    private List<String> expected() {
        List<Deque<Label>> heads = new ArrayList<>();
        labels.forEach(all -> heads.add(new ArrayDeque<>(all)));
        Set<String> following = new TreeSet<>();
        examples.forEach(example -> following.add(example.getId()));
        List<String> expected = new ArrayList<>();
        for (Example example : examples) {
            following.remove(example.getId());
            if (example.getSplit() != Split.STUDENT) {
                continue;
            }
            double no = 0;
            double yes = 0;
            int votes = 0;
            boolean any = false;
            Map<Integer, Integer> votesOf = new TreeMap<>(); // class, by source
            for (int s = 0; s < heads.size(); s++) {
                Deque<Label> source = heads.get(s);
                while (!source.isEmpty()
                        && !source.element().getExample().getId().equals(example.getId())
                        && !following.contains(source.element().getExample().getId())) {
                    source.remove();
                }
                if (!source.isEmpty()
                        && source.element().getExample().getId().equals(example.getId())) {
                    List<Float> row = source.remove().getProbabilities();
                    any = true;
                    if (!row.isEmpty()) {
                        no += row.get(0);
                        yes += row.get(1);
                        votes++;
                        votesOf.put(s, row.get(0) >= row.get(1) ? 0 : 1);
                    }
                }
            }
            if (any) {
                List<Float> mean =
                        votes == 0
                                ? List.of()
                                : List.of((float) (no / votes), (float) (yes / votes));
                expected.add(example.getId() + " " + mean);
                voted.add(votesOf);
            }
        }
        return expected;
    }

    private void disturb(Random random) {
        failing = random.nextInt(5) == 0;
        if (random.nextInt(6) == 0) {
            labeling = start(); // the one before was killed
        }
        step();
    }

    private void step() {
        labeling.step(Duration.ZERO);
        group.commitSync(committed());
    }

    @SuppressWarnings("NullAway") // no progress
    private Labeling start() {
        group = log.consumer();
        TopicPartition input = new TopicPartition(TOPICS.input(), 0);
        group.updateBeginningOffsets(Map.of(input, 0L));
        TOPICS.sources()
                .forEach(s -> group.updateBeginningOffsets(Map.of(new TopicPartition(s, 0), 0L)));
        Inbox inbox = new Inbox(group, TOPICS.input(), Labeling.MAX_BUFFERED);
        RecordReader reader = new RecordReader(clients.codec(), 1);
        DeadLetters deadLetters = new DeadLetters(clients, "test");
        PartitionEnds ends = (topic, p, position) -> ended && position >= log.end(topic);
        var resources =
                new Wanted.Resources(
                        TOPICS,
                        inbox,
                        group,
                        reader,
                        deadLetters,
                        w -> ends,
                        null,
                        partition -> versionStarts(),
                        partition -> 0);
        Labeling started =
                new Labeling(
                        TOPICS,
                        inbox,
                        new Outbox(this::producer),
                        new SpecLabeler(
                                () -> SPEC,
                                resources,
                                SpecLabelingTest.undelayed(),
                                SpecLabelingTest.noVotes(resources),
                                new SourceLabels(SOURCES, resources, log.consumer())),
                        ends,
                        p -> lastProgress(),
                        reader,
                        deadLetters,
                        Clock.systemUTC(),
                        Runnable::run,
                        null);
        group.commitSync(committed());
        group.rebalance(List.of(input));
        return started;
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new java.util.HashMap<>();
        producers.stream()
                .flatMap(p -> p.consumerGroupOffsetsHistory().stream())
                .flatMap(groups -> groups.values().stream())
                .forEach(offsets::putAll);
        return offsets;
    }

    private @Nullable Progress lastProgress() {
        String topic = TOPICS.progress();
        var all = Events.committed(producers, topic);
        return all.isEmpty()
                ? null
                : clients.codec().decode(topic, all.get(all.size() - 1).value(), Progress.class);
    }

    private List<VersionStart> versionStarts() {
        String topic = Objects.requireNonNull(TOPICS.versions());
        return Events.committed(producers, topic).stream()
                .map(record -> clients.codec().decode(topic, record.value(), VersionStart.class))
                .toList();
    }

    private MockProducer<byte[], byte[]> producer() {
        var producer =
                new MockProducer<>(
                        true, null, new ByteArraySerializer(), new ByteArraySerializer());
        if (failing) {
            producer.sendOffsetsToTransactionException = new ProducerFencedException("fenced");
        }
        producers.add(producer);
        return producer;
    }
}
