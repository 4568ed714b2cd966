package dev.belay.labelers.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.FakePredictors;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** When a checkpoint is swept, and that it is swept once. */
class EvaluationsTest {
    private final EvaluationsBench bench = EvaluationsBench.ofCheckpoints();

    @Test
    void everyDueCheckpointAndTheLastOneAreSwept() {
        // Given
        bench.checkpoint(EvaluationsBench.CONF, 1, State.LEARNING);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        bench.checkpoint(EvaluationsBench.CONF, 3, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(2L, 3L), bench.blocks().stream().map(b -> b.getCheckpoint()).toList());
        assertEquals(2, bench.sweeps());
        PredictionBlock block = bench.blocks().get(0);
        assertEquals(List.of("b", "a"), block.getIds());
        assertEquals(Phase.HOLDOUT, block.getPhase());
        assertEquals(2, block.getSweepRows());
        assertEquals(List.of(1002L, 1002L), block.getEventTimesMs());
        assertEquals(FakePredictors.prediction("text a", 2)[0], block.getProbabilities().get(2));
        assertEquals(0, bench.predictors.open());
        assertEquals(2, bench.producers.get(0).commitCount());
        assertEquals(3, bench.committedOffset());
    }

    @Test
    void aNewGenerationIsPredictedByLaterCheckpointsAndByThoseThatLastBesideTheOthers() {
        // Given
        Checkpoint first = Events.checkpoint(EvaluationsBench.CONF, 1, State.READY);
        bench.lasting.add(first);
        bench.checkpoint(first);
        bench.stepUntilIdle();
        assertEquals(List.of(List.of("b", "a")), ids());
        // When a generation has begun
        bench.holdoutEnded = false;
        bench.holdout("c", 1);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        bench.stepUntilIdle();
        // Then the last complete one is predicted
        assertEquals(List.of("b", "a"), ids().get(1));
        // When it is complete
        bench.holdoutEnded = true;
        bench.checkpoint(EvaluationsBench.CONF, 4, State.LEARNING);
        bench.stepUntilSwept(4);
        // Then
        assertEquals(List.of("c"), ids().get(2));
        assertEquals(List.of("b", "a", "c"), ids().get(3));
        List<PredictionBlock> blocks = bench.blocks();
        assertEquals(List.of(1L, 2L, 4L, 1L), blocks.stream().map(b -> b.getCheckpoint()).toList());
        assertEquals(List.of(2L, 2L, 1L, 3L), blocks.stream().map(b -> b.getSweepRows()).toList());
        assertEquals(List.of(0, 0, 1, 1), blocks.stream().map(b -> b.getHoldoutVersion()).toList());
        assertEquals(
                blocks.get(0).getEventTimesMs(), blocks.get(3).getEventTimesMs().subList(0, 2));
        bench.stepUntilIdle();
        assertEquals(4, bench.sweeps());
    }

    @Test
    void whileAGenerationFillsAProcessThatBeginsUsesTheOnesBefore() {
        // Given
        bench.holdoutEnded = false;
        bench.holdout("c", 1);
        bench.holdout("d", 2);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(List.of("c")), ids());
        assertEquals(1, bench.blocks().get(0).getHoldoutVersion());
    }

    private List<List<String>> ids() {
        return bench.blocks().stream().map(PredictionBlock::getIds).toList();
    }

    @Test
    void theCheckpointThatFirstLabelsIsSweptThoughItsTurnIsNotDue() {
        // Given
        bench.specs.put(
                EvaluationsBench.CONF,
                ModelSpec.newBuilder(bench.specs.get(EvaluationsBench.CONF))
                        .setEvaluateEvery(100)
                        .setMicroEpoch(10)
                        .setReadyAt(15)
                        .build());
        bench.checkpoint(EvaluationsBench.CONF, 1, State.LEARNING); // 10 examples seen
        bench.checkpoint(EvaluationsBench.CONF, 2, State.READY);
        bench.checkpoint(EvaluationsBench.CONF, 3, State.READY);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(2L), bench.blocks().stream().map(b -> b.getCheckpoint()).toList());
    }

    @Test
    void aSweepWaitsUntilTheHoldoutHasEnded() {
        // Given
        bench.holdoutEnded = false;
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(), bench.blocks());
        // When
        bench.holdoutEnded = true;
        assertTrue(bench.step()); // goes back
        bench.again();
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        bench.stepUntilIdle();
        // Then
        assertEquals(1, bench.sweeps());
    }

    @Test
    void aTaskWhoseModelWasStoppedIsBehindNoMore() {
        // Given
        bench.holdoutEnded = false;
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        bench.stepUntilIdle();
        assertEquals(0, bench.committedOffset());
        // When
        bench.specs.remove(EvaluationsBench.CONF);
        bench.stopped.add(EvaluationsBench.CONF);
        assertTrue(bench.step()); // goes back
        bench.again();
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(), bench.blocks());
        assertEquals(1, bench.committedOffset());
    }

    @Test
    void checkpointsOfStoppedModelsArePassedOver() {
        // Given
        bench.specs.remove(EvaluationsBench.CONF);
        bench.stopped.add(EvaluationsBench.CONF);
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(), bench.blocks());
        assertEquals(List.of(), bench.deadLetterReasons());
        assertEquals(1, bench.committedOffset());
    }

    @Test
    void whileASweepIsComputedItPollsAndNoTransactionIsOpen() {
        // Given
        Deque<Runnable> tasks = new ArrayDeque<>();
        bench.computing = tasks::add;
        bench.checkpoint(EvaluationsBench.CONF, 2, State.LEARNING);
        bench.step();
        // When
        bench.checkpoint(EvaluationsBench.CONF, 4, State.FINISHED);
        bench.step();
        bench.step();
        // Then: it was polled, so the member keeps its partitions; one sweep at a time
        assertEquals(
                2, bench.checkpoints.position(new TopicPartition(EvaluationsBench.CHECKPOINTS, 0)));
        assertTrue(bench.producers.isEmpty());
        assertEquals(1, tasks.size());
        // When
        tasks.remove().run();
        assertTrue(bench.step());
        bench.step();
        tasks.remove().run();
        bench.stepUntilIdle();
        // Then
        assertEquals(List.of(2L, 4L), bench.blocks().stream().map(b -> b.getCheckpoint()).toList());
        assertEquals(2, bench.committedOffset());
    }

    @Test
    void aSweepWhosePartitionWasRevokedMeanwhileIsDroppedAndMadeOnce() {
        // Given
        Deque<Runnable> tasks = new ArrayDeque<>();
        bench.computing = tasks::add;
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        bench.step();
        // When: it is back before the sweep is computed
        TopicPartition partition = new TopicPartition(EvaluationsBench.CHECKPOINTS, 0);
        bench.checkpoints.rebalance(List.of());
        bench.checkpoints.rebalance(List.of(partition));
        tasks.remove().run();
        // Then
        assertFalse(bench.step());
        assertEquals(List.of(), bench.blocks());
        // When: the broker gives it again
        bench.again();
        bench.checkpoint(EvaluationsBench.CONF, 2, State.FINISHED);
        bench.step();
        tasks.remove().run();
        bench.stepUntilIdle();
        // Then
        assertEquals(1, bench.blocks().size());
        assertEquals(1, bench.sweeps());
    }
}
