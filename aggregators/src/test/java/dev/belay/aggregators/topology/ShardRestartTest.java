package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.shard.Shard;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard that is killed leaves its stores; the next one has nothing else. */
class ShardRestartTest {
    private static final Topics TOPICS = Topics.defaults();
    private static final Lateness LATENESS =
            new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7));
    private static final List<String> IDS = List.of("e1", "e2", "e3");
    private static final Comparison WITHOUT_CEILING =
            new Comparison(Phase.HOLDOUT, id("naive"), 1, id("weak"), 1, null, -1);

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final Catalog catalog = new Catalog(Specs.TASK);
    private final MockProcessorContext<byte[], ShardMessage> context = new MockProcessorContext<>();
    private Shard shard;
    private long offset;

    @BeforeEach
    void start() {
        catalog.add(spec("weak", "truth", null), 0);
        catalog.add(spec("naive", "weak", null), 0);
        catalog.add(checkpoint("weak", 1, State.FINISHED, 500));
        catalog.add(checkpoint("naive", 1, State.FINISHED, 256));
        store(Shard.TRUTH, Serdes.ByteArray(), Formats.TRUTHS);
        store(Shard.BLOCKS, Serdes.String(), Serdes.ByteArray());
        store(Shard.COUNTED, Serdes.String(), Formats.TALLY);
        startShard();
    }

    @Test
    void whatWasSentIsNotSentAgain() {
        truth("e1", 0);
        sweep("weak", 0, 1, 1);
        sweep("naive", 0, 0, 1);
        punctuate();
        Tally before = sum();

        startShard();
        punctuate();

        assertEquals(before, sum());
        assertEquals(1, before.table().n());
        assertEquals(2, before.withoutTruth());
    }

    @Test
    void whatWasCountedButNotSentIsSentByTheNext() {
        sweep("weak", 0, 1, 1);
        sweep("naive", 0, 0, 1);
        truth("e1", 0);

        startShard();
        punctuate();

        assertEquals(1, sum().table().n());
        assertEquals(2, sum().withoutTruth());
    }

    @Test
    void truthThatComesAfterARestartMovesWhatWasCountedBefore() {
        truth("e1", 0);
        sweep("weak", 0, 1, 1);
        sweep("naive", 0, 0, 1);
        punctuate();

        startShard();
        truth("e2", 0);
        truth("e1", 1);
        punctuate();

        assertEquals(2, sum().table().n());
        assertEquals(1, sum().table().cells().studentRight());
        assertEquals(0, sum().table().cells().supervisorRight());
        assertEquals(1, sum().withoutTruth());
    }

    @Test
    void aTaskThatIsRevivedKnowsNoMoreThanItsStores() {
        // Given sweeps whose transaction is aborted: Streams then calls init again
        sweep("weak", 0, 1, 1);
        sweep("naive", 0, 0, 1);
        KeyValueStore<String, byte[]> blocks = context.getStateStore(Shard.BLOCKS);
        List<String> keys = new ArrayList<>();
        try (var all = blocks.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        keys.forEach(blocks::delete);
        context.scheduledPunctuators().forEach(p -> p.cancel());
        shard.init(context);
        // When they come again, and the shard is killed
        sweep("weak", 0, 1, 1);
        sweep("naive", 0, 0, 1);
        truth("e1", 0);
        startShard();
        punctuate();
        // Then
        assertEquals(1, sum().table().n());
        assertEquals(2, sum().withoutTruth());
    }

    @Test
    void whatPassesOutOfTheStreamLeavesTheHoldoutItsTruth() {
        // Given examples that are in the holdout and in the stream, models at work, and s1 alone
        long day = Duration.ofDays(1).toMillis();
        context.setCurrentSystemTimeMs(9 * day);
        catalog.add(checkpoint("weak", 2, State.READY, 600));
        catalog.add(checkpoint("naive", 2, State.READY, 600));
        IDS.forEach(id -> truth(id, 0));
        truth("s1", 0);
        sweep("weak", 0, 1, 1);
        sweep("naive", 0, 0, 1);
        for (String model : List.of("weak", "naive")) {
            block(Blocks.progressive(model, 1, 10, IDS, 0, 0, 0));
            block(Blocks.progressive(model, 1, 10, List.of("s1"), 0));
            block(Blocks.progressive(model, 1, 8 * day, List.of("s2"), 0));
        }
        // When
        punctuate(9 * day);
        // Then
        KeyValueStore<byte[], TruthHistory> truths = context.getStateStore(Shard.TRUTH);
        assertNotNull(truths.get("e1".getBytes(StandardCharsets.UTF_8)));
        assertNull(truths.get("s1".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatPassesOutOfTheStreamLeavesItsTruthToSweepsThatAreNotComparedYet() {
        // Given a sweep of a model whose spec is to come
        long day = Duration.ofDays(1).toMillis();
        context.setCurrentSystemTimeMs(9 * day);
        catalog.add(checkpoint("weak", 2, State.READY, 600));
        catalog.add(checkpoint("naive", 2, State.READY, 600));
        truth("e1", 0);
        block(Blocks.sweep("other", 1, 1, 10, List.of("e1"), 0));
        for (String model : List.of("weak", "naive")) {
            block(Blocks.progressive(model, 1, 10, List.of("e1"), 0));
            block(Blocks.progressive(model, 1, 8 * day, List.of("s2"), 0));
        }
        // When
        punctuate(9 * day);
        // Then
        KeyValueStore<byte[], TruthHistory> truths = context.getStateStore(Shard.TRUTH);
        assertNotNull(truths.get("e1".getBytes(StandardCharsets.UTF_8)));
    }

    private void startShard() {
        context.setCurrentSystemTimeMs(1_000_000);
        context.scheduledPunctuators().forEach(p -> p.cancel());
        shard =
                new Shard(
                        AggregatorConfig.of(Specs.TASK, 1, TOPICS, LATENESS),
                        catalog,
                        new EventReader(codec, new SimpleMeterRegistry()));
        shard.init(context);
    }

    private void punctuate() {
        punctuate(1_000_000);
    }

    private void punctuate(long nowMs) {
        context.scheduledPunctuators().stream()
                .filter(p -> !p.cancelled())
                .forEach(p -> p.getPunctuator().punctuate(nowMs));
    }

    private void truth(String exampleId, int label) {
        process(
                new ShardMessage.TruthChange(
                        exampleId.getBytes(StandardCharsets.UTF_8),
                        new TruthHistory.Version(label, ++offset),
                        null));
    }

    private void sweep(String model, int... predicted) {
        block(Blocks.sweep(model, 1, 3, 10, IDS, predicted));
    }

    private void block(PredictionBlock block) {
        String topic = TOPICS.predictions(Specs.TASK);
        byte[] bytes = requireNonNull(codec.encode(topic, block));
        BlockColumns columns = codec.columns(topic, bytes);
        process(
                new ShardMessage.Block(
                        columns,
                        new IdList(columns.ids()),
                        "p" + String.format("%020d", ++offset)));
    }

    private void process(ShardMessage flow) {
        shard.process(new Record<>(new byte[0], flow, 0));
    }

    /** All deltas together. */
    private Tally sum() {
        return context.forwarded().stream()
                .map(f -> (ShardMessage.Delta) f.record().value())
                .map(d -> d.changes().get(WITHOUT_CEILING))
                .filter(Objects::nonNull)
                .reduce(Tally.empty(2), Tally::merge);
    }

    private <K, V> void store(String name, Serde<K> keys, Serde<V> values) {
        KeyValueStore<K, V> store =
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), keys, values)
                        .withLoggingDisabled()
                        .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
    }
}
