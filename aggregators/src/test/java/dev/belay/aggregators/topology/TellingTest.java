package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What has to be told although no example was counted. */
class TellingTest {
    private static final Duration SIZE = Duration.ofMillis(4);

    private final Cluster cluster =
            new Cluster(
                    1,
                    new Lateness(
                            List.of(new Window.Kind(SIZE, SIZE)),
                            Duration.ofHours(1),
                            Duration.ofDays(7)));

    @BeforeEach
    void weakSupervisesNaive() {
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", null));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        cluster.checkpoint(checkpoint("naive", 1, State.LEARNING, 256));
    }

    @Test
    void aSweepIsCompletedByRowsThatNobodyElseHasPredicted() {
        // Given a student that predicts a part of the holdout and does not say how large it is
        cluster.block(Blocks.sweep("naive", 1, 0, 10, List.of("e1", "e2"), 0, 0));
        cluster.block(Blocks.sweep("weak", 1, 3, 10, List.of("e1", "e2"), 0, 0));
        String key = id("naive") + "|1|HOLDOUT|cumulative";
        assertNull(cluster.metrics().get(key));
        // When the rest of the supervisor's comes
        cluster.block(Blocks.sweep("weak", 1, 3, 10, List.of("e3"), 0));
        // Then
        assertEquals(2, requireNonNull(cluster.metrics().get(key)).getWithoutTruth());
    }

    @Test
    void aStudentThatSweepsAPartOfTheHoldoutIsToldOnceItsRowsAreAllPredicted() {
        // Given a student of whose sweep a shard has nothing, so that it can't tell of weak's there
        var two = new Cluster(2, new Lateness(List.of(), Duration.ZERO, Duration.ofDays(7)));
        two.spec(spec("weak", "truth", null));
        two.spec(spec("naive", "weak", null));
        two.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        two.checkpoint(checkpoint("naive", 1, State.LEARNING, 256));
        assertTrue(two.shardOf("e1") != two.shardOf("e2"));
        two.block(Blocks.sweep("naive", 1, 2, 10, List.of("e1"), 0));
        two.block(Blocks.sweep("weak", 1, 4, 10, List.of("e1", "e2"), 0, 0));
        String key = id("naive") + "|1|HOLDOUT|cumulative";
        assertNull(two.metrics().get(key));
        // When
        two.block(Blocks.sweep("naive", 1, 2, 10, List.of("e3"), 0));
        assertNull(two.metrics().get(key)); // weak has not predicted e3 yet
        two.block(Blocks.sweep("weak", 1, 4, 10, List.of("e3", "e4"), 0, 0));
        // Then
        assertEquals(2, requireNonNull(two.metrics().get(key)).getWithoutTruth());
    }

    @Test
    void aWindowThatACorrectionEmptiesIsToldAlsoByTheNextToBegin() {
        // Given an example in the window from 4 to 8
        cluster.block(Blocks.progressive("weak", 1, 1, List.of("e1"), 0));
        cluster.block(Blocks.progressive("naive", 2, 5, List.of("e1"), 0));
        assertEquals(1, window(4).getWithoutTruth());
        // When what naive said first comes late, and the shard ends before it has sent that on
        cluster.block(Blocks.progressive("naive", 1, 1, List.of("e1"), 0));
        cluster.restart();
        // Then
        cluster.metrics();
        assertEquals(1, window(0).getWithoutTruth());
        assertEquals(0, window(4).getWithoutTruth());
    }

    private PairMetrics window(long start) {
        String key = id("naive") + "|any|PROGRESSIVE|" + start + "-" + (start + SIZE.toMillis());
        return requireNonNull(cluster.metrics().get(key), key);
    }
}
