package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Tally;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard that is killed leaves its stores; the next one has nothing else. */
class ShardRestartTest {
    private static final Topics TOPICS = Topics.defaults();
    private static final List<String> IDS = List.of("e1", "e2", "e3");
    private static final Comparison WITHOUT_CEILING =
            new Comparison(Phase.HOLDOUT, id("naive"), 1, id("weak"), 1, null, -1);

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final Catalog catalog = new Catalog(Specs.TASK);
    private final MockProcessorContext<byte[], Flow> context = new MockProcessorContext<>();
    private Shard shard;
    private long offset;

    @BeforeEach
    void start() {
        catalog.add(spec("weak", "truth", null));
        catalog.add(spec("naive", "weak", null));
        catalog.add(checkpoint("weak", 1, State.FINISHED, 500));
        catalog.add(checkpoint("naive", 1, State.FINISHED, 256));
        store(Shard.TRUTH, Formats.TRUTH);
        store(Shard.BLOCKS, Serdes.ByteArray());
        store(Shard.COUNTED, Formats.TALLY);
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
        assertEquals(1, before.cells().n());
        assertEquals(2, before.withoutTruth());
    }

    @Test
    void whatWasCountedButNotSentIsSentByTheNext() {
        sweep("weak", 0, 1, 1);
        sweep("naive", 0, 0, 1);
        truth("e1", 0);

        startShard();
        punctuate();

        assertEquals(1, sum().cells().n());
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

        assertEquals(2, sum().cells().n());
        assertEquals(1, sum().cells().studentRight());
        assertEquals(0, sum().cells().supervisorRight());
        assertEquals(1, sum().withoutTruth());
    }

    private void startShard() {
        context.setCurrentSystemTimeMs(1_000_000);
        context.scheduledPunctuators().forEach(p -> p.cancel());
        shard =
                new Shard(
                        AggregatorConfig.of(Specs.TASK, 1, TOPICS),
                        catalog,
                        new Reader(codec, new SimpleMeterRegistry()));
        shard.init(context);
    }

    private void punctuate() {
        context.scheduledPunctuators().stream()
                .filter(p -> !p.cancelled())
                .forEach(p -> p.getPunctuator().punctuate(1_000_000));
    }

    private void truth(String exampleId, int label) {
        process(new Flow.TruthChange(exampleId, label, ++offset));
    }

    private void sweep(String model, int... predicted) {
        PredictionBlock block = Blocks.sweep(model, 1, 3, 10, IDS, predicted);
        byte[] bytes = codec.encode(TOPICS.predictions(Specs.TASK), block);
        process(new Flow.Block(block, Bytes.wrap(bytes), "p" + String.format("%020d", ++offset)));
    }

    private void process(Flow flow) {
        shard.process(new Record<>(new byte[0], flow, 0));
    }

    /** All deltas together. */
    private Tally sum() {
        return context.forwarded().stream()
                .map(f -> (Flow.Delta) f.record().value())
                .filter(d -> d.comparison().equals(WITHOUT_CEILING))
                .map(Flow.Delta::change)
                .reduce(Tally.EMPTY, Tally::merge);
    }

    private <V> void store(String name, Serde<V> serde) {
        KeyValueStore<String, V> store =
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(name), Serdes.String(), serde)
                        .withLoggingDisabled()
                        .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
    }
}
