package dev.belay.trainers.learning;

import static dev.belay.trainers.learning.LearnerCases.abstained;
import static dev.belay.trainers.learning.LearnerCases.cases;
import static dev.belay.trainers.learning.LearnerCases.epochs;
import static dev.belay.trainers.learning.LearnerCases.fake;
import static dev.belay.trainers.learning.LearnerCases.networks;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.encoder.BrokenEncoderException;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.input.Input;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import dev.belay.trainers.learning.LearnerCases.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Examples that are not learned from: abstentions, and inputs that can't be encoded. */
class UnlearnedExamplesTest {
    @Test
    void whatTheSupervisorAbstainedFromIsPredictedAndConsumedButNotLearnedFrom() {
        // Given
        Case c = cases().get(0);
        List<LabelledExample> first = epochs(c.spec(), 100).get(0);
        List<LabelledExample> even = new ArrayList<>();
        List<LabelledExample> withAbstentions = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            boolean abstains = i % 2 == 1;
            withAbstentions.add(abstains ? abstained(first.get(i)) : first.get(i));
            if (!abstains) even.add(first.get(i));
        }
        try (Learner<?> with = Learner.fresh(c.spec(), c.networks());
                Learner<?> without = Learner.fresh(c.spec(), c.networks())) {
            // When
            MicroEpoch one = with.run(withAbstentions);
            MicroEpoch two = without.run(even);
            // Then
            assertEquals(first.size(), one.predictions().length);
            assertEquals(first.size(), with.examplesSeen());
            assertEquals(two.steps(), one.steps());
            assertEquals(two.meanLoss(), one.meanLoss());
            // When all are abstentions
            MicroEpoch none = with.run(first.stream().map(LearnerCases::abstained).toList());
            // Then: no step was made, and the weights are those of the one that never saw them
            assertEquals(0, none.steps());
            assertEquals(Double.NaN, none.meanLoss());
            assertArrayEquals(without.run(first).predictions(), with.run(first).predictions());
        }
    }

    @Test
    void anExampleThatCannotBeEncodedIsLeftOutAndTheRestIsLearnedAsIfItWereNotThere() {
        // Given
        ModelSpec spec = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec();
        List<LabelledExample> clean = epochs(spec, 100).get(0);
        List<LabelledExample> withPoison = new ArrayList<>(clean);
        LabelledExample poison =
                new LabelledExample("poison", Input.of("0 poison"), 0, new float[] {1, 0});
        withPoison.add(3, poison);
        withPoison.add(poison);
        try (Learner<?> learner = Learner.fresh(spec, networks(failingOn("poison")));
                Learner<?> undisturbed = Learner.fresh(spec, networks(new FakeEncoder(24)))) {
            // When
            MicroEpoch done = learner.run(withPoison);
            MicroEpoch expected = undisturbed.run(clean);
            // Then
            assertEquals(Set.of(3, 101), done.rejected().keySet());
            assertTrue(String.valueOf(done.rejected().get(3)).contains("cannot encode"));
            assertArrayEquals(expected.predictions(), done.predictions());
            assertArrayEquals(undisturbed.weights(), learner.weights());
            assertArrayEquals(undisturbed.state(), learner.state());
            assertEquals(100, learner.examplesSeen());
        }
    }

    @Test
    void aMicroEpochOfWhichNothingCanBeEncodedLearnsNothing() {
        ModelSpec spec = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec();
        try (Learner<?> learner = Learner.fresh(spec, networks(failingOn("poison")))) {
            MicroEpoch done =
                    learner.run(
                            List.of(
                                    new LabelledExample(
                                            "p", Input.of("0 poison"), 0, new float[] {1, 0})));
            assertEquals(Set.of(0), done.rejected().keySet());
            assertEquals(0, done.predictions().length);
            assertEquals(0, done.steps());
            assertEquals(0, learner.examplesSeen());
            assertEquals(1, learner.microEpochs());
        }
    }

    @Test
    void anEncoderThatFailsOnEveryTextRejectsNoExample() {
        ModelSpec spec = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec();
        List<LabelledExample> epoch = epochs(spec, 100).get(0);
        try (Learner<?> learner = Learner.fresh(spec, networks(failingOn("")))) {
            assertThrows(BrokenEncoderException.class, () -> learner.run(epoch));
        }
    }

    /** One that fails on texts that contain a word. */
    private static Encoder failingOn(String word) {
        FakeEncoder encoder = new FakeEncoder(24);
        return new Encoder() {
            @Override
            public String name() {
                return encoder.name();
            }

            @Override
            public int dimensions() {
                return encoder.dimensions();
            }

            @Override
            public float[][] encode(List<Input> inputs) {
                for (Input input : inputs) {
                    if (input.text().contains(word))
                        throw new IllegalStateException("cannot encode " + input.text());
                }
                return encoder.encode(inputs);
            }

            @Override
            public void probe() {
                var unused = encode(Input.texts("0 probe"));
            }

            @Override
            public void close() {}
        };
    }
}
