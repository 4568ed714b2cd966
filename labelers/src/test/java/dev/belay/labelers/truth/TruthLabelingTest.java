package dev.belay.labelers.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

class TruthLabelingTest {
    private final LabelingBench bench = LabelingBench.ofTruth();

    @Test
    void lateTruthHoldsBackTheExamplesBehindIt() {
        // Given
        bench.example("a", Split.SUPERVISOR);
        bench.example("b", Split.STUDENT);
        bench.truth("b", 1);
        // When
        bench.step();
        // Then
        assertEquals(List.of(), bench.labelled());
        // When
        bench.truth("a", 0);
        bench.step();
        // Then
        assertEquals(List.of("a", "b"), bench.labelled());
        assertEquals(List.of(1f, 0f), bench.labels().get(0).getProbabilities());
        assertEquals(List.of(0f, 1f), bench.labels().get(1).getProbabilities());
        assertEquals("truth", bench.labels().get(0).getLabeler());
    }

    @Test
    void truthMayComeBeforeItsExample() {
        // Given
        bench.truth("a", 1);
        bench.step();
        // When
        bench.example("a", Split.STUDENT);
        bench.step();
        // Then
        assertEquals(List.of("a"), bench.labelled());
    }

    @Test
    void correctedTruthCountsAndTruthTakenBackIsWaitedFor() {
        // Given
        bench.truth("a", 0);
        bench.truth("a", 1);
        bench.example("a", Split.STUDENT);
        // When
        bench.step();
        // Then
        assertEquals(List.of(0f, 1f), bench.labels().get(0).getProbabilities());
    }

    @Test
    void anExampleIsPassedOverOnlyWhenTruthHasEndedWithoutIt() {
        // Given
        bench.example("never", Split.STUDENT);
        bench.example("b", Split.STUDENT);
        bench.truth("b", 1);
        bench.endedTopics.add(bench.topics.input());
        bench.step();
        assertEquals(List.of(), bench.labelled());
        // When
        bench.endedTopics.add(bench.topics.truth());
        bench.step();
        // Then
        assertEquals(List.of("b"), bench.labelled());
        assertEquals(1, bench.unlabelled());
        assertEquals(2, bench.lastProgress().getRows());
        assertEquals(1, bench.lastProgress().getRecords());
        assertTrue(bench.lastProgress().getEnded());
    }

    @Test
    void theLabelsEndInTheTransactionThatPassesTheEndOfTheExamples() {
        // Given
        bench.example("a", Split.SUPERVISOR);
        bench.truth("a", 0);
        bench.step();
        assertFalse(bench.lastProgress().getEnded());
        // When: said after all was labelled
        bench.endedTopics.add(bench.topics.input());
        bench.step();
        // Then
        assertTrue(bench.lastProgress().getEnded());
        assertEquals(Map.of("SUPERVISOR", 1L), bench.lastProgress().getSplits());
        assertEquals("truth", bench.lastProgress().getWriter());
        // When
        int before = bench.progress().size();
        bench.step();
        // Then: said once
        assertEquals(before, bench.progress().size());
    }

    @Test
    void anEndedPartitionWithoutExamplesEnds() {
        // When
        bench.endedTopics.add(bench.topics.input());
        bench.step();
        // Then
        assertTrue(bench.lastProgress().getEnded());
        assertEquals(0, bench.lastProgress().getRecords());
    }

    @Test
    void unreadableRecordsGoToTheDeadLettersAndTheRestGoesOn() {
        // Given
        bench.example("a", Split.STUDENT);
        bench.garbage(bench.topics.input());
        bench.example("held", Split.HOLDOUT);
        bench.example("b", Split.STUDENT);
        bench.truth("a", 0);
        bench.garbage(bench.topics.truth());
        bench.truth("absurd", 2);
        bench.truth("b", 0);
        // When
        bench.step();
        // Then
        assertEquals(List.of("a", "b"), bench.labelled());
        assertEquals(4, bench.deadLetterReasons().size());
        assertEquals(4, bench.lastProgress().getRows());
        assertTrue(
                bench.deadLetterReasons().stream()
                        .anyMatch(r -> r.contains("class 2, expected 0 to 1")));
        assertTrue(bench.deadLetterReasons().stream().anyMatch(r -> r.contains("HOLDOUT")));
    }

    @Test
    void truthOfAChoiceExampleIsOneOfItsOptions() {
        // Given
        LabelingBench choice = LabelingBench.ofTruthOfChoice();
        choice.input("a", Events.choice("a", Split.STUDENT, "x", "y", "z"));
        choice.input("b", Events.choice("b", Split.STUDENT, "x", "y"));
        choice.input("c", Events.choice("c", Split.SUPERVISOR, "x", "y"));
        choice.example("none", Split.STUDENT);
        choice.truth("a", 2);
        choice.truth("b", 2);
        choice.truth("c", 1);
        choice.truth("d", 256);
        // When
        choice.step();
        // Then
        assertEquals(List.of("a", "c"), choice.labelled());
        assertEquals(List.of(0f, 0f, 1f), choice.labels().get(0).getProbabilities());
        assertEquals(List.of(0f, 1f), choice.labels().get(1).getProbabilities());
        assertEquals(
                List.of(
                        "an example without options, expected 2 to 256 in a task of kind choice",
                        "its truth is option 2, expected one of its 2 options, from 0",
                        "option 256, expected 0 to 255"),
                choice.deadLetterReasons().stream().sorted().toList());
        assertEquals(4, choice.lastProgress().getRows());
    }

    @Test
    void afterAFailedCommitTheSameIsWrittenOnce() {
        // Given
        bench.example("a", Split.STUDENT);
        bench.truth("a", 0);
        bench.step();
        bench.publishOffsets();
        bench.example("b", Split.STUDENT);
        bench.truth("b", 1);
        bench.producers.get(0).commitTransactionException = new ProducerFencedException("fenced");
        // When
        assertFalse(bench.step());
        // Then: nothing of it
        assertEquals(List.of("a"), bench.labelled());
        // When: the broker gives the records again from the committed offset on
        bench.replay(1);
        bench.step();
        bench.step();
        // Then
        assertEquals(List.of("a", "b"), bench.labelled());
        assertEquals(2, bench.lastProgress().getRecords());
        assertEquals(2, bench.producers.size());
    }

    @Test
    void aRestartGoesOnFromTheCommittedOffsetAndCountsOn() {
        // Given
        var before =
                new Progress(
                        bench.topics.labels(),
                        0,
                        "truth",
                        5L,
                        Map.of("STUDENT", 5L),
                        null,
                        6L,
                        false,
                        null,
                        List.of());
        LabelingBench restarted = LabelingBench.ofTruth(before, 6);
        // When
        restarted.example("g", Split.STUDENT);
        restarted.truth("g", 1);
        restarted.step();
        // Then
        assertEquals(List.of("g"), restarted.labelled());
        assertEquals(6, restarted.lastProgress().getRecords());
        assertEquals(7, restarted.lastProgress().getRows());
    }

    @Test
    void whenTheBrokerForgotTheOffsetsProgressTellsWhatWasDone() {
        // Given
        var before =
                new Progress(
                        bench.topics.labels(),
                        0,
                        "truth",
                        2L,
                        Map.of("STUDENT", 2L),
                        null,
                        2L,
                        false,
                        null,
                        List.of());
        LabelingBench restarted = LabelingBench.ofTruth(before, -1);
        // When
        for (String id : List.of("a", "b", "c")) {
            restarted.example(id, Split.STUDENT);
            restarted.truth(id, 1);
        }
        restarted.step();
        // Then
        assertEquals(List.of("c"), restarted.labelled());
        assertEquals(3, restarted.lastProgress().getRecords());
    }

    @Test
    void onALiveStreamOneMissingTruthHoldsUpNothingBeyondTheHorizon() {
        // Given: the example is from 7 ms, its truth never arrives
        bench.horizonMs = 100;
        bench.example("never", Split.STUDENT);
        bench.example("b", Split.STUDENT);
        bench.truth("b", 1);
        bench.step();
        assertEquals(List.of(), bench.labelled());
        // When truth has come as far as the horizon
        bench.truth("other", 0, 107);
        bench.step();
        assertEquals(List.of(), bench.labelled());
        // When beyond
        bench.truth("another", 0, 108);
        bench.step();
        // Then
        assertEquals(List.of("b"), bench.labelled());
        assertEquals(1, bench.tooLate());
        assertEquals(1, bench.unlabelled());
        assertEquals(2, bench.lastProgress().getRows());
        assertEquals(1, bench.lastProgress().getRecords());
        assertEquals(List.of(), bench.deadLetterReasons());
        // When its truth comes after all
        bench.truth("never", 0, 7);
        bench.step();
        // Then
        assertEquals(List.of("b"), bench.labelled());
    }

    @Test
    void ofTruthWithoutExamplesNoMoreIsReadThanFitsUnlessAnExampleWaits() {
        // Given: as much truth without an example as fits, and more
        LabelingBench small = LabelingBench.ofTruth(2);
        TopicPartition truth = new TopicPartition(small.topics.truth(), 0);
        small.truth("orphan-1", 0);
        small.truth("orphan-2", 0);
        small.step();
        small.truth("a", 1);
        // When
        small.step();
        small.step();
        // Then
        assertEquals(2, small.truth.position(truth));
        // When an example waits for it
        small.example("a", Split.STUDENT);
        small.step();
        small.step();
        // Then
        assertEquals(List.of("a"), small.labelled());
    }
}
