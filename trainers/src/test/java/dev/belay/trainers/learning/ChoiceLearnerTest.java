package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BalancedPredictions;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Learning which of an example's own options is right. */
class ChoiceLearnerTest {
    @Test
    void theLongestOptionIsLearned() {
        ModelSpec spec = spec("length");
        try (Learner<?> learner = Learner.fresh(spec, lengths())) {
            // When
            for (int from = 0; from < 300; from += 100) learner.run(examples(from, from + 100));
            List<LabelledExample> last = examples(300, 400);
            float[][] predictions = learner.run(last).predictions();
            // Then
            int right = 0;
            for (int i = 0; i < predictions.length; i++) {
                float[] label = last.get(i).probabilities();
                assertEquals(label.length, predictions[i].length);
                if (BalancedPredictions.argmax(predictions[i]) == BalancedPredictions.argmax(label))
                    right++;
            }
            assertTrue(right > 95, right + " of 100 right");
        }
    }

    @Test
    void aLearnerRestoredAfterEachMicroEpochEndsWithTheSameBits() {
        for (String encoder : List.of("length", "hashing")) {
            ModelSpec spec =
                    ModelSpec.newBuilder(spec(encoder))
                            .setLoss(Specs.confidence(0.5))
                            .setReplayMemory(60)
                            .build();
            try (Learner<?> whole = Learner.fresh(spec, lengths())) {
                Learner<?> broken = Learner.fresh(spec, lengths());
                for (int from = 0; from < 200; from += 50) {
                    // When
                    List<LabelledExample> examples = examples(from, from + 50);
                    assertArrayEquals(
                            whole.run(examples).predictions(), broken.run(examples).predictions());
                    byte[] weights = broken.weights();
                    byte[] state = broken.state();
                    broken.close();
                    broken = Learner.restored(spec, lengths(), weights, state, from + 50);
                    // Then
                    assertArrayEquals(whole.weights(), weights);
                    assertArrayEquals(whole.state(), state);
                }
                broken.close();
            }
        }
    }

    @Test
    void aLabelHasAsManyEntriesAsItsExampleHasOptions() {
        LabelledExample good = examples(0, 1).get(0);
        var bad = new LabelledExample("x", good.input(), 0, new float[] {1});
        try (Learner<?> learner = Learner.fresh(spec("length"), lengths())) {
            assertThrows(IllegalArgumentException.class, () -> learner.run(List.of(good, bad)));
        }
    }

    @Test
    void labelsOfDifferentLengthsComeBack() {
        List<LabelledExample> examples = examples(0, 20);
        SafeTensors file =
                SafeTensors.read(
                        SafeTensors.of(Map.of(), LabelledExampleCodec.write("replay", examples, 0))
                                .write());
        List<LabelledExample> read = LabelledExampleCodec.read("replay", file, 0);
        assertEquals(20, read.size());
        for (int i = 0; i < 20; i++) {
            assertEquals(examples.get(i).input(), read.get(i).input());
            assertArrayEquals(examples.get(i).probabilities(), read.get(i).probabilities());
        }
    }

    private static ModelSpec spec(String encoder) {
        ModelSpec classes = Specs.of(encoder, Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 400, 5);
        return ModelSpec.newBuilder(classes)
                .setTaskKind(TaskKind.CHOICE.toString())
                .setClasses(List.of())
                .build();
    }

    /** The encoders that need no files. */
    private static Networks lengths() {
        return new Networks(
                (EncoderRef ref) ->
                        Encoders.open(ref, Device.CPU, Path.of("unused"), Path.of("unused")),
                Device.CPU);
    }

    /** 2 to 5 options; the right one is the longest. */
    private static List<LabelledExample> examples(int from, int to) {
        var examples = new ArrayList<LabelledExample>();
        for (int i = from; i < to; i++) {
            var random = new Rng(i);
            int count = 2 + (int) (4 * random.nextDouble());
            int longest = (int) (count * random.nextDouble());
            var options = new ArrayList<Input>();
            for (int k = 0; k < count; k++) {
                int words = k == longest ? 12 : 1 + (int) (7 * random.nextDouble());
                options.add(Input.of(("word" + i % 7 + " ").repeat(words)));
            }
            float[] label = new float[count];
            label[longest] = 1;
            var choice = new Input.Choice(Input.of("prompt " + i), options);
            examples.add(new LabelledExample("ex-" + i, choice, 0, label));
        }
        return examples;
    }
}
