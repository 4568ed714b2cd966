package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SourceLabelsTest {
    private static final String A = "exp/a#0@1";
    private static final String B = "exp/b#0@1";
    private static final LabelerSpec SPEC =
            LabelerSpec.newBuilder(SpecEvents.spec("average", List.of("no", "yes"), Map.of(), 3))
                    .setSources(List.of(A, B))
                    .build();

    private final LabelingBench bench =
            LabelingBench.of(
                    SPEC,
                    made ->
                            new SpecLabeler(
                                    () -> SPEC,
                                    made.resources(),
                                    SpecLabelingTest.undelayed(),
                                    SpecLabelingTest.noVotes(made.resources()),
                                    new SourceLabels(
                                            SPEC.getSources(), made.resources(), made.sources)));

    @Test
    void anExampleWaitsForEachSourceAndOffsetOrderIsKept() {
        // Given
        examples("x", "y");
        label(A, "x", 1, 0);
        label(A, "y", 0, 1);
        label(B, "x", 0.5f, 0.5f);
        // When
        bench.step();
        // Then
        assertEquals(List.of("x"), bench.labelled());
        Label x = bench.labels().get(0);
        assertEquals(List.of(0.75f, 0.25f), x.getProbabilities());
        assertEquals(3, x.getCheckpoint());
        assertEquals("text x", x.getExample().getText());
        assertEquals(1, bench.lastProgress().getRows());
        // When
        label(B, "y"); // abstains
        bench.step();
        // Then
        assertEquals(List.of("x", "y"), bench.labelled());
        assertEquals(List.of(0f, 1f), bench.labels().get(1).getProbabilities());
        assertEquals(List.of("x"), bench.blocks().get(0).getIds());
        assertEquals(List.of("y"), bench.blocks().get(1).getIds());
    }

    @Test
    void whoHasGoneOnToAFollowingExampleIsNotWaitedFor() {
        // Given: B has no label of x; neither has one of y
        examples("x", "y", "z");
        bench.example("s", Split.SUPERVISOR);
        label(A, "x", 1, 0);
        label(A, "z", 1, 0);
        label(B, "z", 0, 1);
        // When
        bench.step();
        // Then
        assertEquals(List.of("x", "z"), bench.labelled());
        assertEquals(List.of(1f, 0f), bench.labels().get(0).getProbabilities());
        assertEquals(List.of(0.5f, 0.5f), bench.labels().get(1).getProbabilities());
        assertEquals(4, bench.lastProgress().getRows());
    }

    @Test
    void theLastExampleWaitsUntilASourceWithoutALabelForItHasEnded() {
        // Given
        examples("x");
        label(A, "x", 1, 0);
        bench.step();
        assertEquals(List.of(), bench.labelled());
        // When
        bench.endedTopics.add(bench.topics.sources().get(1));
        bench.step();
        // Then
        assertEquals(List.of("x"), bench.labelled());
    }

    @Test
    void labelsOfNoExampleToComeAreDropped() {
        // Given: repeated, out of order, of unknown examples, of other splits, no label at all
        examples("x", "y", "z");
        bench.endedTopics.add(bench.topics.input());
        label(A, "x", 1, 0);
        label(A, "y", 1, 0);
        label(A, "z", 1, 0);
        label(B, "gone", 0, 1);
        label(B, "y", 0, 1);
        label(B, "y", 0.25f, 0.75f);
        label(B, "x", 0, 1);
        bench.sourceLog.raw(bench.topics.sources().get(1), "bad", new byte[] {1, 2});
        var other = EventFactory.example("s", Split.SUPERVISOR, "text", 7);
        bench.sourceLog.add(
                bench.topics.sources().get(1), "s", EventFactory.label(other, B, 0, pair(0, 1)));
        label(B, "z", 0, 1);
        // When
        bench.step();
        // Then
        assertEquals(List.of("x", "y", "z"), bench.labelled());
        assertEquals(
                List.of(List.of(1f, 0f), List.of(0.5f, 0.5f), List.of(0.5f, 0.5f)),
                bench.labels().stream().map(Label::getProbabilities).toList());
        assertEquals(1, bench.deadLetterReasons().size());
        assertTrue(bench.deadLetterReasons().get(0).contains("cannot read Label"));
        // and the offset to resume at is committed
        var offsets = bench.producers.get(0).consumerGroupOffsetsHistory();
        var last = offsets.get(offsets.size() - 1).values().iterator().next();
        assertEquals(
                List.of(3L, 3L, 7L),
                Stream.of(bench.topics.input(), source(0), source(1))
                        .map(t -> last.get(new org.apache.kafka.common.TopicPartition(t, 0)))
                        .map(offset -> offset.offset())
                        .toList());
    }

    @Test
    void aSourceThatIsAheadIsPausedAndOneThatIsBehindHoldsUpTheExamples() {
        // Given
        int many = 3 * SourceLabels.AHEAD;
        bench.sources.setMaxPollRecords(100);
        examples("x");
        label(A, "x", 1, 0);
        for (int i = 0; i < many; i++) {
            label(A, "e" + i, 1, 0);
        }
        // When
        for (int i = 0; i < 100; i++) {
            bench.step();
        }
        // Then
        assertEquals(List.of(), bench.labelled());
        var at = new org.apache.kafka.common.TopicPartition(source(0), 0);
        assertTrue(bench.sources.paused().contains(at));
        long most = SourceLabels.AHEAD + 100;
        assertTrue(bench.sources.position(at) <= most, () -> "" + bench.sources.position(at));
        // When
        label(B, "x", 0, 1);
        bench.step();
        // Then
        assertEquals(List.of("x"), bench.labelled());
    }

    private String source(int i) {
        return bench.topics.sources().get(i);
    }

    private void examples(String... ids) {
        for (String id : ids) {
            bench.example(id, Split.STUDENT);
        }
    }

    private void label(String labeler, String id, float... row) {
        var example = EventFactory.example(id, Split.STUDENT, "text " + id, 7);
        int i = SPEC.getSources().indexOf(labeler);
        bench.sourceLog.add(source(i), id, EventFactory.label(example, labeler, 4, row));
    }

    private static float[] pair(float no, float yes) {
        return new float[] {no, yes};
    }
}
