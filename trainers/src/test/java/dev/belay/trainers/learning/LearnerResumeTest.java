package dev.belay.trainers.learning;

import static dev.belay.trainers.learning.LearnerCases.abstained;
import static dev.belay.trainers.learning.LearnerCases.cases;
import static dev.belay.trainers.learning.LearnerCases.epochs;
import static dev.belay.trainers.learning.LearnerCases.fake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import dev.belay.trainers.learning.LearnerCases.Case;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A learner resumed from its files continues bit for bit. */
class LearnerResumeTest {
    @ParameterizedTest
    @MethodSource("dev.belay.trainers.learning.LearnerCases#cases")
    void learnerRestoredAfterEachMicroEpochEndsWithTheSameBits(Case c) {
        // Given: a memory that overflows, a last micro-epoch that is smaller
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec())
                        .setReplayMemory(200)
                        .setMicroEpoch(100)
                        .setPasses(2)
                        .build();
        List<List<LabelledExample>> epochs = epochs(spec, 650);
        // When, Then
        try (Learner<?> whole = Learner.fresh(spec, c.networks())) {
            Learner<?> broken = Learner.fresh(spec, c.networks());
            for (List<LabelledExample> epoch : epochs) {
                MicroEpoch one = whole.run(epoch);
                MicroEpoch two = broken.run(epoch);
                assertArrayEquals(one.predictions(), two.predictions());
                assertEquals(one.meanLoss(), two.meanLoss());
                assertEquals(one.stop(), two.stop());
                byte[] weights = broken.weights();
                byte[] state = broken.state();
                assertArrayEquals(whole.weights(), weights);
                assertArrayEquals(whole.state(), state);
                broken.close();
                broken = Learner.restored(spec, c.networks(), weights, state, whole.examplesSeen());
            }
            assertEquals(650, broken.examplesSeen());
            assertEquals(7, broken.microEpochs());
            broken.close();
        }
    }

    @Test
    void learnerRestoredAfterAbstentionsEndsWithTheSameBits() {
        // Given: a memory that overflows with what was learned from, later than with what was seen
        Case c = cases().get(0);
        ModelSpec spec = ModelSpec.newBuilder(c.spec()).setReplayMemory(120).build();
        List<LabelledExample> all = new ArrayList<>();
        epochs(spec, 650).forEach(all::addAll);
        Learner<?> broken = Learner.fresh(spec, c.networks());
        try (Learner<?> whole = Learner.fresh(spec, c.networks())) {
            for (int from = 0; from < all.size(); from += 50) {
                List<LabelledExample> epoch = new ArrayList<>();
                for (int i = from; i < from + 50; i++)
                    epoch.add(i % 3 == 0 ? abstained(all.get(i)) : all.get(i));
                // When
                whole.run(epoch);
                broken.run(epoch);
                byte[] weights = broken.weights();
                byte[] state = broken.state();
                long seen = broken.examplesSeen();
                broken.close();
                broken = Learner.restored(spec, c.networks(), weights, state, seen);
                // Then
                assertArrayEquals(whole.weights(), weights);
                assertArrayEquals(whole.state(), broken.state());
            }
        } finally {
            broken.close();
        }
    }

    @Test
    void checkpointOfAnotherModelIsRefused() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec other = ModelSpec.newBuilder(c.spec()).setId("test/other#3@1").build();
        try (Learner<?> learner = Learner.fresh(c.spec(), c.networks())) {
            learner.run(epochs(c.spec(), 50).get(0));
            byte[] weights = learner.weights();
            byte[] state = learner.state();
            for (var wrong : List.of(other, c.spec()))
                assertThrows(
                        MalformedCheckpointException.class,
                        () ->
                                Learner.restored(
                                        wrong,
                                        c.networks(),
                                        weights,
                                        state,
                                        wrong.equals(c.spec()) ? 49 : 50));
        }
    }
}
