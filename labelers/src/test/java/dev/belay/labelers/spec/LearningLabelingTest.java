package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.labelers.records.StateTable;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.Split;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

/** A labeler that learns, on one partition between mock clients. */
class LearningLabelingTest {
    private static final List<String> SOURCES = List.of("exp/a#0@1", "exp/b#0@1", "exp/c#0@1");

    private LabelerSpec current = spec(Map.of(), 0);
    private LabelingBench bench = LabelingBench.of(current, this::labeler);

    @Test
    void whatItHasLearnedIsInTheTransactionOfTheLabelsWithTheirOffset() {
        // Given
        bench.example("s", Split.SUPERVISOR);
        bench.step();
        LabelerState nothing = state();
        assertEquals(-1, nothing.getVersion());
        assertEquals(List.of(1L), nothing.getNext());
        // When
        example("a", 1, 1, 0);
        example("b", 0, 1, 0);
        bench.step();
        // Then
        LearningLabeler recount = recount(current);
        assertLabels(recount.learn(List.of(input(1, 1, 0), input(0, 1, 0))), 0);
        assertEquals(0, state().getVersion());
        assertEquals(List.of(3L), state().getNext());
        assertEquals(List.of(3L), state().getTurns());
        assertArrayEquals(recount.state(), StateTable.bytes(state()));
    }

    @Test
    void afterAFailedCommitEachVoteCountsOnce() {
        // Given
        example("a", 1, 1, 0);
        bench.step();
        // When
        example("b", 0, 1, 0);
        bench.publishOffsets();
        bench.producers.get(0).sendOffsetsToTransactionException =
                new ProducerFencedException("fenced");
        bench.step();
        assertEquals(1, bench.labels().size());
        bench.endedTopics.add(bench.topics.input()); // the mock gives labels from the first on
        bench.examples.seek(new TopicPartition(bench.topics.input(), 0), 1);
        bench.replay(1);
        bench.step();
        // Then
        LearningLabeler recount = recount(current);
        assertLabels(recount.learn(List.of(input(1, 1, 0), input(0, 1, 0))), 0);
        assertArrayEquals(recount.state(), StateTable.bytes(state()));
    }

    @Test
    void anotherVersionBeginsAnew() {
        // Given
        example("a", 1, 1, 0);
        example("b", 1, 0, 1);
        bench.step();
        // When
        current = spec(Map.of("diagonal", "2"), 1);
        example("c", 1, 1, 0);
        bench.step();
        // Then
        LearningLabeler recount = recount(current);
        assertLabels(recount.learn(List.of(input(1, 1, 0))), 2);
        assertEquals(1, state().getVersion());
        assertArrayEquals(recount.state(), StateTable.bytes(state()));
        assertEquals(List.of(3L), state().getTurns());
    }

    @Test
    void setBackAfterTheEndItWaitsForItsSourcesAndBeginsAnew() {
        // Given
        example("a", 1, 1, 0);
        bench.endedTopics.add(bench.topics.input());
        bench.step();
        assertTrue(bench.lastProgress().getEnded());
        List<Label> first = bench.labels();
        byte[] state = StateTable.bytes(state());
        // When
        bench = LabelingBench.restarted(current, this::labeler, bench);
        bench.endedTopics.add(bench.topics.input());
        bench.step();
        assertTrue(bench.lastProgress().getEnded());
        bench.example("a", Split.STUDENT);
        bench.step();
        assertEquals(List.of(), bench.labels());
        label("a", 1, 1, 0);
        bench.step();
        // Then
        assertEquals(first, bench.labels());
        assertArrayEquals(state, StateTable.bytes(state()));
    }

    private SpecLabeler labeler(LabelingBench made) {
        return new SpecLabeler(
                () -> current,
                made.resources(),
                SpecLabelingTest.undelayed(),
                SpecLabelingTest.noVotes(made.resources()),
                new SourceLabels(SOURCES, made.resources(), made.sources));
    }

    private LabelerState state() {
        LabelerState state = bench.state();
        assertNotNull(state);
        return Objects.requireNonNull(state);
    }

    private static LabelerSpec spec(Map<String, String> parameters, long version) {
        return LabelerSpec.newBuilder(
                        SpecEvents.spec("dawid-skene", List.of("no", "yes"), parameters, version))
                .setSources(SOURCES)
                .build();
    }

    private static LearningLabeler recount(LabelerSpec spec) {
        return (LearningLabeler) Labelers.open(spec);
    }

    private static LabelerInput input(int... votes) {
        Map<String, GivenLabel> labels = new LinkedHashMap<>();
        for (int s = 0; s < votes.length; s++) {
            labels.put(SOURCES.get(s), new GivenLabel(0, row(votes[s])));
        }
        return new LabelerInput(EventFactory.example("e", Split.STUDENT, "text", 7), labels);
    }

    private static float[] row(int vote) {
        return new float[] {1 - vote, vote};
    }

    private void example(String id, int... votes) {
        bench.example(id, Split.STUDENT);
        label(id, votes);
    }

    private void label(String id, int... votes) {
        Example example = EventFactory.example(id, Split.STUDENT, "text " + id, 7);
        for (int s = 0; s < votes.length; s++) {
            bench.sourceLog.add(
                    bench.topics.sources().get(s),
                    id,
                    EventFactory.label(example, SOURCES.get(s), 0, row(votes[s])));
        }
    }

    /** Compares labels, from this one on. */
    private void assertLabels(List<float[]> expected, int from) {
        List<Label> labels = bench.labels();
        assertEquals(from + expected.size(), labels.size());
        for (int i = 0; i < expected.size(); i++) {
            float[] row = expected.get(i);
            assertEquals(List.of(row[0], row[1]), labels.get(from + i).getProbabilities());
        }
    }
}
