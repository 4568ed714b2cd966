package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.progressive;
import static dev.belay.aggregators.topology.Blocks.sweep;
import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AggregatorTopologyTest {
    private static final List<String> IDS = List.of("e1", "e2", "e3", "e4");
    private static final String PREDICTIONS = "belay.t.predictions";

    @TempDir Path state;
    private Harness harness;

    @BeforeEach
    void open() {
        harness = new Harness(state, 1);
    }

    @AfterEach
    void close() {
        harness.close();
    }

    private void specs() {
        harness.spec(spec("weak", "truth", null));
        harness.spec(spec("naive", "weak", "top"));
        harness.spec(spec("top", "truth", null));
        harness.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
    }

    private void truth() {
        harness.truth("e1", 0, 1);
        harness.truth("e2", 0, 1);
        harness.truth("e3", 1, 1);
        harness.truth("e4", 1, 1);
    }

    @Test
    void supervisorAndStudentDoNotWaitForTheCeiling() {
        // Given
        specs();
        truth();
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        // When
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        // Then
        PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(4, row.getN());
        assertEquals(0.5, row.getSupervisorAccuracy().getValue());
        assertEquals(0.75, row.getStudentAccuracy().getValue());
        assertEquals(0.75, row.getAgreement().getValue());
        assertEquals(256, row.getExamplesSeen());
        assertNull(row.getCeilingAccuracy());
        assertNull(row.getCeilingCheckpoint());
        assertEquals("ceiling-not-ready", row.getPgrUndefined());
        assertTrue(row.getProvisional());
        // one event: the row is told when its sweeps are complete, not in parts
        assertEquals(1, harness.events());
    }

    @Test
    void lastRowIsFinalWithTheCeilingsLastCheckpoint() {
        specs();
        truth();
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        harness.checkpoint(checkpoint("top", 1, State.LEARNING, 256));
        harness.block(sweep("top", 1, 4, 10, IDS, 0, 0, 0, 0));
        PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(1L, row.getCeilingCheckpoint());
        assertTrue(row.getProvisional());

        harness.checkpoint(checkpoint("top", 2, State.FINISHED, 300));
        harness.block(sweep("top", 2, 4, 10, IDS, 0, 0, 1, 1));

        row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(2L, row.getCeilingCheckpoint());
        assertFalse(row.getProvisional());
        assertEquals(1.0, row.getCeilingAccuracy().getValue());
        assertEquals("gap-not-resolved", row.getPgrUndefined());
    }

    @Test
    void aSweepInPartsIsToldWhenItIsWhole() {
        specs();
        truth();
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS.subList(0, 2), 0, 0));
        assertTrue(harness.metrics().isEmpty());

        harness.block(sweep("naive", 1, 4, 10, IDS.subList(2, 4), 1, 0));
        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
    }

    @Test
    void lateAndCorrectedTruthMovesTheCounts() {
        specs();
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(0, row.getN());
        assertEquals(4, row.getWithoutTruth());

        truth();
        row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(0.75, row.getStudentAccuracy().getValue());

        harness.truth("e1", 1, 2);
        harness.truth("e1", 0, 1); // older: changes nothing
        row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(0.5, row.getStudentAccuracy().getValue());

        harness.truthTakenBack("e1", 3);
        row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(3, row.getN());
        assertEquals(1, row.getWithoutTruth());
    }

    @Test
    void specsAndCheckpointsMayComeAfterAllElse() {
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        truth();
        assertTrue(harness.metrics().isEmpty());

        specs();

        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
    }

    @Test
    void rulesSuperviseWithoutCheckpoints() {
        harness.spec(spec("rule", "truth", null, "none", LabelPolicy.FIRST_READY));
        harness.spec(spec("pupil", "rule", null));
        harness.checkpoint(checkpoint("pupil", 3, State.FINISHED, 100));
        truth();
        harness.block(sweep("rule", 0, 4, 10, IDS, 0, 0, 0, 0));
        harness.block(sweep("pupil", 3, 4, 10, IDS, 0, 0, 1, 1));

        PairMetrics row = harness.metrics("pupil", 3, Phase.HOLDOUT);
        assertEquals(0, row.getSupervisorCheckpoint());
        assertEquals("no-ceiling", row.getPgrUndefined());
        assertFalse(row.getProvisional());
    }

    @Test
    void aStudentOfAStudentIsAPairLikeAnyOther() {
        specs();
        truth();
        harness.spec(spec("second", "naive", "top"));
        harness.checkpoint(checkpoint("second", 1, State.FINISHED, 256));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        harness.block(sweep("second", 1, 4, 10, IDS, 0, 0, 1, 1));

        PairMetrics row = harness.metrics("second", 1, Phase.HOLDOUT);
        assertEquals(Specs.id("naive"), row.getSupervisor());
        assertEquals(1, row.getSupervisorCheckpoint());
        assertEquals(0.75, row.getSupervisorAccuracy().getValue());
    }

    @Test
    void progressiveCountsEachExampleOnceForWhoeverLearnsAndLabels() {
        specs();
        truth();
        harness.block(progressive("weak", 1, 10, IDS, 0, 1, 1, 0));
        harness.block(progressive("naive", 0, 20, IDS.subList(0, 2), 0, 0));
        harness.block(progressive("naive", 1, 30, IDS.subList(2, 4), 0, 1));
        // naive labels as well, what it has learned already: no news for this pair
        harness.block(progressive("naive", 2, 40, IDS, 1, 1, 1, 1));

        PairMetrics row = harness.metrics("naive", 1, Phase.PROGRESSIVE);
        assertEquals(4, row.getN());
        assertEquals(0.75, row.getStudentAccuracy().getValue());
        assertEquals(0.5, row.getSupervisorAccuracy().getValue());
    }

    @Test
    void idsOfASweepMayComeInTheStreamToo() {
        specs();
        truth();
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        harness.metrics();
        // in another order first, so that they are numbered otherwise than on the holdout
        harness.block(progressive("weak", 1, 10, List.of("e4", "e3", "e2", "e1"), 0, 1, 1, 0));
        harness.block(progressive("naive", 1, 20, IDS, 0, 0, 1, 1));

        PairMetrics row = harness.metrics("naive", 1, Phase.PROGRESSIVE);
        assertEquals(4, row.getN());
        assertEquals(1.0, row.getStudentAccuracy().getValue());
        assertEquals(0.5, row.getSupervisorAccuracy().getValue());
        assertEquals(0.5, row.getAgreement().getValue());
    }

    @Test
    void aRepeatedBlockChangesNothing() {
        specs();
        truth();
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        PredictionBlock block = sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0);
        harness.block(block);
        int events = harness.events();

        harness.block(block);

        assertEquals(events, harness.events());
    }

    @Test
    void whatMakesNoSenseGoesToTheDeadLettersAndTheStreamGoesOn() {
        specs();
        truth();
        harness.raw(PREDICTIONS, "e1", "no event".getBytes(StandardCharsets.UTF_8));
        harness.raw(PREDICTIONS, "e1", null);
        harness.raw("belay.t.truth", "e9", new byte[] {0, 0, 0, 0, 99, 1});
        harness.truth("e9", 2, 1);
        PredictionBlock nan = sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0);
        nan.getProbabilities().set(3, Float.NaN);
        harness.block(nan);
        PredictionBlock sum = sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0);
        sum.getProbabilities().set(0, 0.5f);
        harness.block(sum);
        PredictionBlock unequal = sweep("naive", 1, 4, 10, IDS, 0, 0, 1);
        harness.block(unequal);

        List<String> reasons = harness.deadLetters();
        assertEquals(7, reasons.size(), () -> String.join("\n", reasons));
        assertEquals(7, harness.counter("belay.dead.letters"));

        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
    }

    @Test
    void aBlockWithTheWrongNumberOfClassesIsFoundOutWhenTheSpecComes() {
        PredictionBlock three =
                EventFactory.block(
                        Specs.id("naive"),
                        1L,
                        Phase.HOLDOUT,
                        3,
                        List.of("e1"),
                        List.of(10L),
                        List.of(0.5f, 0.25f, 0.25f),
                        4L,
                        false);
        harness.block(three);
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        specs();
        truth();
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));

        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
        assertEquals(List.of("expected 2 classes, found 3"), harness.deadLetters());
    }

    @Test
    void idsOfOtherPartitionsAreSentWhereTheyBelongAndCounted() {
        try (Harness many = new Harness(state.resolve("many"), 3)) {
            // Given a driver that plays partition 0 and gets the strays of all
            many.spec(spec("weak", "truth", null));
            many.spec(spec("naive", "weak", null));
            many.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
            many.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
            // When
            IDS.forEach(id -> many.truth(id, 0, 1));
            many.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
            many.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
            // Then
            assertEquals(4, many.metrics("naive", 1, Phase.HOLDOUT).getN());
            assertTrue(many.counter("belay.strays") > 0);
        }
    }
}
