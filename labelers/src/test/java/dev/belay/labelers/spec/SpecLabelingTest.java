package dev.belay.labelers.spec;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.FakeLog;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.VersionStart;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

class SpecLabelingTest {
    private static final List<String> CLASSES = List.of("no", "yes");
    private static final String SOURCE = "exp/weak#0@1";

    private LabelerSpec current = rules("text a", 0);

    @Test
    void labelsAndAbstentionsAreWrittenAsLabelsAndAsPredictionsInOffsetOrder() {
        // Given
        LabelingBench bench = LabelingBench.of(current, this::labeler);
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
        LabelingBench bench = LabelingBench.of(current, this::labeler);
        bench.example("a", Split.STUDENT);
        bench.step();
        // When
        current = rules("text b", 1);
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
    void aVersionBeginsInTheTransactionOfItsFirstLabel() {
        // Given
        LabelingBench bench = LabelingBench.of(current, this::labeler);
        bench.example("s", Split.SUPERVISOR);
        bench.step();
        assertEquals(List.of(), bench.versionStarts());
        // When: the commit of the first label fails
        bench.example("a", Split.STUDENT);
        bench.producers.get(0).sendOffsetsToTransactionException =
                new ProducerFencedException("fenced");
        bench.step();
        assertEquals(List.of(), bench.versionStarts());
        bench.publishOffsets();
        bench.examples.seek(new TopicPartition(bench.topics.input(), 0), 1);
        bench.replay(1);
        bench.step();
        // Then
        assertEquals(List.of("a"), bench.labelled());
        assertEquals(
                List.of(new VersionStart(SpecEvents.ID, 0, 0L, 1L, current)),
                bench.versionStarts());
        var start = bench.records("belay.labeler-versions").get(0);
        assertEquals(SpecEvents.ID + "|0|0", new String(start.key(), StandardCharsets.UTF_8));
        // When
        bench.example("b", Split.STUDENT);
        bench.step();
        // Then
        assertEquals(1, bench.versionStarts().size());
    }

    @Test
    void labelsGivenAgainHaveTheVersionsTheyHadAndANewVersionBeginsBehindThem() {
        // Given labels of two versions
        List<String> ids = List.of("a", "b", "c", "d");
        LabelingBench first = LabelingBench.of(current, this::labeler);
        first.example("a", Split.STUDENT);
        first.example("b", Split.STUDENT);
        first.step();
        current = rules("text b", 1);
        first.example("c", Split.STUDENT);
        first.example("d", Split.STUDENT);
        first.step();
        // When a third is published, and the offsets of the group are set back
        current = rules("text c", 2);
        LabelingBench again = LabelingBench.restarted(current, this::labeler, first);
        ids.forEach(id -> again.example(id, Split.STUDENT));
        again.example("e", Split.STUDENT);
        again.step(); // all in one transaction
        // Then
        assertEquals(
                first.labels().stream().map(Label::toString).toList(),
                again.labels().stream().limit(4).map(Label::toString).toList());
        assertEquals(
                List.of(0L, 0L, 1L, 1L, 2L),
                again.labels().stream().map(Label::getCheckpoint).toList());
        assertEquals(
                List.of(0L, 2L, 4L),
                again.versionStarts().stream().map(VersionStart::getOffset).toList());
    }

    @Test
    void flipsAreTheLabelsThatDifferFromTheSources() {
        // Given
        LabelerSpec spec = noise(Map.of("rate", "0.5", "missing", "0.2"));
        LabelingBench bench = LabelingBench.of(spec, made -> noisy(made, spec, made.sourceLog));
        Map<String, Integer> before = new TreeMap<>();
        for (int i = 0; i < 60; i++) {
            String id = "e" + i;
            bench.example(id, Split.STUDENT);
            if (i % 10 == 9) {
                label(bench, id, SOURCE); // abstains
            } else {
                label(bench, id, SOURCE, i % 2 == 0 ? .75f : .25f, i % 2 == 0 ? .25f : .75f);
                before.put(id, i % 2);
            }
        }
        // When
        bench.step();
        // Then
        List<Flip> expected = new ArrayList<>();
        for (Label label : bench.labels()) {
            String id = label.getExample().getId();
            int to =
                    label.getAbstained()
                            ? -1
                            : label.getProbabilities().get(0) > label.getProbabilities().get(1)
                                    ? 0
                                    : 1;
            int from = before.getOrDefault(id, -1);
            if (to != from) {
                expected.add(new Flip(id, SpecEvents.ID, 3L, from, to, 7L));
            }
        }
        assertEquals(60, bench.labels().size());
        assertEquals(expected, bench.flips());
        assertEquals(Set.of(-1, 0, 1), expected.stream().map(Flip::getTo).collect(toSet()));
    }

    @Test
    void aDelayedLabelWaitsUntilTheStreamHasPassedOrEnded() {
        // Given
        LabelerSpec spec = noise(Map.of("rate", "0.5", "delay", "30s"));
        LabelingBench bench = LabelingBench.of(spec, made -> noisy(made, spec, made.sourceLog));
        for (int i = 0; i < 4; i++) {
            delayed(bench, i);
        }
        bench.step();
        bench.step();
        assertEquals(List.of(), bench.labelled());
        // When, Then
        bench.sourceLog.at(bench.topics.input(), 31_000);
        bench.step();
        assertEquals(List.of("e0", "e1"), bench.labelled());
        assertEquals(2, bench.lastProgress().getNext());
        bench.sourceLog.at(bench.topics.input(), 32_999);
        bench.step();
        assertEquals(List.of("e0", "e1", "e2"), bench.labelled());
        bench.endedTopics.add(bench.topics.input());
        bench.step();
        assertEquals(List.of("e0", "e1", "e2", "e3"), bench.labelled());
        // and the labels are those that are not delayed
        LabelerSpec prompt = noise(Map.of("rate", "0.5"));
        LabelingBench other = LabelingBench.of(prompt, made -> noisy(made, prompt, made.sourceLog));
        for (int i = 0; i < 4; i++) {
            delayed(other, i);
        }
        other.step();
        assertEquals(bench.labels(), other.labels());
    }

    /** An example at second i, in the log from which its label's time is read too. */
    private static void delayed(LabelingBench bench, int i) {
        bench.example("e" + i, Split.STUDENT, 1_000L * i);
        bench.sourceLog.at(bench.topics.input(), 1_000L * i);
        label(bench, "e" + i, SOURCE, 1, 0);
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
                                        made.resources(),
                                        undelayed(),
                                        noVotes(made.resources()),
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

    private SpecLabeler labeler(LabelingBench bench) {
        return new SpecLabeler(
                () -> current, bench.resources(), undelayed(), noVotes(bench.resources()), null);
    }

    /** The time of examples that no labeler waits for. */
    static StreamTime undelayed() {
        return new StreamTime(
                () -> {
                    throw new AssertionError("no label is delayed");
                },
                "");
    }

    /** Votes that no labeler reads. */
    static VoteLog noVotes(Wanted.Resources resources) {
        return new VoteLog(
                () -> {
                    throw new AssertionError("no labeler reads votes");
                },
                "",
                resources,
                1);
    }

    private static SpecLabeler noisy(LabelingBench bench, LabelerSpec spec, FakeLog ahead) {
        return new SpecLabeler(
                () -> spec,
                bench.resources(),
                new StreamTime(ahead::consumer, bench.topics.input()),
                noVotes(bench.resources()),
                new SourceLabels(spec.getSources(), bench.resources(), bench.sources));
    }

    private static LabelerSpec noise(Map<String, String> parameters) {
        return LabelerSpec.newBuilder(SpecEvents.spec("noise", CLASSES, parameters, 3))
                .setSources(List.of(SOURCE))
                .build();
    }

    private static LabelerSpec rules(String keyword, long version) {
        return SpecEvents.spec(
                "rules", CLASSES, Map.of("keywords", "{\"yes\":[\"" + keyword + "\"]}"), version);
    }
}
