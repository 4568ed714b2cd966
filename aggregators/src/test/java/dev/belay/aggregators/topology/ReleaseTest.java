package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.shard.SweepRetention;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is kept of sweeps, and when it goes. */
class ReleaseTest extends ReleaseFixture {

    @Test
    void sweepsGoOnceTheirRowsAreOver() {
        // Given
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 5);
        Map<String, PairMetrics> told = new TreeMap<>(cluster.metrics());
        int events = cluster.events();
        // When
        cluster.advance(SETTLE);
        // Then
        assertEquals(sweeps("weak 1", "naive 5", "top 5"), kept());
        assertEquals(told, cluster.metrics());
        assertEquals(events, cluster.events());
        assertEquals(4, row("naive", 1).getN());
        // And nothing is left of them in any store, but that they are gone
        assertTrue(
                cluster.blockKeys(0).stream()
                        .noneMatch(k -> k.matches("HOLDOUT.*naive.*[|]3[|].*")));
        assertEquals(
                Set.of("released|" + id("naive") + "|1", "released|" + id("top") + "|1"),
                cluster.blockKeys(0).stream()
                        .filter(k -> k.startsWith("released"))
                        .collect(Collectors.toSet()));
    }

    @Test
    void nothingGoesBeforeItIsQuiet() {
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 5);
        cluster.advance(SweepRetention.SETTLE.minusMinutes(1));
        assertEquals(11, kept().size());
    }

    @Test
    void withoutAPolicyAllStays() {
        for (String model : List.of("weak", "top")) {
            cluster.spec(spec(model, "truth", null));
        }
        cluster.spec(spec("naive", "weak", "top"));
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 5);
        cluster.advance(HORIZON.multipliedBy(2));
        assertEquals(11, kept().size());
    }

    @Test
    void whatARowThatStaysIsComparedWithStaysToo() {
        // Given a student that keeps every second, and a ceiling that keeps nothing
        cluster.spec(keeping(new Retention(2, 0, false), spec("naive", "weak", "top")));
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 5);
        // When
        cluster.advance(SETTLE);
        // Then
        assertEquals(
                sweeps("weak 1", "naive 2", "naive 4", "naive 5", "top 2", "top 4", "top 5"),
                kept());
        // And it still moves
        cluster.truth("e1", 1, 99);
        assertEquals(3, row("naive", 2).getStudentAccuracy().getValue() * 4);
    }

    @Test
    void aRowStaysWhileTruthIsMissingButNotForEver() {
        truths(IDS.subList(1, 4));
        learn("naive", 1, 5);
        learn("top", 1, 5);
        cluster.advance(SETTLE);
        assertEquals(11, kept().size());

        cluster.truth("e1", 0, 7);
        assertEquals(0, row("naive", 1).getWithoutTruth());
        cluster.advance(SETTLE);
        assertEquals(3, kept().size());
    }

    @Test
    void aRowWhoseTruthNeverComesGoesAHorizonLater() {
        truths(IDS.subList(1, 4));
        learn("naive", 1, 5);
        learn("top", 1, 5);
        cluster.advance(HORIZON.minusHours(1));
        assertEquals(11, kept().size());
        cluster.advance(Duration.ofHours(2));
        assertEquals(3, kept().size());
        assertEquals(1, row("naive", 1).getWithoutTruth());
    }

    @Test
    void truthThatComesLaterMovesWhatIsKeptOnly() {
        // Given
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 5);
        cluster.advance(SETTLE);
        PairMetrics before = row("naive", 1);
        // When
        cluster.truth("e1", 1, 99);
        // Then
        assertEquals(before, row("naive", 1));
        assertEquals(.75, row("naive", 5).getStudentAccuracy().getValue());
    }

    @Test
    void aSweepThatComesAgainIsNotCountedAnew() {
        // Given
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 5);
        cluster.advance(SETTLE);
        Map<String, PairMetrics> told = new TreeMap<>(cluster.metrics());
        for (int round = 0; round < 2; round++) {
            // When
            sweep("naive", 1);
            sweep("top", 3);
            cluster.advance(Duration.ofMinutes(1));
            // Then
            assertEquals(told, cluster.metrics());
            assertEquals(sweeps("weak 1", "naive 5", "top 5"), kept());
            assertEquals(2 + 2 * round, cluster.counter("belay.too.late"));
            // And after a restart too
            cluster.restart();
        }
    }

    @Test
    void aRestartChangesNothing() {
        // Given
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 5);
        cluster.advance(SETTLE);
        // When
        cluster.restart();
        learn("naive", 6, 7);
        learn("top", 6, 7);
        cluster.advance(SETTLE);
        // Then
        assertEquals(sweeps("weak 1", "naive 7", "top 7"), kept());
        for (int k = 1; k <= 7; k++) {
            assertEquals(4, row("naive", k).getN(), "checkpoint " + k);
            assertEquals((Long) (long) k, row("naive", k).getCeilingCheckpoint());
        }
    }
}
