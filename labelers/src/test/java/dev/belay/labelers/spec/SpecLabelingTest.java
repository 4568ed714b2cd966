package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SpecLabelingTest {
    private static final List<String> CLASSES = List.of("no", "yes");
    private static final String SOURCE = "exp/weak#0@1";

    private final AtomicReference<LabelerSpec> current = new AtomicReference<>(rules("text a", 0));

    @Test
    void labelsAndAbstentionsAreWrittenAsLabelsAndAsPredictionsInOffsetOrder() {
        // Given
        LabelingBench bench = LabelingBench.of(SpecEvents.ID, new SpecLabeler(current::get, null));
        bench.example("s", Split.SUPERVISOR);
        bench.example("b", Split.STUDENT);
        bench.example("a", Split.STUDENT);
        // When
        bench.step();
        // Then
        assertEquals(List.of("b", "a"), bench.labelled());
        Label abstention = bench.labels().get(0);
        assertTrue(abstention.getAbstained());
        assertEquals(List.of(), abstention.getProbabilities());
        assertEquals(List.of(0f, 1f), bench.labels().get(1).getProbabilities());
        PredictionBlock block = bench.blocks().get(0);
        assertEquals(Phase.PROGRESSIVE, block.getPhase());
        assertTrue(block.getLabels());
        assertEquals(List.of("b", "a"), block.getIds());
        assertEquals(List.of(0), block.getAbstained());
        assertEquals(List.of(0f, 0f, 0f, 1f), block.getProbabilities());
        assertEquals(2, bench.lastProgress().getRecords());
        assertEquals(3, bench.lastProgress().getRows());
    }

    @Test
    void aNewVersionLabelsFromThenOnAndIsNamed() {
        // Given
        LabelingBench bench = LabelingBench.of(SpecEvents.ID, new SpecLabeler(current::get, null));
        bench.example("a", Split.STUDENT);
        bench.step();
        // When
        current.set(rules("text b", 1));
        bench.example("a", Split.STUDENT);
        bench.example("b", Split.STUDENT);
        bench.step();
        // Then
        List<Label> labels = bench.labels();
        assertEquals(List.of(0L, 1L, 1L), labels.stream().map(Label::getCheckpoint).toList());
        assertEquals(
                List.of(false, true, false), labels.stream().map(Label::getAbstained).toList());
        assertEquals(
                List.of(0L, 1L),
                bench.blocks().stream().map(PredictionBlock::getCheckpoint).toList());
    }

    @Test
    void oneThatReadsAnotherLabelsWhatThatOneHasLabelled() {
        // Given
        LabelerSpec spec =
                LabelerSpec.newBuilder(
                                SpecEvents.spec("doubtful", CLASSES, Map.of("least", "0.75"), 2))
                        .setSources(List.of(SOURCE))
                        .build();
        LabelingBench bench =
                LabelingBench.of(
                        spec,
                        made ->
                                new SpecLabeler(
                                        () -> spec,
                                        new SourceLabels(
                                                List.of(SOURCE), made.resources(), made.sources)));
        // When
        label(bench, "a", SOURCE, 0.75f, 0.25f);
        label(bench, "b", SOURCE, 0.5f, 0.5f);
        label(bench, "c", SOURCE);
        label(bench, "d", "exp/weak#0@0", 1f, 0f);
        label(bench, "e", "exp/other#0@1", 1f, 0f);
        List.of("a", "b", "c", "d", "e").forEach(id -> bench.example(id, Split.STUDENT));
        bench.endedTopics.addAll(bench.topics.sources());
        bench.step();
        // Then: of another run's labels nothing, of another labeler's a dead letter
        assertEquals(List.of("a", "b", "c"), bench.labelled());
        assertEquals(List.of(0.75f, 0.25f), bench.labels().get(0).getProbabilities());
        assertEquals(List.of(1, 2), bench.blocks().get(0).getAbstained());
        assertEquals(2, bench.labels().get(0).getCheckpoint());
        assertEquals(SpecEvents.ID, bench.labels().get(0).getLabeler());
        assertEquals(
                List.of("a label by exp/other#0@1, expected exp/weak#0@1"),
                bench.deadLetterReasons());
    }

    private static void label(LabelingBench bench, String id, String labeler, float... row) {
        Example example = EventFactory.example(id, Split.STUDENT, "text " + id, 7);
        String topic = bench.topics.sources().get(0);
        bench.sourceLog.add(topic, id, EventFactory.label(example, labeler, 4, row));
    }

    private static LabelerSpec rules(String keyword, long version) {
        return SpecEvents.spec(
                "rules", CLASSES, Map.of("keywords", "{\"yes\":[\"" + keyword + "\"]}"), version);
    }
}
