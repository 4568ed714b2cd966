package dev.belay.aggregators.comparison;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.topology.Specs;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ComparisonsTest {
    private final Catalog catalog = new Catalog(Specs.TASK);

    @BeforeEach
    void specs() {
        catalog.add(spec("weak", "truth", null), 0);
        catalog.add(spec("naive", "weak", "top"), 0);
        catalog.add(spec("top", "truth", null), 0);
    }

    @Test
    void modelsSupervisedByTruthMakeNoPair() {
        assertNull(catalog.pairOf(id("weak")));
        assertEquals(1, catalog.pairs().size());
    }

    @Test
    void aModelOnTruthIsComparedAsAStudentWithTheOneThatItsSpecNames() {
        ModelSpec base =
                ModelSpec.newBuilder(spec("base", "truth", "top"))
                        .setComparedWith(id("weak"))
                        .build();
        catalog.add(base, 0);
        catalog.add(checkpoint("weak", 1, State.LEARNING, 256));
        catalog.add(checkpoint("weak", 2, State.FINISHED, 500));
        catalog.add(checkpoint("base", 1, State.LEARNING, 256));
        catalog.add(checkpoint("base", 2, State.FINISHED, 500));
        catalog.add(checkpoint("top", 1, State.FINISHED, 700));

        assertEquals(
                new Pair(base.getExperiment(), base.getSeed(), id("weak"), id("base"), id("top")),
                catalog.pairOf(id("base")));
        assertEquals(List.of("2/1", "2/none"), holdout("base", 2));
        assertNull(catalog.pairOf(id("weak"))); // what others are compared with has no row for it
    }

    @Test
    void nothingIsComparedBeforeTheSupervisorMayLabel() {
        catalog.add(checkpoint("weak", 1, State.LEARNING, 256));
        catalog.add(checkpoint("naive", 1, State.LEARNING, 256));

        assertEquals(List.of(), holdout("naive", 1));
    }

    @Test
    void studentsAreHeldAgainstTheFirstCheckpointThatMayLabel() {
        catalog.add(checkpoint("weak", 1, State.LEARNING, 256));
        catalog.add(checkpoint("weak", 2, State.READY, 512));
        catalog.add(checkpoint("weak", 3, State.FINISHED, 768));
        catalog.add(checkpoint("naive", 1, State.LEARNING, 256));

        assertEquals(List.of("2/none"), holdout("naive", 1));
    }

    @Test
    void latestFollowsTheNewestCheckpointTheLabelsName() {
        catalog.add(spec("weak", "truth", null, "hashing", LabelPolicy.LATEST), 0);
        catalog.add(checkpoint("weak", 2, State.READY, 512));
        catalog.add(checkpoint("naive", 1, State.LEARNING, 256, 2L, 5L));

        assertEquals(List.of("5/none"), holdout("naive", 1));
    }

    @Test
    void ceilingIsTakenAtEquallyManyExamplesAndForTheLastRowAtItsLast() {
        catalog.add(checkpoint("weak", 1, State.FINISHED, 500));
        catalog.add(checkpoint("naive", 1, State.LEARNING, 256));
        catalog.add(checkpoint("naive", 2, State.FINISHED, 512));
        catalog.add(checkpoint("top", 1, State.LEARNING, 256));
        assertEquals(List.of("1/1", "1/none"), holdout("naive", 1));
        assertEquals(List.of("1/none"), holdout("naive", 2));

        catalog.add(checkpoint("top", 2, State.LEARNING, 512));
        assertEquals(List.of("1/2", "1/none"), holdout("naive", 2));

        catalog.add(checkpoint("top", 3, State.FINISHED, 700));
        assertEquals(List.of("1/1", "1/none"), holdout("naive", 1));
        assertEquals(List.of("1/3", "1/2", "1/none"), holdout("naive", 2));
    }

    @Test
    void aCeilingThatSkipsTheNumberIsTakenAtTheLastBeforeItOnceItIsPast() {
        catalog.add(checkpoint("weak", 1, State.FINISHED, 500));
        catalog.add(checkpoint("naive", 1, State.LEARNING, 300));
        catalog.add(checkpoint("top", 1, State.LEARNING, 250));
        assertEquals(List.of("1/none"), holdout("naive", 1));

        catalog.add(checkpoint("top", 2, State.LEARNING, 500));
        assertEquals(List.of("1/1", "1/none"), holdout("naive", 1));
    }

    @Test
    void rulesAreComparedAtCheckpointZero() {
        catalog.add(spec("rule", "truth", null, "none", LabelPolicy.FIRST_READY), 0);
        catalog.add(spec("pupil", "rule", null), 0);
        catalog.add(checkpoint("pupil", 1, State.LEARNING, 256));

        assertEquals(List.of("0/none"), holdout("pupil", 1));
    }

    @Test
    void aFailedCheckpointIsNone() {
        catalog.add(checkpoint("weak", 1, State.FINISHED, 500));
        catalog.add(checkpoint("naive", 1, State.LEARNING, 256));
        catalog.add(checkpoint("naive", 1, State.FAILED, 256));

        assertEquals(List.of("1/none"), holdout("naive", 1));
        assertEquals(List.of(), holdout("naive", 2));
    }

    @Test
    void nobodyWaitsForACeilingThatHasFailed() {
        catalog.add(checkpoint("weak", 1, State.FINISHED, 500));
        catalog.add(checkpoint("naive", 1, State.LEARNING, 256));
        catalog.add(checkpoint("top", 1, State.LEARNING, 128));
        Pair pair = requireNonNull(catalog.pairOf(id("naive")));
        assertFalse(Comparisons.settled(catalog, pair, 1));

        catalog.add(checkpoint("top", 1, State.FAILED, 128));

        assertTrue(Comparisons.settled(catalog, pair, 1));
        assertEquals(List.of("1/none"), holdout("naive", 1));
    }

    @Test
    void keyReadsBack() {
        Pair pair = requireNonNull(catalog.pairOf(id("naive")));
        for (Comparison comparison : Comparisons.progressive(pair)) {
            assertEquals(comparison, Comparison.parse(comparison.key()));
        }
    }

    /** Supervisor's checkpoint / ceiling's checkpoint, the preferred first. */
    private List<String> holdout(String student, long checkpoint) {
        Pair pair = requireNonNull(catalog.pairOf(id(student)));
        return Comparisons.holdout(catalog, pair, checkpoint).stream()
                .map(
                        c ->
                                c.supervisorCheckpoint()
                                        + "/"
                                        + (c.ceiling() == null ? "none" : c.ceilingCheckpoint()))
                .toList();
    }
}
