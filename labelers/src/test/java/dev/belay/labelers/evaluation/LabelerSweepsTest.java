package dev.belay.labelers.evaluation;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sweeps of labelers that are not models; the holdout is the examples b and a. */
class LabelerSweepsTest {
    private static final String ENSEMBLE = "exp/mean#0@1";
    private static final String BOW = "exp/bow#0@1";

    private final EvaluationsBench bench = EvaluationsBench.ofLabelers();

    @Test
    void eachVersionOfALabelerIsSweptOnceWithItsAbstentions() {
        // Given
        rules(SpecEvents.ID, "text a", 0);
        bench.labeler("exp/ext#0@1", "external", Map.of(), 0);
        rules("exp/gone#0@1", "text a", 0);
        bench.stopped.add("exp/gone#0@1");
        rules(SpecEvents.ID, "text b", 1);
        rules("exp/bad#0@1", "text b", -1);
        // When
        bench.stepUntilIdle();
        // Then
        List<PredictionBlock> blocks = bench.blocks();
        assertEquals(2, blocks.size());
        assertEquals(SpecEvents.ID, blocks.get(0).getModel());
        assertEquals(Phase.HOLDOUT, blocks.get(0).getPhase());
        assertEquals(0, blocks.get(0).getCheckpoint());
        assertEquals(1, blocks.get(1).getCheckpoint());
        assertEquals(List.of("b", "a"), blocks.get(0).getIds());
        assertEquals(List.of(0), blocks.get(0).getAbstained());
        assertEquals(List.of(1), blocks.get(1).getAbstained());
        assertEquals(2, blocks.get(1).getSweepRows());
        assertEquals(List.of(1_001L, 1_001L), blocks.get(1).getEventTimesMs());
        assertEquals(List.of("version -1, expected 0 or more"), bench.deadLetterReasons());
    }

    @Test
    void aLabelerThatIsNotInstalledWaitsAndIsReported() {
        // Given
        bench.labeler("exp/jury#0@1", "jury", Map.of(), 0);
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(0, bench.sweeps());
        assertEquals(0, bench.committedOffset());
        assertEquals(List.of(), bench.deadLetterReasons());
        assertTrue(
                bench.patience
                        .problems()
                        .get(0)
                        .startsWith("exp/jury#0@1: no labeler of kind 'jury'"),
                () -> bench.patience.problems() + "");
    }

    @Test
    void aLabelerWithSourcesUsesTheSweepsOfTheLabellingCheckpointsAndBlocksNoOther() {
        // Given: the model's second checkpoint labels; the rules are in their second version
        events();
        predictions(BOW, 1, Phase.HOLDOUT, 2, "b", 0f, 1f, "a", 0f, 1f);
        predictions(BOW, 2, Phase.HOLDOUT, 2, "b", 1f, 0f);
        labels(BOW, 2);
        predictions(SpecEvents.ID, 0, Phase.HOLDOUT, 2, "b", 0f, 1f, "a", 0f, 1f);
        // When: half of its sweep is missing, and that of the second version
        bench.stepUntilIdle();
        // Then: the events behind it in the topic are done
        assertEquals(List.of(0L, 1L), bench.blocks().stream().map(b -> b.getCheckpoint()).toList());
        assertEquals(0, bench.committedOffset());
        // When
        predictions(BOW, 2, Phase.HOLDOUT, 2, "a", 0.25f, 0.75f);
        bench.stepUntilIdle();
        assertEquals(2, bench.sweeps());
        predictions(SpecEvents.ID, 1, Phase.HOLDOUT, 2, "b", 0.5f, 0.5f, "a");
        assertTrue(bench.step()); // goes back
        bench.again();
        events();
        bench.stepUntilIdle();
        // Then
        PredictionBlock sweep = bench.blocks().get(2);
        assertEquals(3, bench.sweeps());
        assertEquals(ENSEMBLE, sweep.getModel());
        assertEquals(4, sweep.getCheckpoint());
        assertEquals(List.of("b", "a"), sweep.getIds());
        assertEquals(List.of(0.75f, 0.25f, 0.25f, 0.75f), sweep.getProbabilities());
        assertEquals(2, sweep.getSweepRows());
        assertEquals(3, bench.committedOffset());
    }

    @Test
    void truthIsASourceOnceItIsThereOrHasEnded() {
        // Given
        bench.labeler(ENSEMBLE, "average", Map.of(), 0, "truth", BOW);
        predictions(BOW, 0, Phase.HOLDOUT, 1, "a", 0.5f, 0.5f);
        labels(BOW, 0);
        String topic = "belay.task.truth";
        bench.log.add(topic, "of the stream", EventFactory.truth("of the stream", 1, 7));
        bench.log.add(topic, "a", EventFactory.truth("a", 1, 7));
        // When
        bench.stepUntilIdle();
        // Then
        assertEquals(0, bench.sweeps());
        // When
        bench.truthEnded = true;
        assertTrue(bench.step()); // goes back
        bench.again();
        bench.labeler(ENSEMBLE, "average", Map.of(), 0, "truth", BOW);
        bench.stepUntilIdle();
        // Then: no source has labelled b
        PredictionBlock sweep = bench.blocks().get(0);
        assertEquals(List.of("b", "a"), sweep.getIds());
        assertEquals(List.of(0), sweep.getAbstained());
        assertEquals(List.of(0f, 0f, 0.25f, 0.75f), sweep.getProbabilities());
    }

    @Test
    void oneThatLearnsPredictsWithWhatItHasLearnedOnceThatIsThere() {
        // Given three sources, and what it has learned from the stream
        String ds = "exp/ds#0@1";
        String[] sources = {BOW, "exp/b#0@1", "exp/c#0@1"};
        for (String source : sources) {
            predictions(source, 0, Phase.HOLDOUT, 2, "b", 0f, 1f, "a", 1f, 0f);
            labels(source, 0);
        }
        bench.labeler(ds, "dawid-skene", Map.of(), 0, sources);
        bench.stepUntilIdle();
        assertEquals(0, bench.sweeps());
        LearningLabeler learned =
                (LearningLabeler) Labelers.open(requireNonNull(bench.labelers.get(ds)));
        List<LabelerInput> stream = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            stream.add(votes(sources, i % 2, i % 3 == 0 ? 1 : 0, i % 2));
        }
        var unused = learned.learn(stream);
        bench.states.put(ds, learned.state());
        // When
        assertTrue(bench.step()); // goes back
        bench.again();
        bench.labeler(ds, "dawid-skene", Map.of(), 0, sources);
        bench.stepUntilIdle();
        // Then
        List<float[]> expected =
                learned.label(List.of(votes(sources, 1, 1, 1), votes(sources, 0, 0, 0)));
        PredictionBlock sweep = bench.blocks().get(0);
        assertEquals(List.of("b", "a"), sweep.getIds());
        assertEquals(
                List.of(
                        expected.get(0)[0],
                        expected.get(0)[1],
                        expected.get(1)[0],
                        expected.get(1)[1]),
                sweep.getProbabilities());
        assertEquals(1, bench.sweeps());
    }

    @Test
    void aVersionOfOneThatLearnsIsNotSweptAfterItWasReplaced() {
        // Given
        String ds = "exp/ds#0@1";
        bench.labeler(ds, "dawid-skene", Map.of(), 0, BOW, "exp/b#0@1", "exp/c#0@1");
        bench.stepUntilIdle();
        assertEquals(0, bench.committedOffset());
        // When
        LabelerSpec before = requireNonNull(bench.labelers.get(ds));
        bench.labelers.put(ds, LabelerSpec.newBuilder(before).setVersion(1).build());
        assertTrue(bench.step()); // goes back
        bench.again();
        bench.event(
                ds,
                requireNonNull(bench.clients.codec().encode(EvaluationsBench.CHECKPOINTS, before)));
        bench.stepUntilIdle();
        // Then
        assertEquals(0, bench.sweeps());
        assertEquals(1, bench.committedOffset());
    }

    private static LabelerInput votes(String[] sources, int... votes) {
        Map<String, GivenLabel> labels = new LinkedHashMap<>();
        for (int s = 0; s < votes.length; s++) {
            labels.put(sources[s], new GivenLabel(0, new float[] {1 - votes[s], votes[s]}));
        }
        return new LabelerInput(EventFactory.example("e", Split.STUDENT, "text", 7), labels);
    }

    @Test
    void ofAChoiceTaskEachRowIsOverTheOptionsOfItsExample() {
        // Given: what BOW predicts of b has too few options, the truth of b too great a number
        EvaluationsBench choices = EvaluationsBench.ofChoiceLabelers();
        choice(choices, Events.choice("b", Split.HOLDOUT, "good", "bad", "so so"));
        choice(choices, EventFactory.example("none", Split.HOLDOUT, "text", 7));
        choice(choices, Events.choice("a", Split.HOLDOUT, "x", "y"));
        Map<String, String> parameters = Map.of("keywords", "[\"good\"]");
        choices.labeler(LabelerSpec.newBuilder(SpecEvents.spec("rules", List.of(), parameters, 0)));
        choices.labeler(
                LabelerSpec.newBuilder(SpecEvents.spec("average", List.of(), Map.of(), 0))
                        .setId(ENSEMBLE)
                        .setSources(List.of("truth", BOW)));
        choices.log.add("belay.task.truth", "b", EventFactory.truth("b", 3, 7));
        choices.log.add("belay.task.truth", "a", EventFactory.truth("a", 1, 7));
        choices.truthEnded = true;
        var ofStream = PredictionBlocks.ofLabels(TaskKind.CHOICE, BOW, 1);
        ofStream.add("of the stream", 7, new float[] {1, 0, 0, 0, 0});
        var sweep = new PredictionBlocks(TaskKind.CHOICE, BOW, 1, Phase.HOLDOUT, 2);
        sweep.add("b", 7, new float[] {1, 0});
        sweep.add("a", 7, new float[] {.5f, .5f});
        ofStream.blocks().forEach(b -> choices.log.add(EvaluationsBench.PREDICTIONS, "k", b));
        sweep.blocks().forEach(b -> choices.log.add(EvaluationsBench.PREDICTIONS, "k", b));
        // When
        choices.stepUntilIdle();
        // Then
        PredictionBlock rules = choices.blocks().get(0);
        assertEquals(0, rules.getClasses());
        assertEquals(List.of("b", "a"), rules.getIds());
        assertEquals(List.of(3, 2), rules.getOptionCounts());
        assertEquals(List.of(1), rules.getAbstained());
        assertEquals(List.of(1f, 0f, 0f, 0f, 0f), rules.getProbabilities());
        assertEquals(
                List.of("an example without options, expected 2 to 256 in a task of kind choice"),
                choices.deadLetterReasons());
        PredictionBlock ensemble = choices.blocks().get(1);
        assertEquals(List.of(3, 2), ensemble.getOptionCounts());
        assertEquals(List.of(0), ensemble.getAbstained()); // of b nobody says anything valid
        assertEquals(List.of(0f, 0f, 0f, .25f, .75f), ensemble.getProbabilities());
    }

    private static void choice(EvaluationsBench to, Example example) {
        String topic = EvaluationsBench.HOLDOUT;
        to.holdoutRecord(
                example.getId(), requireNonNull(to.clients.codec().encode(topic, example)));
    }

    @Test
    void oneThatIsStoppedWhileItWaitsIsPassedOver() {
        // Given
        bench.labeler(ENSEMBLE, "average", Map.of(), 0, "truth", BOW);
        bench.stepUntilIdle();
        assertEquals(0, bench.committedOffset());
        // When
        bench.stopped.add(ENSEMBLE);
        assertTrue(bench.step()); // goes back
        bench.again();
        bench.labeler(ENSEMBLE, "average", Map.of(), 0, "truth", BOW);
        bench.stepUntilIdle();
        // Then
        assertEquals(0, bench.sweeps());
        assertEquals(1, bench.committedOffset());
    }

    private void events() {
        bench.labeler(ENSEMBLE, "average", Map.of(), 4, BOW, SpecEvents.ID);
        rules(SpecEvents.ID, "text a", 0);
        rules(SpecEvents.ID, "text b", 1);
    }

    private void rules(String id, String keyword, long version) {
        Map<String, String> parameters = Map.of("keywords", "{\"yes\":[\"" + keyword + "\"]}");
        bench.labeler(id, "rules", parameters, version);
    }

    private void labels(String model, long checkpoint) {
        var blocks = PredictionBlocks.ofLabels(TaskKind.CLASSES, model, checkpoint);
        blocks.add("of the stream", 7, new float[] {1, 0});
        blocks.blocks().forEach(b -> bench.log.add(EvaluationsBench.PREDICTIONS, "k", b));
    }

    /**
     * @param rows ids, each followed by two probabilities, or by none: an abstention
     */
    private void predictions(
            String model, long checkpoint, Phase phase, long sweepRows, Object... rows) {
        var blocks = new PredictionBlocks(TaskKind.CLASSES, model, checkpoint, phase, sweepRows);
        for (int i = 0; i < rows.length; i++) {
            String id = (String) rows[i];
            if (i + 2 < rows.length && rows[i + 1] instanceof Float no) {
                blocks.add(id, 7, new float[] {no, (Float) rows[i + 2]});
                i += 2;
            } else {
                blocks.addAbstained(id, 7, 2);
            }
        }
        blocks.blocks().forEach(b -> bench.log.add(EvaluationsBench.PREDICTIONS, "k", b));
    }
}
