package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.shard.BlockStore;
import dev.belay.aggregators.shard.SweepRetention;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.topology.Cluster.Bytes;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What a shard's stores take, as {@link BlockStore} and {@link Formats} state it: keys, values. */
class StateSizeTest {
    private static final int FEW = 2_048;
    private static final int MANY = 10 * FEW;
    private static final int ROWS = 1_024; // of a block
    private static final int ID_BYTES = 12;

    private static final double ROW_BYTES = 4.5; // of two probabilities that add up to one

    private static final int TRUTH_BYTES = 14; // and the id
    private static final int BLOCK_BYTES = 100; // at most, beside its rows
    private static final int ROSTER_BYTES = 1; // and the id, once for all sweeps
    private static final int COUNTED_BYTES = 2_048; // at most, of a comparison

    @Test
    void sweepsTakeWhatIsStatedWhateverTheNumberOfExamples() {
        for (int checkpoints : new int[] {1, 5}) {
            Bytes few = sweeps(FEW, checkpoints).bytes();
            Bytes many = sweeps(MANY, checkpoints).bytes();

            assertEquals(TRUTH_BYTES + ID_BYTES, perExample(few.truths(), many.truths()));
            int predictions = 1 + 2 * checkpoints; // of supervisor, student, ceiling
            double least = predictions * ROW_BYTES + ROSTER_BYTES + ID_BYTES;
            double most = least + (predictions + 1.0) * BLOCK_BYTES / ROWS;
            double found = perExample(few.blocks(), many.blocks());
            assertTrue(least <= found && found <= most, least + " " + found + " " + most);
            // what was counted does not grow with examples: with and without the ceiling
            assertTrue(many.counted() < few.counted() * 1.2);
            assertTrue(many.counted() <= 2L * checkpoints * COUNTED_BYTES);
        }
    }

    @Test
    void aStreamTakesWhatIsStatedWhateverTheNumberOfExamples() {
        Bytes few = stream(FEW).bytes();
        Bytes many = stream(MANY).bytes();
        assertEquals(TRUTH_BYTES + ID_BYTES, perExample(few.truths(), many.truths()));
        // of supervisor and student; the events of a block have one time here: else 8 bytes more
        double least = 2 * (ROW_BYTES + ID_BYTES + 1);
        double found = perExample(few.blocks(), many.blocks());
        assertTrue(least <= found && found <= least + 2.0 * BLOCK_BYTES / ROWS, "" + found);
        assertTrue(many.counted() < few.counted() * 1.2);
    }

    @Test
    void whatIsReleasedLeavesTheStores() {
        // Given: five checkpoints of which the newest is kept
        Cluster cluster = sweeps(FEW, 5);
        long one = sweeps(FEW, 1).bytes().blocks();
        assertTrue(cluster.bytes().blocks() > 2 * one);
        long counted = cluster.bytes().counted();
        // When
        cluster.advance(SweepRetention.SETTLE.plusMinutes(1));
        // Then as if there had been one, but for the mark that the others are gone
        assertTrue(Math.abs(one - cluster.bytes().blocks()) <= 100);
        assertTrue(cluster.bytes().counted() <= counted / 4);
    }

    @Test
    void howManyCheckpointsThereWereDoesNotMatter() {
        // Given: one after the other, let go as they come
        Cluster cluster = sweeps(FEW, 2);
        cluster.advance(SweepRetention.SETTLE.plusMinutes(1));
        cluster.advance(SweepRetention.SETTLE.plusMinutes(1));
        Bytes few = cluster.bytes();
        // When
        for (int k = 3; k <= 30; k++) {
            learn(cluster, FEW, k);
            cluster.advance(SweepRetention.SETTLE.plusMinutes(1));
            cluster.advance(SweepRetention.SETTLE.plusMinutes(1));
        }
        // Then: but for digits
        Bytes now = cluster.bytes();
        assertEquals(few.truths(), now.truths());
        assertTrue(Math.abs(few.blocks() - now.blocks()) <= 100, few + " " + now);
        assertTrue(Math.abs(few.counted() - now.counted()) <= 100, few + " " + now);
        PairMetrics first = cluster.metrics().get(Specs.id("naive") + "|1|HOLDOUT|cumulative");
        assertEquals(FEW, first == null ? 0 : first.getN());
    }

    @Test
    void whatHasPassedLeavesTheStores() {
        // Given
        Cluster cluster = stream(MANY);
        assertTrue(cluster.bytes().blocks() > MANY * 2 * ROW_BYTES);
        // When both models go on, eight days later
        long day = Duration.ofDays(1).toMillis();
        cluster.advance(Duration.ofDays(8));
        for (String model : List.of("weak", "naive")) {
            cluster.block(Blocks.progressive(model, 1, 8 * day, List.of("later"), 0));
        }
        cluster.advance(Duration.ofMinutes(1));
        // Then: two blocks of one, and a mark
        assertTrue(cluster.bytes().blocks() < 500, () -> cluster.bytes().toString());
        assertEquals(0, cluster.bytes().truths());
        // And what they were counted as stands
        assertEquals(
                MANY,
                cluster.metrics().values().stream().mapToLong(PairMetrics::getN).max().orElse(0));
    }

    private static double perExample(long few, long many) {
        return (many - few) / (double) (MANY - FEW);
    }

    private static Cluster cluster() {
        Cluster cluster =
                new Cluster(1, new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7)));
        cluster.spec(keepingOne(spec("weak", "truth", null)));
        cluster.spec(keepingOne(spec("naive", "weak", "top")));
        cluster.spec(keepingOne(spec("top", "truth", null)));
        cluster.checkpoint(checkpoint("weak", 1, State.READY, 500));
        return cluster;
    }

    private static Cluster sweeps(int examples, int checkpoints) {
        Cluster cluster = cluster();
        truths(cluster, examples);
        sweep(cluster, examples, "weak", 1);
        for (int k = 1; k <= checkpoints; k++) {
            learn(cluster, examples, k);
        }
        cluster.metrics();
        return cluster;
    }

    private static void learn(Cluster cluster, int examples, int k) {
        for (String model : List.of("naive", "top")) {
            cluster.checkpoint(checkpoint(model, k, State.LEARNING, 256L * k));
            sweep(cluster, examples, model, k);
        }
    }

    private static Cluster stream(int examples) {
        Cluster cluster = cluster();
        truths(cluster, examples);
        for (int from = 0; from < examples; from += ROWS) {
            for (String model : List.of("weak", "naive")) {
                cluster.block(Blocks.progressive(model, 1, 10, ids(from), new int[ROWS]));
            }
        }
        cluster.metrics();
        return cluster;
    }

    private static void truths(Cluster cluster, int examples) {
        for (int from = 0; from < examples; from += ROWS) {
            ids(from).forEach(id -> cluster.truth(id, 0, 5));
        }
    }

    private static void sweep(Cluster cluster, int examples, String model, int k) {
        for (int from = 0; from < examples; from += ROWS) {
            cluster.block(Blocks.sweep(model, k, examples, 10, ids(from), new int[ROWS]));
        }
    }

    private static List<String> ids(int from) {
        List<String> ids = new ArrayList<>();
        for (int i = from; i < from + ROWS; i++) {
            ids.add(String.format(Locale.ROOT, "ex-%09d", i));
        }
        return ids;
    }

    private static ModelSpec keepingOne(ModelSpec spec) {
        return ModelSpec.newBuilder(spec).setRetention(new Retention(0, 1, false)).build();
    }
}
