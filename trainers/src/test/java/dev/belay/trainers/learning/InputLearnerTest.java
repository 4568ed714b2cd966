package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BalancedPredictions;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Learning from inputs that are no text. */
class InputLearnerTest {
    private static final int LENGTH = 3;

    @Test
    void vectorsOfAnyScaleAreLearnedFromOnceTheirMomentsAreKnown() {
        // Given: the class decides the sign of a feature around 1e6 that varies by 1
        ModelSpec plain = vectorSpec();
        var fast = Optimizer.newBuilder(plain.getOptimizer()).setLearningRate(0.05).build();
        ModelSpec spec = ModelSpec.newBuilder(plain).setPasses(5).setOptimizer(fast).build();
        try (Learner<?> learner = Learner.fresh(spec, vectors())) {
            // When
            MicroEpoch first = learner.run(vectorExamples(0, 200));
            learner.run(vectorExamples(200, 400));
            List<LabelledExample> last = vectorExamples(400, 600);
            float[][] predictions = learner.run(last).predictions();
            // Then: without moments every input is the same
            for (float[] row : first.predictions()) assertArrayEquals(first.predictions()[0], row);
            int right = 0;
            for (int i = 0; i < predictions.length; i++)
                if (BalancedPredictions.argmax(predictions[i])
                        == BalancedPredictions.argmax(last.get(i).probabilities())) right++;
            assertTrue(right > 190, right + " of 200 right");
        }
    }

    @Test
    void aLearnerOfVectorsRestoredAfterEachMicroEpochEndsWithTheSameBits() {
        ModelSpec spec =
                ModelSpec.newBuilder(vectorSpec())
                        .setLoss(Specs.confidence(0.5))
                        .setHead(new Head(HeadKind.MLP, 8))
                        .setReplayMemory(60)
                        .build();
        try (Learner<?> whole = Learner.fresh(spec, vectors())) {
            Learner<?> broken = Learner.fresh(spec, vectors());
            for (int from = 0; from < 200; from += 50) {
                // When
                var examples = vectorExamples(from, from + 50);
                assertArrayEquals(
                        whole.run(examples).predictions(), broken.run(examples).predictions());
                byte[] weights = broken.weights();
                byte[] state = broken.state();
                broken.close();
                broken = Learner.restored(spec, vectors(), weights, state, whole.examplesSeen());
                // Then
                assertArrayEquals(whole.weights(), weights);
                assertArrayEquals(whole.state(), state);
            }
            broken.close();
        }
    }

    @Test
    void aVectorOfAnotherLengthIsRejectedAndAllOthersAreLearnedFrom() {
        List<LabelledExample> examples = new ArrayList<>(vectorExamples(0, 20));
        examples.set(7, example(7, new Input.Vector(new float[2]), 0));
        examples.set(9, example(9, Input.of("a text"), 0));
        try (Learner<?> learner = Learner.fresh(vectorSpec(), vectors())) {
            MicroEpoch done = learner.run(examples);
            assertEquals(Set.of(7, 9), done.rejected().keySet());
            assertEquals(18, learner.examplesSeen());
            assertTrue(
                    Objects.requireNonNull(done.rejected().get(7))
                            .contains("found a vector of 2 features, expected 3"));
            assertTrue(
                    Objects.requireNonNull(done.rejected().get(9))
                            .contains("found an input of kind text, expected a vector"));
        }
    }

    @Test
    void replayKeepsTheFeaturesOfContentNotItsBytes() {
        // Given: an encoder of content
        ModelSpec spec = Specs.of("bytes", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0, 3);
        var networks = new Networks(ref -> new BytesEncoder(), Device.CPU);
        var examples = new ArrayList<LabelledExample>();
        for (int i = 0; i < 40; i++) {
            byte[] bytes = ("raw content " + i).getBytes(StandardCharsets.UTF_8);
            var content = new Input.Content("text/plain", bytes, null, "sha-" + i);
            examples.add(example(i, content, i % 2));
        }
        try (Learner<?> whole = Learner.fresh(spec, networks);
                Learner<?> begun = Learner.fresh(spec, networks)) {
            // When
            whole.run(examples);
            begun.run(examples);
            byte[] state = begun.state();
            // Then
            List<LabelledExample> kept =
                    LabelledExampleCodec.read("replay", SafeTensors.read(state), 2);
            assertEquals(40, kept.size());
            for (LabelledExample example : kept)
                assertEquals(2, ((Input.Vector) example.input()).features().length);
            // and what is kept is learned from as before
            try (Learner<?> restored =
                    Learner.restored(spec, networks, begun.weights(), state, 40)) {
                whole.run(examples);
                restored.run(examples);
                assertArrayEquals(whole.weights(), restored.weights());
            }
        }
    }

    /** (Length, last byte) of content that is there. */
    private static final class BytesEncoder implements Encoder {
        @Override
        public String name() {
            return "bytes";
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public Set<Input.Kind> accepts() {
            return Set.of(Input.Kind.CONTENT);
        }

        @Override
        public float[][] encode(List<Input> inputs) {
            return inputs.stream()
                    .map(
                            input -> {
                                byte[] b = Objects.requireNonNull(((Input.Content) input).bytes());
                                return new float[] {b.length, b[b.length - 1]};
                            })
                    .toArray(float[][]::new);
        }

        @Override
        public void close() {}
    }

    private static ModelSpec vectorSpec() {
        return ModelSpec.newBuilder(Specs.of("vector", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0, 3))
                .setEncoderParameters(Map.of("length", String.valueOf(LENGTH)))
                .build();
    }

    private static Networks vectors() {
        return Networks.of(Device.CPU, Path.of("unused"), Path.of("unused"));
    }

    private static List<LabelledExample> vectorExamples(int from, int to) {
        var examples = new ArrayList<LabelledExample>();
        for (int i = from; i < to; i++) {
            var random = new Rng(i);
            int label = random.nextInt(2);
            float[] x = {
                1e6f + (label == 1 ? 1 : -1) + random.nextFloat() / 2, random.nextFloat(), 7
            };
            examples.add(example(i, new Input.Vector(x), label));
        }
        return examples;
    }

    private static LabelledExample example(int i, Input input, int label) {
        float[] probabilities = {1 - label, label};
        return new LabelledExample("id-" + i, input, i, probabilities);
    }
}
