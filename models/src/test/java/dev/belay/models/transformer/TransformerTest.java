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
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.torch.Torch;
import java.io.IOException;
import java.io.InputStream;
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
    private static final List<Input> INPUTS =
            List.of(
                    Input.of("a gripping, funny film"),
                    Input.of("dull"),
                    Input.of(
                            "It is not the worst of this year's many sequels, but neither is it one"
                                    + " that anybody will want to see a second time."),
                    pair("A man sleeps.", "Nobody is awake in the house."),
                    Input.of("größe 世界 ok"));

    @ParameterizedTest
    @ValueSource(strings = {"minilm", "bge", "e5"})
    void vectorsAreThoseOfOnnxRuntime(String name) {
        // Given
        Pretrained model =
                Pretrained.ALL.stream().filter(m -> m.name().equals(name)).findAny().orElseThrow();
        try (var onnx = new OnnxEncoder(model, model.maxTokens(), Device.CPU);
                var trunk =
                        new TransformerEncoder(
                                TransformerBases.open(
                                        name, "", Path.of("unused"), model.maxTokens(), 0),
                                Device.CPU)) {
            // When
            float[][] expected = onnx.encode(INPUTS);
            float[][] found = trunk.encode(INPUTS);
            // Then: both are of length √384; measured 3e-6 to 7e-6
            double largest = 0;
            for (int i = 0; i < found.length; i++)
                for (int k = 0; k < found[i].length; k++)
                    largest = Math.max(largest, Math.abs(found[i][k] - expected[i][k]));
            assertTrue(largest < 2e-5, name + " differs by " + largest);
            assertArrayEquals(found[1], trunk.encode(INPUTS.subList(1, 2))[0]);
        }
    }

    @Test
    void quantisedModelsAreRecognisedByTheirWeights() throws IOException {
        for (Pretrained model : Pretrained.ALL)
            try (InputStream in = model.onnx()) {
                assertEquals(model.quantized(), new OnnxWeights(in).areQuantized(), model.name());
            }
    }

    @Test
    void aPairIsTwoSegmentsAsBertWasTrained() {
        // Given
        Pretrained minilm = Pretrained.ALL.get(0);
        int cls = 101; // of BERT's vocabulary, uncased
        int sep = 102;
        try (WordPieceTokenizer tokenizer = minilm.tokens(minilm.maxTokens())) {
            // When
            List<Tokens> found =
                    tokenizer.tokens(
                            List.of(
                                    Input.of("dogs run"),
                                    pair("dogs run", "cats"),
                                    Input.of("cats"),
                                    new Input.Parts(
                                            List.of(
                                                    new Input.Part("a", "dogs"),
                                                    new Input.Part("b", "run"),
                                                    new Input.Part("c", "cats")))));
            // Then: [CLS] dogs run [SEP] cats [SEP], the second segment from "cats" on
            int[] dogsRun = found.get(0).ids();
            int[] cats = found.get(2).ids();
            assertArrayEquals(
                    new int[] {cls, dogsRun[1], dogsRun[2], sep, cats[1], sep}, found.get(1).ids());
            assertEquals(4, found.get(1).second());
            assertEquals(List.of(4, 3), List.of(found.get(0).second(), found.get(2).second()));
            // more than two parts are one text, joined by [SEP]
            assertArrayEquals(
                    new int[] {cls, dogsRun[1], sep, dogsRun[2], sep, cats[1], sep},
                    found.get(3).ids());
            assertEquals(7, found.get(3).second());
        }
    }

    private static Input pair(String a, String b) {
        return new Input.Parts(
                List.of(new Input.Part("premise", a), new Input.Part("hypothesis", b)));
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
        TokenBatch batch =
                TokenBatch.of(
                        List.of(
                                Tokens.of(2, 7, 5),
                                new Tokens(new int[] {7, 3, 4, 9, 11}, 2, false)));
        NDArray vectors = new Transformer(TinyBert.SHAPE, weights, false).forward(manager, batch);
        float[] factors = new float[16];
        for (int i = 0; i < factors.length; i++) factors[i] = (i % 5 - 2) * 0.3f;
        return vectors.mul(manager.create(factors, new Shape(2, 8))).sum();
    }
}
