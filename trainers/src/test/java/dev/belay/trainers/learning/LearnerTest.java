package dev.belay.trainers.learning;

import static dev.belay.trainers.learning.LearnerCases.epochs;
import static dev.belay.trainers.learning.LearnerCases.fake;
import static dev.belay.trainers.learning.LearnerCases.networks;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.input.Input;
import dev.belay.models.loss.BalancedPredictions;
import dev.belay.models.loss.Batch;
import dev.belay.models.loss.Progress;
import dev.belay.models.network.Network;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import dev.belay.trainers.learning.LearnerCases.Case;
import dev.belay.trainers.methods.Methods;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LearnerTest {
    @ParameterizedTest
    @MethodSource("dev.belay.trainers.learning.LearnerCases#cases")
    void accuracyRisesWithWhatWasSeen(Case c) {
        if (c.spec().getEncoderName().equals("hashing")) return; // its texts here carry no words
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec())
                        .setOptimizer(
                                Optimizer.newBuilder()
                                        .setKind(OptimizerKind.ADAM)
                                        .setLearningRate(0.01)
                                        .build())
                        .build();
        List<List<LabelledExample>> epochs = epochs(spec, 1500);
        try (Learner<?> learner = Learner.fresh(spec, c.networks())) {
            double last = 0;
            for (List<LabelledExample> epoch : epochs)
                last = accuracy(epoch, learner.run(epoch).predictions());
            assertTrue(last > 0.8, "accuracy " + last);
        }
    }

    private static double accuracy(List<LabelledExample> examples, float[][] predictions) {
        int right = 0;
        for (int i = 0; i < predictions.length; i++) {
            int truth = examples.get(i).input().text().charAt(0) - '0';
            if (BalancedPredictions.argmax(predictions[i]) == truth) right++;
        }
        return (double) right / predictions.length;
    }

    @Test
    void seedChangesTheRunAndTheSameSeedRepeatsIt() {
        assertArrayEquals(trained(1), trained(1));
        assertFalse(Arrays.equals(trained(1), trained(2)));
    }

    private static byte[] trained(long seed) {
        ModelSpec spec =
                ModelSpec.newBuilder(fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec())
                        .setSeed(seed) // and nothing else, so that the files could be the same
                        .build();
        try (Learner<?> learner = Learner.fresh(spec, networks(new FakeEncoder(8)))) {
            learner.run(epochs(spec, 100).get(0));
            return learner.weights();
        }
    }

    @Test
    void predictionsAreMadeBeforeLearning() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec zero = ModelSpec.newBuilder(c.spec()).setZeroInit(true).build();
        try (Learner<?> learner = Learner.fresh(zero, c.networks())) {
            for (float[] row : learner.run(epochs(c.spec(), 100).get(0)).predictions())
                assertArrayEquals(new float[] {.5f, .5f}, row);
        }
    }

    @Test
    void batchOfFourOrMoreIsBalancedByItselfAndASmallerOneAmongTheLastExamples() {
        // Given: 30 examples learned from before
        ModelSpec spec = fake(Specs.LINEAR, Specs.confidence(1), 2, 0).spec();
        try (Network<?> network =
                networks(new FakeEncoder(24)).fresh(SpecDesigns.of(spec), 3, false)) {
            requireBalanced(network, spec);
        }
    }

    private static <I> void requireBalanced(Network<I> network, ModelSpec spec) {
        var all = new ArrayList<LabelledExample>();
        epochs(spec, 40).forEach(all::addAll);
        List<I> inputs = network.inputs(all.stream().map(LabelledExample::input).toList());
        for (int size : new int[] {1, 3, 4, 10}) {
            Methods methods = Methods.of(spec);
            var recent = new RecentExamples<>(network, methods.window(2));
            var lessons =
                    Lesson.of(all.stream().map(e -> new WeightedExample(e, 1)).toList(), inputs);
            recent.add(lessons.subList(0, 30));
            recent.add(lessons.subList(30, 30 + size));
            var batch = all.subList(30, 30 + size);
            var rows = lessons.subList(30, 30 + size);
            float[][] p = network.predict(inputs.subList(30, 30 + size));
            // When: alpha is 1, so the loss is that of the hard predictions alone
            double loss =
                    methods.loss(
                                    new Batch(
                                            Lesson.labels(rows),
                                            Lesson.weights(rows),
                                            new Progress(1000, 1000)),
                                    recent)
                            .of(p)
                            .loss();
            // Then: class 0 where p0 is at or above the quantile, over the batch or the last 32
            var among = size < 4 ? all.subList(Math.max(0, size - 2), 30 + size) : batch;
            float[][] amongP =
                    network.predict(
                            size < 4
                                    ? inputs.subList(Math.max(0, size - 2), 30 + size)
                                    : inputs.subList(30, 30 + size));
            double ones = among.stream().mapToDouble(e -> e.probabilities()[1]).average().orElse(0);
            double[] sorted =
                    IntStream.range(0, amongP.length)
                            .mapToDouble(i -> amongP[i][0])
                            .sorted()
                            .toArray();
            double at = ones * (sorted.length - 1);
            int below = (int) at;
            double t =
                    sorted[below]
                            + (at - below)
                                    * (sorted[Math.min(below + 1, sorted.length - 1)]
                                            - sorted[below]);
            double expected = 0;
            for (float[] row : p) expected -= Math.log(row[row[0] >= t ? 0 : 1]) / size;
            assertEquals(expected, loss, 1e-6, "batch of " + size);
        }
    }

    @Test
    void lossThatIsNotFiniteNamesTheStep() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        var bad = new ArrayList<>(epochs(c.spec(), 64).get(0));
        for (int i = 0; i < 64; i++)
            bad.set(
                    i,
                    new LabelledExample("x" + i, Input.of("0 x"), 0, new float[] {Float.NaN, 0}));
        try (Learner<?> learner = Learner.fresh(c.spec(), c.networks())) {
            var e = assertThrows(DivergedException.class, () -> learner.run(bad));
            assertTrue(
                    String.valueOf(e.getMessage())
                            .contains("step 1 of micro-epoch 1 of test/model#3@1"));
        }
    }

    @Test
    void labelWithAnotherNumberOfClassesIsRefused() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 3, 0);
        try (Learner<?> learner = Learner.fresh(c.spec(), c.networks())) {
            var two = List.of(new LabelledExample("x", Input.of("0 x"), 0, new float[] {1, 0}));
            var e = assertThrows(IllegalArgumentException.class, () -> learner.run(two));
            assertEquals(
                    "the label of x has 2 classes, expected 3 for test/model#3@1", e.getMessage());
            assertThrows(IllegalArgumentException.class, () -> learner.run(List.of()));
        }
    }
}
