package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A student that weights its supervisors itself. */
class LearnedWeightsTest {
    private static final LearnerCases.Case CASE =
            LearnerCases.fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
    private static final ModelSpec SPEC =
            ModelSpec.newBuilder(CASE.spec())
                    .setSelector(
                            new Method("learned-weights", Map.of("easy", "100", "rate", "2.0")))
                    .build();

    @Test
    void aSupervisorThatIsRightGainsWeightOverOneThatGuesses() {
        try (Learner<?> learner = Learner.fresh(SPEC, CASE.networks())) {
            for (List<LabelledExample> epoch : epochs()) learner.run(epoch);
            double[] weights = SafeTensors.read(learner.state()).tensor("selector.state").doubles();
            assertEquals(2, weights.length);
            assertEquals(1, weights[0] + weights[1], 1e-9);
            assertTrue(weights[0] > .6, "weight " + weights[0]);
        }
    }

    @Test
    void aResumedStudentContinuesBitForBit() {
        List<List<LabelledExample>> epochs = epochs();
        byte[] weights;
        byte[] state;
        try (Learner<?> learner = Learner.fresh(SPEC, CASE.networks())) {
            learner.run(epochs.get(0));
            learner.run(epochs.get(1));
            byte[] midway = learner.weights();
            byte[] midState = learner.state();
            long seen = learner.examplesSeen();
            learner.run(epochs.get(2));
            weights = learner.weights();
            state = learner.state();
            try (Learner<?> resumed =
                    Learner.restored(SPEC, CASE.networks(), midway, midState, seen)) {
                resumed.run(epochs.get(2));
                assertArrayEquals(weights, resumed.weights());
                assertArrayEquals(state, resumed.state());
            }
        }
    }

    @Test
    void ofALabelWithoutVotesNothingChanges() {
        ModelSpec plain = CASE.spec();
        List<List<LabelledExample>> epochs = LearnerCases.epochs(plain, 600);
        ModelSpec selecting =
                ModelSpec.newBuilder(plain)
                        .setSelector(new Method("learned-weights", Map.of()))
                        .build();
        try (Learner<?> one = Learner.fresh(plain, CASE.networks());
                Learner<?> two = Learner.fresh(selecting, CASE.networks())) {
            for (List<LabelledExample> epoch : epochs) {
                one.run(epoch);
                two.run(epoch);
            }
            assertArrayEquals(one.weights(), two.weights());
        }
    }

    /** Votes: the label, and one that does not depend on the example's class. */
    private static List<List<LabelledExample>> epochs() {
        List<List<LabelledExample>> voted = new ArrayList<>();
        for (List<LabelledExample> epoch : LearnerCases.epochs(SPEC, 6 * SPEC.getMicroEpoch())) {
            List<LabelledExample> examples = new ArrayList<>();
            for (LabelledExample e : epoch) {
                float[] right = e.probabilities();
                float[] guess =
                        examples.size() % 2 == 0 ? new float[] {.9f, .1f} : new float[] {.1f, .9f};
                float[] mean = {(right[0] + guess[0]) / 2, (right[1] + guess[1]) / 2};
                examples.add(
                        new LabelledExample(
                                e.id(),
                                e.input(),
                                e.eventTimeMs(),
                                mean,
                                new float[][] {right, guess}));
            }
            voted.add(examples);
        }
        return voted;
    }
}
