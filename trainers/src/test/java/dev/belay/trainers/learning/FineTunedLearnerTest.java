package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoders that learn, with schedule, clipping and a loss that looks back. */
class FineTunedLearnerTest {
    private static final String[] WORDS = {"red", "green", "blue"};

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"transformer", "mlp"})
    void learnerRestoredAfterEachMicroEpochEndsWithTheSameBits(String encoder) {
        // Given
        Networks networks = Networks.of(Device.CPU, directory, directory);
        ModelSpec spec = spec(encoder, Specs.CROSS_ENTROPY, 2, 60);
        List<LabelledExample> stream = stream(60, 2);
        // When, Then
        try (Learner<?> whole = Learner.fresh(spec, networks)) {
            Learner<?> broken = Learner.fresh(spec, networks);
            for (int from = 0; from < 60; from += 40) {
                List<LabelledExample> epoch = stream.subList(from, Math.min(from + 40, 60));
                MicroEpoch one = whole.run(epoch);
                assertArrayEquals(one.predictions(), broken.run(epoch).predictions());
                byte[] weights = broken.weights();
                byte[] state = broken.state();
                assertArrayEquals(whole.weights(), weights);
                assertArrayEquals(whole.state(), state);
                broken.close();
                broken = Learner.restored(spec, networks, weights, state, whole.examplesSeen());
            }
            assertEquals(60, broken.examplesSeen());
            broken.close();
        }
    }

    @Test
    void confidenceLossOfManyClassesGoesOnWithItsWindow() {
        Networks networks = Networks.of(Device.CPU, directory, directory);
        ModelSpec spec = spec("mlp", Specs.confidence(0.5), 3, 0);
        List<LabelledExample> stream = stream(80, 3);
        try (Learner<?> whole = Learner.fresh(spec, networks)) {
            whole.run(stream.subList(0, 40));
            try (Learner<?> restored =
                    Learner.restored(spec, networks, whole.weights(), whole.state(), 40)) {
                whole.run(stream.subList(40, 80));
                restored.run(stream.subList(40, 80));
                assertArrayEquals(whole.weights(), restored.weights());
                assertArrayEquals(whole.state(), restored.state());
            }
        }
    }

    @Test
    void whatLearnsFromScratchLearnsFromWords() {
        Networks networks = Networks.of(Device.CPU, directory, directory);
        try (Learner<?> learner =
                Learner.fresh(spec("transformer", Specs.CROSS_ENTROPY, 2, 240), networks)) {
            List<LabelledExample> stream = stream(240, 2);
            int right = 0;
            for (int from = 0; from < 240; from += 40) {
                List<LabelledExample> epoch = stream.subList(from, from + 40);
                right = 0;
                float[][] predictions = learner.run(epoch).predictions();
                for (int i = 0; i < 40; i++)
                    if (predictions[i][0] > 0.5 == epoch.get(i).probabilities()[0] > 0.5) right++;
            }
            assertTrue(right >= 36, right + " of 40 right");
        }
    }

    private static ModelSpec spec(String encoder, Loss loss, int classes, long budget) {
        FineTuning tuning =
                FineTuning.newBuilder().setScope(FineTuningScope.FULL).setEmbeddings(true).build();
        ModelDefaults defaults = ModelDefaults.of(encoder, tuning);
        return ModelSpec.newBuilder(Specs.of(encoder, defaults.head(), loss, classes, budget, 3))
                .setFineTuning(tuning)
                .setOptimizer(defaults.optimizer())
                .setMicroEpoch(40)
                .setPasses(1)
                .setReplayMemory(50)
                .setBatchSize(16)
                .build();
    }

    /** Texts of which one word tells the class. */
    private static List<LabelledExample> stream(int count, int classes) {
        var random = new Rng(11);
        var stream = new ArrayList<LabelledExample>();
        for (int i = 0; i < count; i++) {
            int truth = random.nextInt(classes);
            float[] label = new float[classes];
            label[truth] = 1;
            String before = "word ".repeat(random.nextInt(6));
            String text = before + WORDS[truth] + " and " + random.nextInt(9);
            stream.add(new LabelledExample("id-" + i, Input.of(text), i, label));
        }
        return stream;
    }
}
