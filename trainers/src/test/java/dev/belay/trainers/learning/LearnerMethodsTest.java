package dev.belay.trainers.learning;

import static dev.belay.trainers.learning.LearnerCases.epochs;
import static dev.belay.trainers.learning.LearnerCases.fake;
import static dev.belay.trainers.learning.LearnerCases.selecting;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import dev.belay.trainers.learning.LearnerCases.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loss, selector and stopping rule of a learner, found by name. */
class LearnerMethodsTest {
    @Test
    void unknownLossIsRefused() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec())
                        .setLossMethod(new Method("absent", Map.of()))
                        .build();
        var e =
                assertThrows(
                        IllegalArgumentException.class, () -> Learner.fresh(spec, c.networks()));
        assertTrue(
                String.valueOf(e.getMessage())
                        .startsWith(
                                "unknown LossFunction 'absent', expected one of"
                                        + " [adaptive-confidence, confidence, cross-entropy,"),
                e.getMessage());
    }

    @Test
    void aMethodOfAnotherVersionIsRefused() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec spec = ModelSpec.newBuilder(c.spec()).setVersions(Map.of("loss", 2)).build();
        var e =
                assertThrows(
                        IllegalArgumentException.class, () -> Learner.fresh(spec, c.networks()));
        assertTrue(
                String.valueOf(e.getMessage())
                        .startsWith("test/model#3@1 needs the versions {loss=2} of its methods"),
                e.getMessage());
    }

    @Test
    void examplesOfWeightZeroAreConsumedAndPredictedButNotLearnedFrom() {
        // Given: one selects all of 60 examples, one 40 of 60 that begin with the same 40
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec third = selecting(c.spec(), Map.of("half", "1"));
        ModelSpec none = selecting(c.spec(), Map.of("half", "0"));
        List<LabelledExample> epoch = epochs(c.spec(), 60).get(0);
        var kept = new ArrayList<LabelledExample>();
        for (int i = 0; i < 60; i++) if (i % 3 != 0) kept.add(epoch.get(i));
        try (Learner<?> selects = Learner.fresh(third, c.networks());
                Learner<?> whole = Learner.fresh(c.spec(), c.networks());
                Learner<?> fewer = Learner.fresh(none, c.networks())) {
            // When
            MicroEpoch done = selects.run(epoch);
            whole.run(kept);
            int steps = fewer.run(epoch).steps();
            // Then
            assertEquals(60, done.predictions().length);
            assertEquals(60, selects.examplesSeen());
            assertEquals(tensor(whole.weights()), tensor(selects.weights()));
            assertEquals(1, steps); // 20 examples of weight 1 in a batch of 32
            SafeTensors state = SafeTensors.read(fewer.state());
            assertEquals(20, state.tensor("replay.idEnds").longs().length);
            assertEquals(20, state.tensor("learned").longs()[0]);
        }
    }

    @Test
    void aSelectorThatGivesAWeightAboveOneIsAnError() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec spec = selecting(c.spec(), Map.of("half", "2"));
        try (Learner<?> learner = Learner.fresh(spec, c.networks())) {
            var e =
                    assertThrows(
                            IllegalStateException.class,
                            () -> learner.run(epochs(c.spec(), 9).get(0)));
            assertTrue(
                    String.valueOf(e.getMessage()).contains("selector 'every-third' returned"),
                    e.getMessage());
        }
    }

    @Test
    void theStoppingRuleEndsTheModel() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec())
                        .setStopping(new Method("agreed-twice", Map.of("above", "0")))
                        .build();
        List<List<LabelledExample>> epochs = epochs(spec, 512);
        try (Learner<?> learner = Learner.fresh(spec, c.networks());
                Learner<?> endless = Learner.fresh(c.spec(), c.networks())) {
            assertFalse(learner.run(epochs.get(0)).stop());
            assertTrue(learner.run(epochs.get(1)).stop());
            assertFalse(endless.run(epochs.get(0)).stop());
            assertFalse(endless.run(epochs.get(1)).stop());
        }
    }

    private static List<Float> tensor(byte[] weights) {
        var values = new ArrayList<Float>();
        for (float value : SafeTensors.read(weights).tensor("output.weight").floats())
            values.add(value);
        return values;
    }
}
