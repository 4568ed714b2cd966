package dev.belay.aggregators.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.shard.SentTallies;
import dev.belay.aggregators.shard.Shard;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.SparseCounts;
import dev.belay.schemas.events.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * What the specs say of the number of classes reaches shards at different moments, and may be taken
 * back: what has reached the merger is the sum of what each shard has counted, whatever came when.
 */
class ClassesPropertyTest {
    private static final Comparison COMPARISON =
            new Comparison(Phase.HOLDOUT, "x/s#0@0", 1, "x/w#0@0", 1, "x/c#0@0", 1);

    private static final class Sender {
        private final SentTallies counted = new SentTallies(store());
        private final Queue<Tally> onItsWay = new ArrayDeque<>();
        private int classes = 2;
        private Tally live = Tally.empty(2);

        void count(Random random) {
            if (random.nextInt(4) == 0) {
                classes = 2 + random.nextInt(2);
            }
            live = counted(random, classes);
            counted.change(COMPARISON, live, onItsWay::add);
        }
    }

    @Property(seed = "31", tries = 100, shrinking = ShrinkingMode.OFF)
    void aRowIsTheSumOfItsShardsInWhicheverClasses(@ForAll long seed) {
        Random random = new Random(seed);
        List<Sender> shards = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            shards.add(new Sender());
        }
        MetricsRow row = MetricsRow.EMPTY;
        for (int step = 0; step < 60; step++) {
            Sender shard = shards.get(random.nextInt(shards.size()));
            if (random.nextBoolean()) {
                shard.count(random);
            }
            if (random.nextBoolean()) {
                row = deliver(row, shard.onItsWay.poll());
            }
            if (random.nextInt(5) == 0) {
                for (Sender all : shards) {
                    while (!all.onItsWay.isEmpty()) {
                        row = deliver(row, all.onItsWay.poll());
                    }
                }
                for (int classes = 2; classes <= 3; classes++) {
                    int k = classes;
                    Tally expected =
                            shards.stream()
                                    .filter(s -> s.classes == k)
                                    .map(s -> s.live)
                                    .reduce(Tally.empty(k), Tally::merge);
                    Tally found = row.tally(COMPARISON, k);
                    assertEquals(expected, found == null ? Tally.empty(k) : found);
                }
            }
        }
    }

    private static MetricsRow deliver(MetricsRow row, @Nullable Tally change) {
        return change == null ? row : row.merge(Map.of(COMPARISON, change));
    }

    private static Tally counted(Random random, int classes) {
        PairCounter pairs = new PairCounter(classes);
        for (int i = random.nextInt(9); i > 0; i--) {
            pairs.cell(
                    random.nextInt(classes),
                    random.nextInt(classes),
                    random.nextInt(classes),
                    random.nextInt(classes),
                    1);
        }
        Tally.Coverage rows = new Tally.Coverage(random.nextInt(9), 0, 0);
        return new Tally(
                pairs.table(),
                random.nextInt(9),
                0,
                0,
                0,
                0,
                rows,
                rows,
                rows,
                0,
                SparseCounts.EMPTY);
    }

    private static KeyValueStore<String, Tally> store() {
        MockProcessorContext<byte[], ShardMessage> context = new MockProcessorContext<>();
        KeyValueStore<String, Tally> store =
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(Shard.COUNTED),
                                Serdes.String(),
                                Formats.TALLY)
                        .withLoggingDisabled()
                        .build();
        store.init(context.getStateStoreContext(), store);
        return store;
    }
}
