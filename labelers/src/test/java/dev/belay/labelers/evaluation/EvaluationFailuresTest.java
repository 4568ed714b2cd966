package dev.belay.labelers.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.runtime.service.Participant;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

/** What becomes of checkpoints and examples that cannot be swept. */
class EvaluationFailuresTest {
    private final EvaluationsBench bench = EvaluationsBench.ofCheckpoints();

    @Test
    void whatCannotBeSweptGoesToTheDeadLettersAndTheRestGoesOn() {
        // Given
        bench.predictors.refuse(2);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        bench.checkpoint("exp/unknown#0@1", 2, State.LEARNING);
        bench.event(EvaluationsBench.CONF, new byte[] {1, 2, 3});
        bench.checkpoint(EvaluationsBench.CONF, 4, State.FAILED);
        bench.checkpoint(EvaluationsBench.CONF, 6, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(6L), bench.blocks().stream().map(b -> b.getCheckpoint()).toList());
        List<String> reasons = bench.deadLetterReasons();
        assertEquals(3, reasons.size());
        assertTrue(reasons.get(0).contains("is altered"), reasons.get(0));
        assertTrue(reasons.get(1).contains("no spec of its model exp/unknown#0@1"));
        assertEquals(5, bench.committedOffset());
    }

    @Test
    void whenTheStoreCannotBeReadCheckpointsWaitAndNoneIsLost() {
        // Given
        bench.predictors.store(false);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        bench.checkpoint(EvaluationsBench.CONF, 4, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(0, bench.sweeps());
        assertEquals(List.of(), bench.deadLetterReasons());
        assertTrue(bench.patience.problems().get(0).contains("the store is gone"));
        // When it is back
        bench.predictors.store(true);
        bench.stepUntilSwept(2);
        // Then
        assertEquals(2, bench.sweeps());
        assertEquals(List.of(), bench.patience.problems());
    }

    @Test
    void whateverFailsInATaskHoldsUpNoOther() {
        // Given
        String theirs = "exp/theirs#0@1";
        ModelSpec spec = Events.spec(theirs, "exp/bow#0@1", LabelPolicy.FIRST_READY, 2);
        bench.specs.put(theirs, ModelSpec.newBuilder(spec).setTask("theirs").build());
        bench.predictors.brokenTask("theirs");
        bench.checkpoint(theirs, 2, State.FINISHED);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(1, bench.sweeps());
        assertEquals(
                List.of(
                        new Participant(
                                "theirs",
                                theirs,
                                "java.lang.IllegalStateException: a defect of a plug-in")),
                bench.patience.participants());
        // When
        bench.predictors.brokenTask("");
        bench.stepUntilSwept(2);
        // Then
        assertEquals(List.of(), bench.patience.participants());
        assertEquals(List.of(), bench.deadLetterReasons());
    }

    @Test
    void afterBeingFencedTheSweepIsWrittenOnce() {
        // Given
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        MockProducer<byte[], byte[]> fenced = bench.newProducer();
        bench.prepared.add(fenced);
        fenced.sendOffsetsToTransactionException = new ProducerFencedException("fenced");
        // When
        assertFalse(bench.step());
        // Then
        assertEquals(List.of(), bench.blocks());
        // When: the broker gives it again
        bench.again();
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        bench.stepUntilIdle();
        // Then
        assertEquals(1, bench.blocks().size());
        assertEquals(1, bench.sweeps());
    }

    @Test
    void unreadableHoldoutRowsAreLeftOutAndReported() {
        // Given
        bench.holdoutRecord("x", new byte[] {0, 0, 0, 0, 99, 1});
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(2, bench.blocks().get(0).getSweepRows());
        assertEquals(1, bench.deadLetterReasons().size());
    }

    @Test
    void aHoldoutExampleThatCannotBeEncodedIsLeftOutAndReportedOnce() {
        // Given
        bench.predictors.poison("text b");
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        bench.checkpoint(EvaluationsBench.CONF, 4, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(2, bench.sweeps());
        for (PredictionBlock block : bench.blocks()) {
            assertEquals(List.of("a"), block.getIds());
            assertEquals(1, block.getSweepRows());
        }
        assertEquals(1, bench.deadLetterReasons().size());
        assertTrue(bench.deadLetterReasons().get(0).contains("cannot encode 'text b'"));
        var deadLetter = bench.records(bench.clients.topics().deadLetters()).get(0);
        assertEquals(
                "b",
                bench.clients
                        .codec()
                        .decode(EvaluationsBench.HOLDOUT, deadLetter.value(), Example.class)
                        .getId());
        assertEquals(
                EvaluationsBench.CONF,
                new String(
                        deadLetter.headers().lastHeader("belay.model").value(),
                        StandardCharsets.UTF_8));
    }

    @Test
    void anEncoderThatFailsOnEveryTextHoldsTheCheckpointBackAndBlamesNoExample() {
        // Given
        bench.predictors.broken(true);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(0, bench.sweeps());
        assertEquals(List.of(), bench.deadLetterReasons());
        assertTrue(
                bench.patience.problems().get(0).contains("probe"),
                () -> bench.patience.problems() + "");
        // When it works again
        bench.predictors.broken(false);
        bench.stepUntilSwept(1);
        // Then
        assertEquals(1, bench.sweeps());
        assertEquals(List.of(), bench.patience.problems());
    }
}
