package dev.belay.labelers.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.FakePredictors;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.labelers.prediction.Predictor;
import dev.belay.labelers.prediction.UnusableCheckpointException;
import dev.belay.models.encoder.BrokenEncoderException;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ModelLabelingTest {
    private static final String BOW = "exp/bow#0@1";

    private final ModelSpec spec = Events.spec(BOW, "truth", LabelPolicy.LATEST, 1);
    private final AtomicReference<Checkpoint> current =
            new AtomicReference<>(Events.checkpoint(BOW, 3, State.READY));
    private final FakePredictors predictors = new FakePredictors();
    private final LabelingBench bench =
            LabelingBench.of(BOW, new ModelLabeler(spec, current::get, predictors));

    @Test
    void labelsAndBlocksOfStudentExamplesComeTogetherInOffsetOrder() {
        // Given
        bench.example("s", Split.SUPERVISOR);
        bench.example("b", Split.STUDENT);
        bench.example("a", Split.STUDENT);
        // When
        bench.step();
        // Then
        assertEquals(List.of("b", "a"), bench.labelled());
        var block = bench.blocks().get(0);
        assertEquals(List.of("b", "a"), block.getIds());
        assertEquals(Phase.PROGRESSIVE, block.getPhase());
        assertEquals(3, block.getCheckpoint());
        assertEquals(BOW, block.getModel());
        assertEquals(2, block.getClasses());
        assertEquals(List.of(7L, 7L), block.getEventTimesMs());
        assertEquals(
                bench.labels().get(1).getProbabilities(), block.getProbabilities().subList(2, 4));
        assertEquals(3, bench.labels().get(0).getCheckpoint());
        assertEquals(7L, bench.records(bench.topics.labels()).get(0).timestamp());
        assertEquals(3, bench.lastProgress().getRows());
        assertEquals(Map.of("STUDENT", 2L), bench.lastProgress().getSplits());
        assertEquals(1, bench.producers.get(0).commitCount());
    }

    @Test
    void aChoiceExampleIsLabelledByADistributionOverItsOptions() {
        // Given
        ModelSpec choice = ModelSpec.newBuilder(spec).setClasses(List.of()).build();
        Deque<float[]> rows = new ArrayDeque<>();
        rows.add(new float[] {.25f, .25f, .5f});
        rows.add(new float[] {.75f, .25f});
        Predictor predictor =
                new Predictor() {
                    @Override
                    public Rows<float[]> predict(List<Input> inputs) {
                        return new Rows<>(
                                inputs.stream().map(i -> rows.remove()).toList(), new TreeMap<>());
                    }

                    @Override
                    public void close() {}
                };
        var ofOptions =
                LabelingBench.ofChoice(
                        BOW, new ModelLabeler(choice, current::get, (s, c) -> predictor));
        ofOptions.input("a", Events.choice("a", Split.STUDENT, "x", "y", "z"));
        ofOptions.input("b", Events.choice("b", Split.STUDENT, "x", "y"));
        // When
        ofOptions.step();
        // Then
        assertEquals(List.of(.75f, .25f), ofOptions.labels().get(1).getProbabilities());
        var block = ofOptions.blocks().get(0);
        assertEquals(0, block.getClasses());
        assertEquals(List.of(3, 2), block.getOptionCounts());
        assertEquals(List.of(.25f, .25f, .5f, .75f, .25f), block.getProbabilities());
        assertTrue(block.getLabels());
    }

    @Test
    void aNewerCheckpointLabelsFromThenOnAndIsNamed() {
        // Given
        bench.example("a", Split.STUDENT);
        bench.step();
        // When
        current.set(Events.checkpoint(BOW, 4, State.READY));
        bench.example("b", Split.STUDENT);
        bench.step();
        // Then
        assertEquals(3, bench.labels().get(0).getCheckpoint());
        assertEquals(4, bench.labels().get(1).getCheckpoint());
        assertEquals(1, predictors.open());
    }

    @Test
    void anUnusableCheckpointLeavesTheExamplesUntouched() {
        // Given
        predictors.refuse(3);
        bench.example("a", Split.STUDENT);
        // When
        assertThrows(UnusableCheckpointException.class, bench::step);
        // Then
        assertTrue(bench.producers.isEmpty());
    }

    @Test
    void whileExamplesAreJudgedItPollsAndCommitsWhatWasTaken() {
        // Given
        Deque<Runnable> tasks = new ArrayDeque<>();
        LabelingBench slow = LabelingBench.of(BOW, judge(), tasks::add);
        slow.example("a", Split.STUDENT);
        slow.step();
        // When: nothing has computed, more arrives
        slow.example("b", Split.STUDENT);
        slow.step();
        slow.step();
        // Then: it was polled, so the member keeps its partitions
        assertEquals(2, slow.examples.position(new TopicPartition(slow.topics.input(), 0)));
        assertTrue(slow.producers.isEmpty(), "no transaction is open");
        // When
        tasks.remove().run();
        slow.step();
        // Then
        assertEquals(List.of("a"), slow.labelled());
        // When
        slow.step();
        tasks.remove().run();
        slow.step();
        // Then
        assertEquals(List.of("a", "b"), slow.labelled());
        assertEquals(2, slow.lastProgress().getRows());
    }

    @Test
    void whatWasJudgedWhileThePartitionWasRevokedIsNotCommittedAndJudgedAgain() {
        // Given
        Deque<Runnable> tasks = new ArrayDeque<>();
        LabelingBench slow = LabelingBench.of(BOW, judge(), tasks::add);
        TopicPartition partition = new TopicPartition(slow.topics.input(), 0);
        slow.example("a", Split.STUDENT);
        slow.step();
        // When: it is back before the examples are judged
        slow.examples.rebalance(List.of());
        slow.examples.rebalance(List.of(partition));
        slow.step();
        tasks.remove().run();
        slow.step();
        // Then
        assertTrue(slow.producers.isEmpty());
        // When
        slow.replay(0);
        slow.step();
        tasks.remove().run();
        slow.step();
        // Then
        assertEquals(List.of("a"), slow.labelled());
        assertEquals(1, slow.lastProgress().getRecords());
    }

    @Test
    void anExampleThatCannotBeEncodedIsADeadLetterAndTheRestIsLabelled() {
        // Given
        predictors.poison("text b");
        for (String id : List.of("a", "b", "c")) {
            bench.example(id, Split.STUDENT);
        }
        // When
        bench.step();
        // Then
        assertEquals(List.of("a", "c"), bench.labelled());
        assertEquals(List.of("a", "c"), bench.blocks().get(0).getIds());
        assertEquals(
                List.of(
                        BOW
                                + " cannot encode its text: java.lang.IllegalStateException:"
                                + " cannot encode 'text b'"),
                bench.deadLetterReasons());
        ProducerRecord<byte[], byte[]> letter =
                bench.records(bench.clients.topics().deadLetters()).get(0);
        Example raw =
                bench.clients.codec().decode(bench.topics.input(), letter.value(), Example.class);
        assertEquals("b", raw.getId());
        assertEquals(3, bench.lastProgress().getRows());
        assertEquals(2, bench.lastProgress().getRecords());
        assertEquals(Map.of("STUDENT", 2L), bench.lastProgress().getSplits());
        assertEquals(1, bench.unlabelled());
        assertEquals(1, bench.producers.get(0).commitCount());
    }

    @Test
    void anEncoderThatFailsOnEveryTextBlamesNoExample() {
        // Given
        predictors.broken(true);
        bench.example("a", Split.STUDENT);
        bench.example("b", Split.STUDENT);
        // When
        assertThrows(BrokenEncoderException.class, bench::step);
        // Then
        assertTrue(bench.producers.isEmpty());
    }

    private ModelLabeler judge() {
        return new ModelLabeler(spec, current::get, predictors);
    }
}
