package dev.belay.models.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.encoder.HashingEncoder;
import dev.belay.models.loss.Gradient;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.Device;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadTest {
    static List<HeadShape> shapes() {
        return List.of(
                HeadShape.linear(384, 2),
                HeadShape.mlp(384, 128, 2),
                HeadShape.linear(HashingEncoder.BUCKETS, 2),
                HeadShape.mlp(37, 11, 5));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void rowHasTheSameBitsAtAnyPlaceAndInAnyCompany(HeadShape shape) {
        try (Head head = Head.uniform(shape, 7, Device.CPU)) {
            // Given
            float[][] rows = random(300, shape.inputs(), 1);
            float[] probe = rows[5];
            float[] alone = head.predict(new float[][] {probe})[0];
            // When, Then
            for (int place = 0; place < 300; place += 7) {
                float[][] moved = rows.clone();
                moved[place] = probe;
                assertArrayEquals(alone, head.predict(moved)[place], "place " + place);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void headReadFromItsBytesGoesOnBitForBit(HeadShape shape) {
        float[][] x = random(40, shape.inputs(), 2);
        float[][] y = labels(40, shape.classes(), 3);
        try (Head one = Head.uniform(shape, 1, Device.CPU)) {
            // Given
            var adam = new Adam(0.01);
            learn(one, x, y, adam, 1e-2);
            var restored = new Adam(0.01);
            try (Head two = Head.read(one.write(Map.of("model", "m")), Device.CPU)) {
                restored.restore(SafeTensors.of(Map.of(), adam.state()), two.sizes());
                // When
                for (int i = 0; i < 20; i++) {
                    learn(one, x, y, adam, 1e-2);
                    learn(two, x, y, restored, 1e-2);
                }
                // Then
                assertArrayEquals(one.write(Map.of()), two.write(Map.of()));
                assertArrayEquals(bytes(adam), bytes(restored));
            }
        }
    }

    @Test
    void learningFollowsTheGradientOfTheLoss() {
        // Given: a small MLP and the loss as a function of its probabilities
        var shape = HeadShape.mlp(6, 4, 3);
        float[][] x = random(9, 6, 5);
        float[][] y = labels(9, 3, 6);
        float[] before;
        double norm;
        try (Head head = Head.uniform(shape, 2, Device.CPU)) {
            before = head.predict(x)[0];
            // When: a step so small that the loss is linear in it
            double loss = Gradient.crossEntropy(head.predict(x), y, ones(y)).loss();
            var step = learn(head, x, y, new Adam(0), 1e-4);
            double after = Gradient.crossEntropy(head.predict(x), y, ones(y)).loss();
            norm = step.gradientNorm();
            // Then: Adam's first step is rate·sign(g), which lowers the loss by rate·‖g‖₁
            assertEquals(loss, step.loss(), 1e-6);
            assertTrue(loss - after >= 1e-4 * norm * 0.9, (loss - after) + " for norm " + norm);
            assertFalse(Arrays.equals(before, head.predict(x)[0]));
        }
    }

    @Test
    void seedsGiveOtherWeightsAndTheSameSeedTheSame() {
        var shape = HeadShape.linear(8, 2);
        assertArrayEquals(initial(shape, 1), initial(shape, 1));
        assertFalse(Arrays.equals(initial(shape, 1), initial(shape, 2)));
    }

    @Test
    void lossThatIsNotFiniteLeavesTheWeightsAlone() {
        try (Head head = Head.zero(HeadShape.linear(3, 2), Device.CPU)) {
            byte[] before = head.write(Map.of());
            var step =
                    head.learn(
                            random(4, 3, 1),
                            p -> new Gradient(Double.NaN, p),
                            new Adam(0),
                            Update.of(1));
            assertTrue(Double.isNaN(step.loss()));
            assertArrayEquals(before, head.write(Map.of()));
        }
    }

    @Test
    void weightsOfAnotherShapeOrNotFiniteAreRefused() {
        var metadata = HeadShape.linear(3, 2).metadata();
        var bias = Tensor.ofFloats("output.bias", new float[2], 2);
        var wrong = Tensor.ofFloats("output.weight", new float[8], 2, 4);
        var nan = Tensor.ofFloats("output.weight", new float[] {0, 0, Float.NaN, 0, 0, 0}, 2, 3);
        for (Tensor weight : List.of(wrong, nan)) {
            byte[] file = SafeTensors.of(metadata, List.of(bias, weight)).write();
            var e =
                    assertThrows(
                            MalformedCheckpointException.class, () -> Head.read(file, Device.CPU));
            assertTrue(String.valueOf(e.getMessage()).contains("output.weight"));
        }
    }

    private static byte[] initial(HeadShape shape, long seed) {
        try (Head head = Head.uniform(shape, seed, Device.CPU)) {
            return head.write(Map.of());
        }
    }

    private static Step learn(Head head, float[][] x, float[][] y, Adam adam, double rate) {
        return head.learn(x, p -> Gradient.crossEntropy(p, y, ones(y)), adam, Update.of(rate));
    }

    private static byte[] bytes(Adam adam) {
        return SafeTensors.of(Map.of(), adam.state()).write();
    }

    private static float[][] random(int rows, int width, long seed) {
        var random = new Rng(seed);
        float[][] x = new float[rows][width];
        for (float[] row : x) for (int i = 0; i < width; i++) row[i] = 2 * random.nextFloat() - 1;
        return x;
    }

    private static float[][] labels(int rows, int classes, long seed) {
        var random = new Rng(seed);
        float[][] y = new float[rows][classes];
        for (float[] row : y) {
            float sum = 0;
            for (int k = 0; k < classes; k++) {
                row[k] = random.nextFloat() + 0.01f;
                sum += row[k];
            }
            for (int k = 0; k < classes; k++) row[k] /= sum;
        }
        return y;
    }

    private static float[] ones(float[][] rows) {
        float[] ones = new float[rows.length];
        Arrays.fill(ones, 1);
        return ones;
    }
}
