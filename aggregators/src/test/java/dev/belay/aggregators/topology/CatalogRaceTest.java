package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.comparison.WrittenCheckpoint;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The thread of the global stores may add a checkpoint between any two look-ups of a task. */
class CatalogRaceTest {
    private static final List<String> IDS = List.of("e1", "e2", "e3", "e4");
    private static final Window.Kind WINDOW =
            new Window.Kind(Duration.ofMillis(100), Duration.ofMillis(100));

    /** Adds the ceiling's last checkpoint within the n-th look-up after it is armed. */
    private static final class Changing extends Catalog {
        private final int at;
        private int calls = -1;

        Changing(int at) {
            super(Specs.TASK);
            this.at = at;
        }

        void arm() {
            calls = 0;
        }

        boolean changed() {
            return calls >= at;
        }

        private void call() {
            if (calls >= 0 && ++calls == at) {
                add(Specs.checkpoint("top", 2, State.FINISHED, 512));
            }
        }

        @Override
        public synchronized int version() {
            call();
            return super.version();
        }

        @Override
        public synchronized Collection<Pair> pairs() {
            call();
            return super.pairs();
        }

        @Override
        public synchronized @Nullable Pair pairOf(String student) {
            call();
            return super.pairOf(student);
        }

        @Override
        public synchronized @Nullable ModelSpec spec(String model) {
            call();
            return super.spec(model);
        }

        @Override
        public synchronized @Nullable WrittenCheckpoint checkpoint(String model, long number) {
            call();
            return super.checkpoint(model, number);
        }

        @Override
        public synchronized @Nullable WrittenCheckpoint last(String model) {
            call();
            return super.last(model);
        }

        @Override
        public synchronized OptionalLong firstLabelling(String model) {
            call();
            return super.firstLabelling(model);
        }

        @Override
        public synchronized @Nullable WrittenCheckpoint sweptBy(String model, long examplesSeen) {
            call();
            return super.sweptBy(model, examplesSeen);
        }

        @Override
        public synchronized boolean over(String model) {
            call();
            return super.over(model);
        }
    }

    @Test
    void aCheckpointThatArrivesBetweenAnyTwoLookUpsIsCompared() {
        int at = 1;
        while (isCompared(at)) {
            at++;
        }
        assertTrue(at > 30, "look-ups: " + at); // those of opening and of emitting
    }

    /** Returns false once there are fewer look-ups than that. */
    private static boolean isCompared(int at) {
        // Given a ceiling whose last sweep is there, but not its last checkpoint
        Changing catalog = new Changing(at);
        Cluster cluster =
                new Cluster(
                        1,
                        new Lateness(List.of(WINDOW), Duration.ofMillis(10), Duration.ofDays(7)),
                        catalog);
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", "top"));
        cluster.spec(spec("top", "truth", null));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        cluster.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
        cluster.checkpoint(checkpoint("top", 1, State.LEARNING, 256));
        IDS.forEach(e -> cluster.truth(e, 0, 1));
        cluster.block(Blocks.sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        cluster.block(Blocks.sweep("top", 1, 4, 10, IDS, 0, 0, 1, 0));
        cluster.block(Blocks.sweep("top", 2, 4, 10, IDS, 0, 0, 0, 0));
        cluster.block(Blocks.progressive("weak", 1, 10, IDS, 0, 1, 1, 0));
        cluster.block(Blocks.progressive("top", 0, 10, IDS, 0, 0, 1, 0));
        // When the student predicts, and the checkpoint arrives in the middle of what follows
        catalog.arm();
        cluster.block(Blocks.sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        cluster.block(Blocks.progressive("naive", 0, 10, IDS, 0, 0, 1, 0));
        for (int i = 0; i < 4; i++) {
            cluster.metrics();
        }
        if (!catalog.changed()) {
            return false;
        }
        // Then
        PairMetrics row = row(cluster, "1|HOLDOUT|cumulative");
        assertEquals(2L, row.getCeilingCheckpoint(), "changed within look-up " + at);
        assertFalse(row.getProvisional(), "changed within look-up " + at);
        assertFalse(
                row(cluster, "any|PROGRESSIVE|0-100").getProvisional(),
                "changed within look-up " + at);
        return at < 400; // punctuators ask again and again
    }

    private static PairMetrics row(Cluster cluster, String row) {
        return requireNonNull(cluster.metrics().get(id("naive") + "|" + row), row);
    }
}
