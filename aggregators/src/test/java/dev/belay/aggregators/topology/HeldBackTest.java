package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sweeps that wait for what other models may yet say, and how long. */
class HeldBackTest extends ReleaseFixture {

    @Test
    void aCeilingsSweepsWaitForAStudentThatLags() {
        // Given
        truths(IDS);
        learn("top", 1, 8);
        learn("naive", 1, 2);
        // When
        cluster.advance(SETTLE);
        // Then: naive's third is still to be compared with top's third
        assertEquals(
                sweeps(
                        "weak 1", "naive 2", "top 2", "top 3", "top 4", "top 5", "top 6", "top 7",
                        "top 8"),
                kept());
        // And when it comes
        learn("naive", 3, 8);
        assertEquals((Long) 3L, row("naive", 3).getCeilingCheckpoint());
        cluster.advance(SETTLE);
        assertEquals(sweeps("weak 1", "naive 8", "top 8"), kept());
    }

    @Test
    void aCeilingsSweepsWaitForAStudentThatHasNotBegun() {
        truths(IDS);
        learn("top", 1, 5);
        cluster.metrics();
        cluster.advance(SETTLE);
        assertEquals(6, kept().size());
    }

    @Test
    void aStudentsSweepsWaitForACeilingThatLags() {
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 2);
        cluster.advance(SETTLE);
        // naive 1 alone is settled: the ceiling has gone past it
        assertFalse(kept().contains("naive 1"));
        assertTrue(kept().containsAll(sweeps("naive 2", "naive 3", "naive 4", "naive 5")));
        learn("top", 3, 5);
        cluster.advance(SETTLE);
        assertEquals((Long) 4L, row("naive", 4).getCeilingCheckpoint());
        assertEquals(sweeps("weak 1", "naive 5", "top 5"), kept());
    }

    @Test
    void aSupervisorThatGoesOnKeepsWhatStudentsMayYetLearnFrom() {
        // Given a supervisor that labels with its latest checkpoint; the labels of the 3rd are the
        // newest
        cluster = new Cluster(1, new Lateness(List.of(), Duration.ofHours(1), HORIZON));
        cluster.spec(keeping(NEWEST, spec("weak", "truth", null, "minilm", LabelPolicy.LATEST)));
        cluster.spec(keeping(NEWEST, spec("naive", "weak", null)));
        truths(IDS);
        for (int k = 1; k <= 8; k++) {
            cluster.checkpoint(checkpoint("weak", k, State.READY, 256L * k));
            sweep("weak", k);
        }
        cluster.checkpoint(checkpoint("naive", 1, State.LEARNING, 256, 1L, 2L));
        cluster.checkpoint(checkpoint("naive", 2, State.LEARNING, 512, 1L, 2L, 3L));
        sweep("naive", 1);
        sweep("naive", 2);
        // When
        cluster.metrics();
        cluster.advance(SETTLE);
        // Then: the 1st is kept for students without labels, 2nd has been left behind
        assertEquals(
                sweeps(
                        "naive 2", "weak 1", "weak 3", "weak 4", "weak 5", "weak 6", "weak 7",
                        "weak 8"),
                kept());
        // And the next is compared with what its labels name
        cluster.checkpoint(checkpoint("naive", 3, State.LEARNING, 768, 1L, 2L, 3L, 6L));
        sweep("naive", 3);
        assertEquals(6L, row("naive", 3).getSupervisorCheckpoint());
    }

    @Test
    void ofAStoppedModelOnlyTheLastStays() {
        // Given models without a policy
        cluster.spec(spec("naive", "weak", "top"));
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 6);
        // When
        cluster.catalog().stop(id("naive"));
        cluster.advance(SETTLE);
        // Then: top's last two are for what could have come after naive's fifth
        assertEquals(sweeps("weak 1", "naive 5", "top 5", "top 6"), kept());
    }

    @Test
    void ofARunThatWasSupersededNothingStays() {
        // Given a run that finished, of models without a policy
        cluster.spec(spec("naive", "weak", "top"));
        cluster.spec(spec("top", "truth", null));
        truths(IDS);
        learn("naive", 1, 3);
        learn("top", 1, 3);
        cluster.checkpoint(checkpoint("naive", 4, State.FINISHED, 1024));
        cluster.checkpoint(checkpoint("top", 4, State.FINISHED, 1024));
        sweep("naive", 4);
        sweep("top", 4);
        PairMetrics last = row("naive", 4);
        // When
        for (String model : List.of("weak", "naive", "top")) {
            cluster.spec(next(model));
        }
        cluster.advance(SETTLE);
        cluster.advance(HORIZON.plusHours(1));
        cluster.advance(Duration.ofMinutes(1));
        // Then
        assertEquals(Set.of(), kept());
        assertEquals(last, row("naive", 4));
        assertTrue(
                cluster.blockKeys(0).stream()
                        .allMatch(k -> k.startsWith("released|") || k.equals("owner")),
                () -> cluster.blockKeys(0).toString());
    }

    @Test
    void ofALabelerWithoutCheckpointsNothingStaysOnceItsRunWasSuperseded() {
        // Given a rule that supervises a student of a run that finished
        cluster.spec(spec("rule", "truth", null, "none", LabelPolicy.FIRST_READY));
        cluster.spec(spec("pupil", "rule", null));
        truths(IDS);
        sweep("rule", 0);
        cluster.checkpoint(checkpoint("pupil", 1, State.FINISHED, 256));
        sweep("pupil", 1);
        PairMetrics last = row("pupil", 1);
        // When
        for (String model : List.of("rule", "pupil")) {
            cluster.spec(next(model)); // pupil's next run could still be compared with rule
        }
        cluster.advance(SETTLE);
        cluster.advance(HORIZON.plusHours(1));
        cluster.advance(HORIZON.plusHours(1));
        // Then
        assertEquals(sweeps("weak 1"), kept());
        assertEquals(last, row("pupil", 1));
    }

    @Test
    void aSweepOfACheckpointThatNobodyWritesHoldsNothingBackForEver() {
        // Given one by a stranger, of a model that has finished
        truths(IDS);
        learn("naive", 1, 5);
        learn("top", 1, 8);
        sweep("naive", 1_000_000);
        // When: for a time it may yet be written
        cluster.advance(SETTLE);
        assertTrue(kept().containsAll(sweeps("top 1", "top 2", "top 3", "top 4")));
        cluster.advance(HORIZON.plusHours(1));
        cluster.advance(Duration.ofMinutes(1));
        // Then
        assertEquals(sweeps("weak 1", "naive 5", "naive 1000000", "top 5", "top 8"), kept());
    }

    @Test
    void aRowIsNotToldOfThePartsThatAreLeftOfIt() {
        // Given sweeps that don't say how long they are, and a ceiling that falls silent
        cluster = new Cluster(2, new Lateness(List.of(), Duration.ofHours(1), HORIZON));
        cluster.spec(keeping(NEWEST, spec("weak", "truth", null)));
        cluster.spec(keeping(NEWEST, spec("naive", "weak", "top")));
        cluster.spec(keeping(NEWEST, spec("top", "truth", null)));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        cluster.checkpoint(checkpoint("naive", 1, State.LEARNING, 256));
        cluster.checkpoint(checkpoint("naive", 2, State.LEARNING, 512));
        for (String e : IDS) {
            cluster.block(Blocks.sweep("weak", 1, 0, 10, List.of(e), 0));
            cluster.block(Blocks.sweep("naive", 1, 0, 10, List.of(e), 0));
        }
        truths(IDS);
        assertEquals(4, row("naive", 1).getN());
        // and one shard that lets the row go, while the other was restarted just now
        cluster.advance(HORIZON.plusHours(1));
        cluster.advance(HORIZON.minusHours(1));
        cluster.restart(0);
        cluster.advance(Duration.ofHours(2));
        assertEquals(1, cluster.releasedBy("naive", 1));
        // When the ceiling speaks after all
        cluster.checkpoint(checkpoint("top", 1, State.LEARNING, 256));
        cluster.checkpoint(checkpoint("top", 2, State.LEARNING, 512));
        for (String e : IDS) {
            cluster.block(Blocks.sweep("top", 1, 0, 10, List.of(e), 0));
        }
        // Then
        assertEquals(4, row("naive", 1).getN());
    }
}
