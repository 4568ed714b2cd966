package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Windows that nothing can move any more leave the merger's store; what they were told as stands.
 */
class PassedWindowsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final Duration HORIZON = Duration.ofHours(1);
    private static final Duration GRACE = Duration.ofMinutes(30);
    private static final long SIZE = 10 * MINUTE;
    private static final Lateness LATENESS =
            new Lateness(
                    List.of(
                            new Window.Kind(Duration.ofMillis(SIZE), Duration.ofMillis(SIZE)),
                            new Window.Kind(Duration.ofMillis(2 * SIZE), Duration.ofMillis(SIZE))),
                    GRACE,
                    HORIZON);
    private static final List<String> MODELS = List.of("weak", "naive", "top");

    private final List<Truth> truths = new ArrayList<>();
    private final List<PredictionBlock> blocks = new ArrayList<>();

    /** Models that lag, truth in any order, and restarts; the stream goes on for eight horizons. */
    @Property(seed = "29", tries = 25, shrinking = ShrinkingMode.OFF)
    void windowsEqualTheRecountThenAndForEverAndGo(@ForAll long seed) {
        new PassedWindowsTest().check(new Random(seed));
    }

    private void check(Random random) {
        Cluster cluster = cluster(1 + random.nextInt(3));
        Map<String, Queue<PredictionBlock>> lagging = new TreeMap<>();
        List<Truth> coming = new ArrayList<>();
        int most = 0;
        for (int step = 0; step < 160; step++) {
            long nowMs = 3L * MINUTE * step;
            List<String> ids = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                ids.add("e" + step + "-" + i);
            }
            long timeMs = nowMs - MINUTE * random.nextInt(20);
            for (String model : MODELS) {
                int[] said = random.ints(ids.size(), 0, 2).toArray();
                Queue<PredictionBlock> waiting =
                        lagging.computeIfAbsent(model, m -> new ArrayDeque<>());
                waiting.add(Blocks.progressive(model, 1, timeMs, ids, said));
                int behind = model.equals("top") ? random.nextInt(50) : random.nextInt(8);
                while (waiting.size() > behind) {
                    block(cluster, waiting.remove());
                }
            }
            for (String e : ids) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    long knownMs = timeMs + random.nextInt(90) * MINUTE;
                    coming.add(EventFactory.truth(e, random.nextInt(2), knownMs));
                }
            }
            for (Truth truth : List.copyOf(coming)) {
                if (truth.getEventTimeMs() <= nowMs - random.nextInt(5) * MINUTE) {
                    coming.remove(truth);
                    truths.add(truth);
                    cluster.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
                }
            }
            switch (random.nextInt(8)) {
                case 0 -> cluster.restart();
                case 1 -> cluster.restart(random.nextInt(cluster.shards()));
                case 2 -> cluster.restartMerger();
                default -> {}
            }
            if (random.nextInt(4) == 0) {
                compare(cluster);
            }
            most = Math.max(most, cluster.rowKeys().size());
        }
        lagging.values().forEach(rest -> rest.forEach(block -> block(cluster, block)));
        compare(cluster);
        // one a window's advance for each kind, while truth may come and as far as models lag
        assertTrue(most < 75, "rows " + most);
        goOn(cluster, 600 * MINUTE, 20);
        compare(cluster);
        assertTrue(cluster.rowKeys().size() <= 4, () -> cluster.rowKeys().toString());
    }

    private void compare(Cluster cluster) {
        Map<String, PairMetrics> told = cluster.metrics();
        Recount recount = new Recount(truths, blocks);
        for (long from = -4 * SIZE; from < 61 * SIZE; from += SIZE) {
            for (long size : new long[] {SIZE, 2 * SIZE}) {
                long start = from;
                long end = from + size;
                Recount.Table expected = recount(recount, "top", start, end);
                if (expected.empty()) {
                    expected = recount(recount, null, start, end);
                }
                PairMetrics row = told.get(window(start, end));
                Recount.Table counted =
                        row == null
                                ? Recount.Table.EMPTY
                                : new Recount.Table(row.getCells(), row.getWithoutTruth());
                assertEquals(expected, counted, () -> "[" + start + ", " + end + ")");
            }
        }
    }

    private static Recount.Table recount(
            Recount recount, @Nullable String top, long from, long to) {
        return recount.progressive(
                "weak", "naive", top, t -> t >= from && t < to, GRACE.toMillis());
    }

    @Test
    void whatComesForAWindowThatIsGoneIsTooLate() {
        // Given two shards, of which one falls silent
        Cluster cluster = cluster(2);
        List<String> silent = idsOf(cluster, 0, "a");
        goOn(cluster, 0, silent);
        goOn(cluster, 0, idsOf(cluster, 1, "a"));
        PairMetrics first = cluster.metrics().get(window(0, SIZE));
        assertEquals(6, first == null ? 0 : first.getWithoutTruth());
        goOn(cluster, 100 * MINUTE, idsOf(cluster, 1, "b"));
        assertTrue(cluster.rowKeys().contains(window(0, SIZE)), "the other may still move it");
        cluster.advance(HORIZON.plusMinutes(1));
        goOn(cluster, 200 * MINUTE, idsOf(cluster, 1, "c"));
        // When the other speaks again
        for (int i = 0; i < 2; i++) {
            assertFalse(cluster.rowKeys().contains(window(0, SIZE)));
            double late = cluster.counter("belay.too.late");
            cluster.truth(silent.get(i), 0, 1);
            goOn(cluster, 0, idsOf(cluster, 0, "d" + i));
            // Then
            assertEquals(first, cluster.metrics().get(window(0, SIZE)));
            assertTrue(cluster.counter("belay.too.late") > late);
            // And after a restart too
            cluster.restart();
        }
        assertFalse(cluster.rowKeys().contains(window(0, SIZE)));
    }

    private static Cluster cluster(int shards) {
        Cluster cluster = new Cluster(shards, LATENESS);
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", "top"));
        cluster.spec(spec("top", "truth", null));
        cluster.advance(Duration.ofDays(2)); // no event is newer than the clock
        return cluster;
    }

    private void goOn(Cluster cluster, long timeMs, int examples) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < examples; i++) {
            ids.add("last" + i);
        }
        goOn(cluster, timeMs, ids);
    }

    private void goOn(Cluster cluster, long timeMs, List<String> ids) {
        for (String model : MODELS) {
            block(cluster, Blocks.progressive(model, 1, timeMs, ids, new int[ids.size()]));
        }
        cluster.metrics();
    }

    private void block(Cluster cluster, PredictionBlock block) {
        blocks.add(block);
        cluster.block(block);
    }

    /** Three ids of a shard. */
    private static List<String> idsOf(Cluster cluster, int shard, String prefix) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> prefix + i)
                .filter(e -> cluster.shardOf(e) == shard)
                .limit(3)
                .toList();
    }

    private static String window(long start, long end) {
        return id("naive") + "|any|PROGRESSIVE|" + start + "-" + end;
    }
}
