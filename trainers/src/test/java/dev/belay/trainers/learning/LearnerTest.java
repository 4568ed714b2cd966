package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.BrokenEncoderException;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.HashingEncoder;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BalancedPredictions;
import dev.belay.models.loss.Batch;
import dev.belay.models.loss.Progress;
import dev.belay.models.network.Network;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import dev.belay.trainers.methods.Methods;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LearnerTest {
    private record Case(ModelSpec spec, Encoder encoder) {
        Networks networks() {
            return LearnerTest.networks(encoder);
        }

        @Override
        public String toString() {
            return spec.getEncoderName() + " " + spec.getHead() + " " + Methods.lossMethod(spec);
        }
    }

    static List<Case> cases() {
        var mlp = new Head(HeadKind.MLP, 16);
        var hard = new Loss(LossKind.CROSS_ENTROPY, true, 0.5, 0.2, 1000L);
        return List.of(
                fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0),
                fake(mlp, Specs.confidence(0.75), 2, 700),
                fake(mlp, Specs.confidence(0.5), 4, 0),
                fake(Specs.LINEAR, hard, 3, 700),
                one(fake(Specs.LINEAR, Specs.confidence(0.75), 2, 700)),
                selecting(fake(Specs.LINEAR, Specs.confidence(0.75), 3, 700)),
                method(
                        selecting(fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 700)),
                        "confidence",
                        Map.of("warm-up", "evidence", "alpha", "0.75 to 0.5")),
                cutting(fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 700)),
                method(
                        fake(mlp, Specs.CROSS_ENTROPY, 3, 0),
                        "adaptive-confidence",
                        Map.of("temperature", "2 to 1 over 500")),
                new Case(
                        Specs.of("hashing", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 700, 3),
                        new HashingEncoder("hashing", 1)));
    }

    @Test
    void whatTheSupervisorAbstainedFromIsPredictedAndConsumedButNotLearnedFrom() {
        // Given
        Case c = cases().get(0);
        List<LabelledExample> first = epochs(c.spec, 100).get(0);
        List<LabelledExample> even = new ArrayList<>();
        List<LabelledExample> withAbstentions = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            boolean abstains = i % 2 == 1;
            withAbstentions.add(abstains ? abstained(first.get(i)) : first.get(i));
            if (!abstains) even.add(first.get(i));
        }
        try (Learner<?> with = Learner.fresh(c.spec, c.networks());
                Learner<?> without = Learner.fresh(c.spec, c.networks())) {
            // When
            MicroEpoch one = with.run(withAbstentions);
            MicroEpoch two = without.run(even);
            // Then
            assertEquals(first.size(), one.predictions().length);
            assertEquals(first.size(), with.examplesSeen());
            assertEquals(two.steps(), one.steps());
            assertEquals(two.meanLoss(), one.meanLoss());
            // When all are abstentions
            MicroEpoch none = with.run(first.stream().map(LearnerTest::abstained).toList());
            // Then: no step was made, and the weights are those of the one that never saw them
            assertEquals(0, none.steps());
            assertEquals(Double.NaN, none.meanLoss());
            assertArrayEquals(without.run(first).predictions(), with.run(first).predictions());
        }
    }

    @Test
    void learnerRestoredAfterAbstentionsEndsWithTheSameBits() {
        // Given: a memory that overflows with what was learned from, later than with what was seen
        Case c = cases().get(0);
        ModelSpec spec = ModelSpec.newBuilder(c.spec).setReplayMemory(120).build();
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

    private static LabelledExample abstained(LabelledExample example) {
        return new LabelledExample(
                example.id(), example.input(), example.eventTimeMs(), new float[0]);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void learnerRestoredAfterEachMicroEpochEndsWithTheSameBits(Case c) {
        // Given: a memory that overflows, a last micro-epoch that is smaller
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec)
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

    @ParameterizedTest
    @MethodSource("cases")
    void accuracyRisesWithWhatWasSeen(Case c) {
        if (c.spec.getEncoderName().equals("hashing")) return; // its texts here carry no words
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec)
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

    @Test
    void seedChangesTheRunAndTheSameSeedRepeatsIt() {
        assertArrayEquals(trained(1), trained(1));
        assertFalse(Arrays.equals(trained(1), trained(2)));
    }

    @Test
    void predictionsAreMadeBeforeLearning() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec zero = ModelSpec.newBuilder(c.spec).setZeroInit(true).build();
        try (Learner<?> learner = Learner.fresh(zero, c.networks())) {
            for (float[] row : learner.run(epochs(c.spec, 100).get(0)).predictions())
                assertArrayEquals(new float[] {.5f, .5f}, row);
        }
    }

    @Test
    void unknownLossIsRefused() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec).setLossMethod(new Method("absent", Map.of())).build();
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
        ModelSpec spec = ModelSpec.newBuilder(c.spec).setVersions(Map.of("loss", 2)).build();
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
        ModelSpec third = selecting(c.spec, Map.of("half", "1"));
        ModelSpec none = selecting(c.spec, Map.of("half", "0"));
        List<LabelledExample> epoch = epochs(c.spec, 60).get(0);
        var kept = new ArrayList<LabelledExample>();
        for (int i = 0; i < 60; i++) if (i % 3 != 0) kept.add(epoch.get(i));
        try (Learner<?> selects = Learner.fresh(third, c.networks());
                Learner<?> whole = Learner.fresh(c.spec, c.networks());
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
        ModelSpec spec = selecting(c.spec, Map.of("half", "2"));
        try (Learner<?> learner = Learner.fresh(spec, c.networks())) {
            var e =
                    assertThrows(
                            IllegalStateException.class,
                            () -> learner.run(epochs(c.spec, 9).get(0)));
            assertTrue(
                    String.valueOf(e.getMessage()).contains("selector 'every-third' returned"),
                    e.getMessage());
        }
    }

    @Test
    void theStoppingRuleEndsTheModel() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec)
                        .setStopping(new Method("agreed-twice", Map.of("above", "0")))
                        .build();
        List<List<LabelledExample>> epochs = epochs(spec, 512);
        try (Learner<?> learner = Learner.fresh(spec, c.networks());
                Learner<?> endless = Learner.fresh(c.spec, c.networks())) {
            assertFalse(learner.run(epochs.get(0)).stop());
            assertTrue(learner.run(epochs.get(1)).stop());
            assertFalse(endless.run(epochs.get(0)).stop());
            assertFalse(endless.run(epochs.get(1)).stop());
        }
    }

    private static ModelSpec selecting(ModelSpec spec, Map<String, String> parameters) {
        return ModelSpec.newBuilder(spec)
                .setSelector(new Method("every-third", parameters))
                .build();
    }

    private static List<Float> tensor(byte[] weights) {
        var values = new ArrayList<Float>();
        for (float value : SafeTensors.read(weights).tensor("output.weight").floats())
            values.add(value);
        return values;
    }

    @Test
    void batchOfFourOrMoreIsBalancedByItselfAndASmallerOneAmongTheLastExamples() {
        // Given: 30 examples learned from before
        ModelSpec spec = fake(Specs.LINEAR, Specs.confidence(1), 2, 0).spec;
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
        var bad = new ArrayList<>(epochs(c.spec, 64).get(0));
        for (int i = 0; i < 64; i++)
            bad.set(
                    i,
                    new LabelledExample("x" + i, Input.of("0 x"), 0, new float[] {Float.NaN, 0}));
        try (Learner<?> learner = Learner.fresh(c.spec, c.networks())) {
            var e = assertThrows(DivergedException.class, () -> learner.run(bad));
            assertTrue(
                    String.valueOf(e.getMessage())
                            .contains("step 1 of micro-epoch 1 of test/model#3@1"));
        }
    }

    @Test
    void checkpointOfAnotherModelIsRefused() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0);
        ModelSpec other = ModelSpec.newBuilder(c.spec).setId("test/other#3@1").build();
        try (Learner<?> learner = Learner.fresh(c.spec, c.networks())) {
            learner.run(epochs(c.spec, 50).get(0));
            byte[] weights = learner.weights();
            byte[] state = learner.state();
            for (var wrong : List.of(other, c.spec))
                assertThrows(
                        MalformedCheckpointException.class,
                        () ->
                                Learner.restored(
                                        wrong,
                                        c.networks(),
                                        weights,
                                        state,
                                        wrong.equals(c.spec) ? 49 : 50));
        }
    }

    @Test
    void labelWithAnotherNumberOfClassesIsRefused() {
        Case c = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 3, 0);
        try (Learner<?> learner = Learner.fresh(c.spec, c.networks())) {
            var two = List.of(new LabelledExample("x", Input.of("0 x"), 0, new float[] {1, 0}));
            var e = assertThrows(IllegalArgumentException.class, () -> learner.run(two));
            assertEquals(
                    "the label of x has 2 classes, expected 3 for test/model#3@1", e.getMessage());
            assertThrows(IllegalArgumentException.class, () -> learner.run(List.of()));
        }
    }

    @Test
    void anExampleThatCannotBeEncodedIsLeftOutAndTheRestIsLearnedAsIfItWereNotThere() {
        // Given
        ModelSpec spec = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec;
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
        ModelSpec spec = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec;
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
        ModelSpec spec = fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec;
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

    private static Networks networks(Encoder encoder) {
        return new Networks(ref -> encoder, Device.CPU);
    }

    private static byte[] trained(long seed) {
        ModelSpec spec =
                ModelSpec.newBuilder(fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0).spec)
                        .setSeed(seed) // and nothing else, so that the files could be the same
                        .build();
        try (Learner<?> learner = Learner.fresh(spec, networks(new FakeEncoder(8)))) {
            learner.run(epochs(spec, 100).get(0));
            return learner.weights();
        }
    }

    private static Case fake(Head head, Loss loss, int classes, long budget) {
        return new Case(Specs.of("fake", head, loss, classes, budget, 3), new FakeEncoder(24));
    }

    /** The same with a selector and a stopping rule that have a state. */
    private static Case selecting(Case c) {
        ModelSpec spec =
                ModelSpec.newBuilder(selecting(c.spec, Map.of()))
                        .setStopping(new Method("agreed-twice", Map.of()))
                        .build();
        return new Case(spec, c.encoder);
    }

    /** The same with Belay's own selector and stopping rule with a state. */
    private static Case cutting(Case c) {
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec)
                        .setSelector(new Method("cut-statistic", Map.of("reservoir", "150")))
                        .setStopping(new Method("agreement", Map.of("window", "2")))
                        .build();
        return new Case(spec, c.encoder);
    }

    /** The same with another loss. */
    private static Case method(Case c, String loss, Map<String, String> parameters) {
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec).setLossMethod(new Method(loss, parameters)).build();
        return new Case(spec, c.encoder);
    }

    /** The same with batches of one. */
    private static Case one(Case c) {
        return new Case(ModelSpec.newBuilder(c.spec).setBatchSize(1).build(), c.encoder);
    }

    /** Examples whose text begins with their class, labelled softly, cut into micro-epochs. */
    private static List<List<LabelledExample>> epochs(ModelSpec spec, int count) {
        int classes = spec.getClasses().size();
        var random = new Rng(11);
        var epochs = new ArrayList<List<LabelledExample>>();
        for (int i = 0; i < count; i++) {
            if (i % spec.getMicroEpoch() == 0) epochs.add(new ArrayList<>());
            int truth = random.nextInt(classes);
            float[] label = new float[classes];
            Arrays.fill(label, 0.2f / classes);
            label[truth] += 0.8f;
            String text = truth + " text " + i + (i % 7 == 0 ? " größe 世界" : "");
            epochs.get(epochs.size() - 1)
                    .add(new LabelledExample("id-" + i, Input.of(text), i, label));
        }
        return epochs;
    }

    private static double accuracy(List<LabelledExample> examples, float[][] predictions) {
        int right = 0;
        for (int i = 0; i < predictions.length; i++) {
            int truth = examples.get(i).input().text().charAt(0) - '0';
            if (BalancedPredictions.argmax(predictions[i]) == truth) right++;
        }
        return (double) right / predictions.length;
    }
}
