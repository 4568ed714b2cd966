package dev.belay.trainers.labels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ExpiredOffsetException;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.Specs;
import dev.belay.trainers.learning.FakeEncoder;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LabelFeedsTest {
    private static final int PARTITIONS = 4;
    private static final int PER_PARTITION = 400;

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final EncodingPrefetch ahead =
            new EncodingPrefetch(new Networks(ref -> new FakeEncoder(8), Device.CPU));
    private final List<LogConsumer> consumers = new ArrayList<>();
    private final String topic = clients.topics().labels("test", ModelId.TRUTH);
    private final Map<TopicPartition, List<byte[]>> log = new HashMap<>();
    private final Map<TopicPartition, Long> firsts = new ConcurrentHashMap<>();
    private final LabelFeeds feeds =
            new LabelFeeds(clients, name -> consumer(name, PARTITIONS), ahead);

    LabelFeedsTest() {
        for (int p = 0; p < PARTITIONS; p++) {
            List<byte[]> values = new ArrayList<>();
            for (int i = 0; i < PER_PARTITION; i++) {
                values.add(label("id-" + p + "-" + i, 0.25f, 0.75f));
            }
            log.put(new TopicPartition(topic, p), values);
        }
    }

    @AfterEach
    void close() {
        feeds.close();
        ahead.close();
    }

    @Test
    void modelsOnOneStreamShareItsReadingAndGetWhatEachWouldGetAlone() {
        // Given two models with micro-epochs of different sizes, and one that draws half
        LabelSource small = source(16, 1.0, new long[PARTITIONS]);
        LabelSource large = source(64, 1.0, new long[PARTITIONS]);
        LabelSource half = source(32, 0.5, new long[PARTITIONS]);
        List.of(small, large, half).forEach(feeds::add);
        // When each takes its micro-epochs in turn
        List<List<String>> together = train(List.of(small, large, half));
        // Then
        assertEquals(1, consumers.size());
        assertTrue(consumers.get(0).polled() < 2L * PARTITIONS * PER_PARTITION, "read about once");
        int i = 0;
        for (LabelSource alone :
                List.of(
                        source(16, 1.0, new long[PARTITIONS]),
                        source(64, 1.0, new long[PARTITIONS]),
                        source(32, 0.5, new long[PARTITIONS]))) {
            LabelFeeds own = new LabelFeeds(clients, name -> consumer(name, PARTITIONS), ahead);
            own.add(alone);
            List<String> ids = new ArrayList<>();
            while (step(own, alone, ids)) {}
            assertEquals(ids, together.get(i++));
        }
    }

    @Test
    void modelsWithDifferentSharesHaveNoExampleInCommon() {
        // Given two shares, of one of them the examples with a tag that none has, and all
        LabelSource one = share(1, null);
        LabelSource two = share(2, null);
        LabelSource none = share(2, "rating < 5");
        LabelSource all = source(16, 1.0, new long[PARTITIONS]);
        List.of(one, two, none, all).forEach(feeds::add);
        // When
        List<List<String>> taken = train(List.of(one, two, none, all));
        // Then
        assertTrue(taken.get(0).size() > 600 && taken.get(1).size() > 600);
        assertTrue(Collections.disjoint(taken.get(0), taken.get(1)));
        for (int share = 1; share <= 2; share++) {
            for (String id : taken.get(share - 1)) {
                assertEquals(share == 1, IdHash.uniform("share", id) < .5, id);
            }
        }
        assertEquals(List.of(), taken.get(2));
        assertEquals(PARTITIONS * PER_PARTITION, taken.get(3).size());
    }

    private static LabelSource share(int share, @Nullable String where) {
        ModelSpec spec =
                ModelSpec.newBuilder(source(16, 1.0, new long[PARTITIONS]).spec())
                        .setShare(share)
                        .setShares(2)
                        .setWhere(where)
                        .build();
        return new LabelSource(spec, new long[PARTITIONS], 0);
    }

    @Test
    void aModelThatStandsFurtherBackIsReadTheMissingPartOnly() {
        // Given
        LabelSource first = source(16, 1.0, new long[PARTITIONS]);
        feeds.add(first);
        List<String> ids = new ArrayList<>();
        while (step(feeds, first, ids) && ids.size() < 160) {}
        // When one joins from the beginning
        LabelSource second = source(16, 1.0, new long[PARTITIONS]);
        feeds.add(second);
        List<List<String>> rest = train(List.of(first, second));
        // Then nothing comes twice to the first, nothing is missing for the second
        ids.addAll(rest.get(0));
        assertEquals(PARTITIONS * PER_PARTITION, ids.size());
        assertEquals(ids, rest.get(1));
        assertEquals(1, feeds.size());
    }

    @Test
    void modelsThatWaitForEachOthersPartitionsPartAndMemoryStaysBounded() {
        // Given partition 2 with little that the one draws, partition 3 with little for the other
        for (int p = 0; p < PARTITIONS; p++) {
            List<byte[]> values = Objects.requireNonNull(log.get(new TopicPartition(topic, p)));
            for (int i = 0, n = 0; i < values.size(); n++) {
                String id = "id-" + p + "-" + n;
                boolean one = IdHash.drawn(1, id, 0.5);
                boolean other = IdHash.drawn(2, id, 0.5);
                boolean scarce = i < PER_PARTITION - 50;
                if (one == !(p == 2 && scarce) && other == !(p == 3 && scarce)) {
                    values.set(i++, label(id, 0.25f, 0.75f));
                }
            }
        }
        LabelSource a = source(8, 0.5, new long[PARTITIONS], 1);
        LabelSource b = source(8, 0.5, new long[PARTITIONS], 2);
        feeds.add(a);
        feeds.add(b);
        // When
        List<List<String>> taken = train(List.of(a, b));
        // Then both got what they could, and neither holds all of the rest
        assertEquals(50 * PARTITIONS, taken.get(0).size());
        assertEquals(50 * PARTITIONS, taken.get(1).size());
        assertEquals(2, feeds.size());
        assertTrue(a.waiting() + b.waiting() < 3 * PER_PARTITION, a.waiting() + " " + b.waiting());
    }

    @Test
    void aBadRecordIsALetterOfEachModelOnceItsCheckpointIsBehindIt() {
        // Given
        List<byte[]> values = Objects.requireNonNull(log.get(new TopicPartition(topic, 1)));
        values.set(2, new byte[] {9, 9, 9});
        values.set(5, label("id-bad", 0.25f, 0.25f));
        LabelSource a = source(8, 1.0, new long[PARTITIONS]);
        LabelSource b = source(8, 1.0, new long[PARTITIONS]);
        feeds.add(a);
        feeds.add(b);
        // When two of a partition are taken, then eight
        a.order().take(0);
        List<String> ids = new ArrayList<>();
        step(feeds, a, ids);
        int before = a.deadLetters().size();
        while (ids.size() < 32) {
            step(feeds, a, ids);
        }
        // Then
        assertEquals(0, before, "the first bad record is not below the cursor yet");
        assertEquals(2, a.deadLetters().size());
        assertEquals(0, a.deadLetters().size(), "handed out once");
        step(feeds, b, ids);
        assertEquals(0, b.deadLetters().size(), "the other model's cursor is not there yet");
    }

    @Test
    void aTopicWithAnotherNumberOfPartitionsIsAnErrorThatNamesBoth() {
        LabelFeeds wrong = new LabelFeeds(clients, name -> consumer(name, 3), ahead);
        var e =
                assertThrows(
                        IllegalStateException.class,
                        () -> wrong.add(source(8, 1.0, new long[PARTITIONS])));
        assertTrue(
                String.valueOf(e.getMessage()).contains("has 3 partitions, expected 4"),
                e.getMessage());
        assertTrue(consumers.get(0).closed());
    }

    @Test
    @Timeout(60)
    void aModelWhoseLabelsAreGoneStopsAndTheOthersOfItsFeedGoOn() {
        // Given: one that is past the first 20 labels of each partition when they are deleted
        LabelSource first = source(16, 1.0, new long[PARTITIONS]);
        feeds.add(first);
        List<String> ids = new ArrayList<>();
        while (step(feeds, first, ids) && ids.size() < 160) {}
        TopicPartition expired = new TopicPartition(topic, 2);
        firsts.put(expired, 20L);
        // When one joins from the beginning
        LabelSource second = source(16, 1.0, new long[PARTITIONS]);
        feeds.add(second);
        List<ExpiredOffsetException> errors = new ArrayList<>();
        while (errors.isEmpty()) {
            try {
                feeds.poll(second, 16);
            } catch (ExpiredOffsetException e) {
                errors.add(e);
            }
        }
        // Then
        assertEquals(expired, errors.get(0).partition());
        String message = errors.get(0).messageFor(second.next(2));
        assertTrue(message.contains("offset 0 is wanted, the first available is 20"), message);
        feeds.remove(second);
        ids.addAll(train(List.of(first)).get(0));
        assertEquals(PARTITIONS * PER_PARTITION, ids.size());
        assertEquals(PARTITIONS * PER_PARTITION, new HashSet<>(ids).size());
    }

    @Test
    void aModelWithABudgetBeginsAtOffsetZeroAndAnEndlessOneAtTheFirstThereIs() {
        firsts.put(new TopicPartition(topic, 2), 20L);
        ModelSpec endless = source(16, 1.0, new long[PARTITIONS]).spec();
        ModelSpec finite = ModelSpec.newBuilder(endless).setBudget(100).build();
        assertArrayEquals(new long[] {0, 0, 0, 0}, feeds.begin(finite));
        assertArrayEquals(new long[] {0, 0, 20, 0}, feeds.begin(endless));
        assertTrue(consumers.stream().allMatch(LogConsumer::closed));
    }

    /** Micro-epochs of each in turn, until none has a whole one for long; the ids each took. */
    private List<List<String>> train(List<LabelSource> sources) {
        List<List<String>> taken = new ArrayList<>();
        sources.forEach(s -> taken.add(new ArrayList<>()));
        for (int idle = 0; idle < 10; idle++) {
            for (int i = 0; i < sources.size(); i++) {
                if (step(feeds, sources.get(i), taken.get(i))) {
                    idle = 0;
                }
            }
        }
        return taken;
    }

    private boolean step(LabelFeeds from, LabelSource source, List<String> ids) {
        from.poll(source, source.spec().getMicroEpoch());
        if (source.order().take(source.spec().getMicroEpoch()) < source.spec().getMicroEpoch()) {
            return false;
        }
        source.order().next().forEach(t -> ids.add(t.example().id()));
        return true;
    }

    private static LabelSource source(int microEpoch, double below, long[] cursor) {
        return source(microEpoch, below, cursor, 1);
    }

    private static LabelSource source(int microEpoch, double below, long[] cursor, long seed) {
        ModelSpec spec = Specs.of("fake", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0, microEpoch);
        spec =
                ModelSpec.newBuilder(spec)
                        .setSeed(seed)
                        .setMicroEpoch(microEpoch)
                        .setDrawBelow(below)
                        .build();
        return new LabelSource(spec, cursor, 0);
    }

    private byte[] label(String id, float... probabilities) {
        var example = EventFactory.example(id, Split.STUDENT, "0 text of " + id, 1L);
        List<Float> list = new ArrayList<>();
        for (float p : probabilities) {
            list.add(p);
        }
        return Objects.requireNonNull(
                clients.codec()
                        .encode(topic, EventFactory.label(example, ModelId.TRUTH, 0L, list)));
    }

    private LogConsumer consumer(String name, int partitions) {
        var consumer =
                new LogConsumer(name, partitions, log) {
                    @Override
                    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                        for (TopicPartition p : assignment()) {
                            long first = firsts.getOrDefault(p, 0L);
                            if (position(p) < first) {
                                throw new ExpiredOffsetException(p, position(p), first, 400);
                            }
                        }
                        return super.poll(timeout);
                    }
                };
        for (int p = 0; p < partitions; p++) {
            TopicPartition partition = new TopicPartition(name, p);
            consumer.updateBeginningOffsets(Map.of(partition, firsts.getOrDefault(partition, 0L)));
        }
        consumers.add(consumer);
        return consumer;
    }
}
