package dev.belay.models.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.belay.models.encoder.OnnxEncoder;
import dev.belay.models.encoder.TransformerEncoder;
import dev.belay.models.torch.Device;
import dev.belay.models.torch.Torch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransformerTest {
    private static final List<String> TEXTS =
            List.of(
                    "a gripping, funny film",
                    "dull",
                    "It is not the worst of this year's many sequels, but neither is it one that"
                            + " anybody will want to see a second time.",
                    "größe 世界 ok");

    @ParameterizedTest
    @ValueSource(strings = {"minilm", "bge", "e5"})
    void vectorsAreThoseOfOnnxRuntime(String name) {
        // Given
        Pretrained model =
                Pretrained.ALL.stream().filter(m -> m.name().equals(name)).findAny().orElseThrow();
        try (var onnx = new OnnxEncoder(model, Device.CPU);
                var trunk =
                        new TransformerEncoder(
                                TransformerBases.open(name, "", Path.of("unused")), Device.CPU)) {
            // When
            float[][] expected = onnx.encode(TEXTS);
            float[][] found = trunk.encode(TEXTS);
            // Then: both are of length √384; measured 3e-6 to 7e-6
            double largest = 0;
            for (int i = 0; i < found.length; i++)
                for (int k = 0; k < found[i].length; k++)
                    largest = Math.max(largest, Math.abs(found[i][k] - expected[i][k]));
            assertTrue(largest < 2e-5, name + " differs by " + largest);
            assertArrayEquals(found[1], trunk.encode(TEXTS.subList(1, 2))[0]);
        }
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        var weights = new TreeMap<String, float[]>();
        TinyBert.SHAPE
                .parameters()
                .forEach((name, shape) -> weights.put(name, TinyBert.values(name, shape)));
        try (NDManager manager = Torch.engine().newBaseManager(ai.djl.Device.cpu())) {
            // Given
            var gradients = new TreeMap<String, float[]>();
            var arrays = arrays(manager, weights);
            try (GradientCollector collector = Torch.engine().newGradientCollector()) {
                arrays.values().forEach(array -> array.setRequiresGradient(true));
                NDArray score = score(manager, arrays);
                reuseWhatIsFree();
                collector.backward(score);
                arrays.forEach((n, array) -> gradients.put(n, array.getGradient().toFloatArray()));
            }
            weights.forEach(
                    (name, values) -> {
                        // keys shift all scores of a text alike: their biases have no gradient
                        if (name.contains("layer.0") || name.endsWith("key.bias")) return;
                        // When: one weight that is in use moves (the word "good" is number 7)
                        int at = name.contains("word_embeddings") ? 7 * 8 + 1 : 1;
                        float before = values[at];
                        values[at] = before + 0.01f;
                        float up = value(manager, weights);
                        values[at] = before - 0.01f;
                        float down = value(manager, weights);
                        values[at] = before;
                        // Then
                        float[] gradient = Objects.requireNonNull(gradients.get(name));
                        float slope = (up - down) / 0.02f;
                        assertEquals(slope, gradient[at], 0.02 + 0.02 * Math.abs(slope), name);
                    });
        }
    }

    /** What the backward pass reads and nobody keeps is overwritten here. */
    private static void reuseWhatIsFree() {
        for (int round = 0; round < 3; round++) {
            System.gc();
            for (int i = 0; i < 20_000; i++)
                ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putFloat(0, Float.NaN);
        }
    }

    private static Map<String, NDArray> arrays(NDManager manager, Map<String, float[]> weights) {
        var arrays = new TreeMap<String, NDArray>();
        TinyBert.SHAPE
                .parameters()
                .forEach(
                        (name, shape) ->
                                arrays.put(
                                        name, manager.create(weights.get(name), new Shape(shape))));
        return arrays;
    }

    private static float value(NDManager manager, Map<String, float[]> weights) {
        try (NDManager step = manager.newSubManager()) {
            return score(step, arrays(step, weights)).getFloat();
        }
    }

    /** A number that all of the vectors of two texts play a part in. */
    private static NDArray score(NDManager manager, Map<String, NDArray> weights) {
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 7, 5}, new int[] {7, 3, 4, 9, 11}));
        NDArray vectors = new Transformer(TinyBert.SHAPE, weights, false).forward(manager, batch);
        float[] factors = new float[16];
        for (int i = 0; i < factors.length; i++) factors[i] = (i % 5 - 2) * 0.3f;
        return vectors.mul(manager.create(factors, new Shape(2, 8))).sum();
    }
}
