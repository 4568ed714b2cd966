package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import dev.belay.models.Rng;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BalancedPredictions;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.Images;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning from images. */
class ImageLearnerTest {
    private static final int SIZE = 12;

    @ParameterizedTest
    @ValueSource(strings = {"pixels", "cnn"})
    void whichHalfIsBrightIsLearned(String encoder) {
        try (Learner<?> learner = Learner.fresh(spec(encoder), networks())) {
            // When
            for (int from = 0; from < 600; from += 200) learner.run(examples(from, from + 200));
            List<LabelledExample> last = examples(600, 800);
            float[][] predictions = learner.run(last).predictions();
            // Then
            int right = 0;
            for (int i = 0; i < predictions.length; i++)
                if (BalancedPredictions.argmax(predictions[i])
                        == BalancedPredictions.argmax(last.get(i).probabilities())) right++;
            assertTrue(right > 180, right + " of 200 right");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pixels", "cnn"})
    void aLearnerRestoredAfterEachMicroEpochEndsWithTheSameBits(String encoder) {
        ModelSpec spec =
                ModelSpec.newBuilder(spec(encoder))
                        .setLoss(Specs.confidence(0.5))
                        .setReplayMemory(60)
                        .build();
        try (Learner<?> whole = Learner.fresh(spec, networks())) {
            Learner<?> broken = Learner.fresh(spec, networks());
            for (int from = 0; from < 200; from += 50) {
                // When
                var examples = examples(from, from + 50);
                assertArrayEquals(
                        whole.run(examples).predictions(), broken.run(examples).predictions());
                byte[] weights = broken.weights();
                byte[] state = broken.state();
                broken.close();
                broken = Learner.restored(spec, networks(), weights, state, whole.examplesSeen());
                // Then
                assertArrayEquals(whole.weights(), weights);
                assertArrayEquals(whole.state(), state);
            }
            broken.close();
        }
    }

    @Test
    void aCorruptImageIsRejectedAndAllOthersAreLearnedFrom() {
        for (String encoder : List.of("pixels", "cnn")) {
            List<LabelledExample> examples = new ArrayList<>(examples(0, 20));
            examples.set(7, example(7, content(new byte[] {1, 2, 3}), 0));
            examples.set(9, example(9, Input.of("a text"), 0));
            try (Learner<?> learner = Learner.fresh(spec(encoder), networks())) {
                MicroEpoch done = learner.run(examples);
                assertEquals(Set.of(7, 9), done.rejected().keySet());
                assertEquals(18, learner.examplesSeen());
                assertTrue(
                        Objects.requireNonNull(done.rejected().get(7))
                                .contains("expected a PNG or JPEG image"));
            }
        }
    }

    private static ModelSpec spec(String encoder) {
        ModelSpec plain = Specs.of(encoder, Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0, 3);
        boolean learns = encoder.equals("cnn");
        return ModelSpec.newBuilder(plain)
                .setEncoderParameters(Map.of("size", String.valueOf(SIZE), "channels", "1"))
                .setFineTuning(
                        FineTuning.newBuilder()
                                .setScope(learns ? FineTuningScope.FULL : FineTuningScope.HEAD)
                                .setEmbeddings(learns)
                                .build())
                .setPasses(3)
                .setOptimizer(
                        Optimizer.newBuilder(plain.getOptimizer()).setLearningRate(3e-3).build())
                .build();
    }

    private static Networks networks() {
        return Networks.of(Device.CPU, Path.of("unused"), Path.of("unused"));
    }

    private static List<LabelledExample> examples(int from, int to) {
        var examples = new ArrayList<LabelledExample>();
        for (int i = from; i < to; i++) {
            var random = new Rng(i);
            int label = random.nextInt(2);
            byte[] samples = new byte[SIZE * SIZE];
            for (int p = 0; p < samples.length; p++) {
                boolean bright = (p < samples.length / 2) == (label == 1);
                samples[p] = (byte) (random.nextInt(180) + (bright ? 60 : 0));
            }
            byte[] png = Images.png(new Images.Pixels(SIZE, SIZE, 1, samples));
            examples.add(example(i, content(png), label));
        }
        return examples;
    }

    private static Input content(byte[] bytes) {
        String sha256 = Hashing.sha256().hashBytes(bytes).toString();
        return new Input.Content("image/png", bytes, null, sha256);
    }

    private static LabelledExample example(int i, Input input, int label) {
        float[] probabilities = {1 - label, label};
        return new LabelledExample("id-" + i, input, i, probabilities);
    }
}
