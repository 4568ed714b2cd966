package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Truth of the stream that comes, or is corrected, after the grace (10 ms) or horizon (100 ms). */
class LateTruthTest {
    private static final List<String> IDS = List.of("e1", "e2", "e3");
    private static final Duration SIZE = Duration.ofMillis(20);

    private final Cluster cluster =
            new Cluster(
                    2,
                    new Lateness(
                            List.of(new Window.Kind(SIZE, SIZE)),
                            Duration.ofMillis(10),
                            Duration.ofMillis(100)));

    @BeforeEach
    void threeExamplesAtZero() {
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", null));
        cluster.checkpoint(checkpoint("weak", 1, State.READY, 500));
        cluster.block(Blocks.progressive("weak", 1, 0, IDS, 0, 0, 0));
        cluster.block(Blocks.progressive("naive", 1, 0, IDS, 0, 0, 1));
        IDS.forEach(e -> cluster.truth(e, 0, 5));
    }

    @Test
    void aCorrectionAfterTheHorizonIsCountedAsTooLateAndChangesNothingElse() {
        // Given
        PairMetrics whole = row("1", "cumulative");
        PairMetrics window = row("any", "0-20");
        // When
        for (int i = 0; i < 2; i++) {
            cluster.truth("e1", 1, 101);
            // Then
            assertEquals(
                    PairMetrics.newBuilder(whole).setTooLate(1).build(), row("1", "cumulative"));
            assertEquals(PairMetrics.newBuilder(window).setTooLate(1).build(), row("any", "0-20"));
            // And after a restart too
            cluster.restart();
        }
    }

    @Test
    void aCorrectionAfterTheGraceMovesWhatIsCountedFromTheBeginningOnly() {
        PairMetrics window = row("any", "0-20");
        cluster.truth("e1", 1, 11);
        assertEquals(1, row("1", "cumulative").getStudentAccuracy().getValue() * 3);
        assertEquals(0, row("1", "cumulative").getTooLate());
        assertEquals(1, row("1", "cumulative").getRevised());
        assertEquals(PairMetrics.newBuilder(window).setTooLate(1).build(), row("any", "0-20"));
    }

    @Test
    void truthThatIsSaidAgainTooLateIsNoNews() {
        PairMetrics whole = row("1", "cumulative");
        for (int day = 1; day <= 40; day++) {
            cluster.truth("e1", 0, 1_000L * day);
        }
        assertEquals(whole, row("1", "cumulative"));
    }

    private PairMetrics row(String checkpoint, String window) {
        String key = id("naive") + "|" + checkpoint + "|PROGRESSIVE|" + window;
        return requireNonNull(cluster.metrics().get(key), key);
    }
}
