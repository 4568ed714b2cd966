package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.belay.labelers.Events;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExternalLabelingTest {
    private static final String ID = SpecEvents.ID;
    private static final LabelerSpec SPEC =
            SpecEvents.spec("external", List.of("no", "yes"), Map.of(), 0);

    private final AtomicLong holdoutRows = new AtomicLong(-1);
    private final LabelingBench bench =
            LabelingBench.of(SPEC, bench -> new ExternalLabeler(SPEC, holdoutRows::get));

    @Test
    void labelsAreCopiedToPredictionsOnceByTheCheckpointTheyName() {
        // Given
        label("a", Split.STUDENT, 3, 0.25f, 0.75f);
        label("b", Split.STUDENT, 4, 1f, 0f);
        label("c", Split.STUDENT, 3);
        // When
        bench.step();
        // Then
        assertEquals(List.of(), bench.labels(), "they are there already");
        List<PredictionBlock> blocks = bench.blocks();
        assertEquals(List.of("a", "c"), blocks.get(0).getIds());
        assertEquals(3, blocks.get(0).getCheckpoint());
        assertEquals(List.of(1), blocks.get(0).getAbstained());
        assertEquals(List.of(0.25f, 0.75f, 0f, 0f), blocks.get(0).getProbabilities());
        assertEquals(List.of("b"), blocks.get(1).getIds());
        assertEquals(4, blocks.get(1).getCheckpoint());
        assertEquals(Phase.PROGRESSIVE, blocks.get(0).getPhase());
        assertEquals(1, bench.producers.get(0).commitCount());
        // its progress is that of the copy: who writes the labels reports their end
        Progress progress = bench.lastProgress();
        assertEquals(bench.topics.predictions(), progress.getTopic());
        assertEquals(3, progress.getRows());
        assertFalse(progress.getEnded());
    }

    @Test
    void holdoutLabelsWaitUntilTheSizeOfTheSweepIsKnown() {
        // Given
        label("a", Split.STUDENT, 0, 1f, 0f);
        label("h", Split.HOLDOUT, 0, 1f, 0f);
        label("b", Split.STUDENT, 0, 1f, 0f);
        // When
        bench.step();
        // Then: offset order is kept
        assertEquals(List.of(List.of("a")), ids());
        // When
        holdoutRows.set(40);
        bench.step();
        // Then
        assertEquals(List.of(List.of("a"), List.of("h"), List.of("b")), ids());
        PredictionBlock sweep = bench.blocks().get(1);
        assertEquals(Phase.HOLDOUT, sweep.getPhase());
        assertEquals(40, sweep.getSweepRows());
        assertFalse(sweep.getLabels());
    }

    @Test
    void whatIsNoLabelGoesToTheDeadLettersWithItsReason() {
        // Given
        label("a", Split.STUDENT, 0, 0.5f, 0.25f, 0.25f);
        label("b", Split.STUDENT, 0, Float.NaN, 1f);
        label("c", Split.STUDENT, -1, 1f, 0f);
        label("d", Split.SUPERVISOR, 0, 1f, 0f);
        Example example = EventFactory.example("e", Split.STUDENT, "text", 7);
        bench.input("e", new Label(example, ID, 0L, List.of(1f, 0f), true, null));
        bench.input("f", EventFactory.label(example, ID, 0, new float[] {1, 0}));
        bench.garbage(bench.topics.labels());
        label("g", Split.STUDENT, 0, 1f, 0f);
        // When
        bench.step();
        // Then
        assertEquals(List.of(List.of("g")), ids());
        List<String> reasons = bench.deadLetterReasons();
        assertEquals("expected 2 probabilities, found 3", reasons.get(0));
        assertEquals("expected probabilities in [0, 1], found NaN", reasons.get(1));
        assertEquals("checkpoint -1, expected 0 or more", reasons.get(2));
        assertEquals(
                "a label of a SUPERVISOR example, expected STUDENT or HOLDOUT", reasons.get(3));
        assertEquals("an abstention with 2 probabilities, expected none", reasons.get(4));
        assertEquals("the event's id differs from the record's key", reasons.get(5));
        assertEquals(7, reasons.size());
        assertEquals(8, bench.lastProgress().getRows());
    }

    @Test
    void choiceLabelsHaveAsManyProbabilitiesAsTheirExampleHasOptions() {
        // Given
        LabelerSpec spec = SpecEvents.spec("external", List.of(), Map.of(), 0);
        var choice = LabelingBench.of(spec, b -> new ExternalLabeler(spec, () -> 1));
        Example three = Events.choice("a", Split.STUDENT, "x", "y", "z");
        Example two = Events.choice("b", Split.HOLDOUT, "x", "y");
        choice.input("a", EventFactory.label(three, ID, 0, new float[] {0, .75f, .25f}));
        choice.input("a", EventFactory.label(three, ID, 0, new float[] {.75f, .25f}));
        choice.input("a", EventFactory.label(three, ID, 0, new float[0]));
        choice.input("b", EventFactory.label(two, ID, 0, new float[] {1, 0}));
        Example none = EventFactory.example("c", Split.STUDENT, "text", 7);
        choice.input("c", EventFactory.label(none, ID, 0, new float[] {1, 0}));
        // When
        choice.step();
        // Then
        PredictionBlock stream = choice.blocks().get(0);
        assertEquals(0, stream.getClasses());
        assertEquals(List.of("a", "a"), stream.getIds());
        assertEquals(List.of(3, 3), stream.getOptionCounts());
        assertEquals(List.of(1), stream.getAbstained());
        assertEquals(List.of(0f, .75f, .25f, 0f, 0f, 0f), stream.getProbabilities());
        PredictionBlock sweep = choice.blocks().get(1);
        assertEquals(Phase.HOLDOUT, sweep.getPhase());
        assertEquals(List.of(2), sweep.getOptionCounts());
        assertEquals(
                List.of(
                        "expected 3 probabilities, found 2",
                        "an example without options, expected 2 to 256 in a task of kind choice"),
                choice.deadLetterReasons());
    }

    private List<List<String>> ids() {
        return bench.blocks().stream().map(PredictionBlock::getIds).toList();
    }

    private void label(String id, Split split, long checkpoint, float... row) {
        Example example = EventFactory.example(id, split, "text " + id, 7);
        bench.input(id, EventFactory.label(example, ID, checkpoint, row));
    }
}
