package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.Pretrained;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxEncoderTest {
    /** Each opened once: loading a model takes longer than a test. */
    private static final Map<String, Encoder> OPEN = new HashMap<>();

    @AfterAll
    static void close() {
        OPEN.values().forEach(Encoder::close);
    }

    private static final String[] WORDS =
            "the film is good bad long and not a story with people who never saw it before , but ."
                    .split(" ");

    private static final List<String> TEXTS =
            List.of(
                    "a gripping film from start to finish",
                    "dull",
                    "the plot is thin , the jokes are thinner , and the ending is a relief",
                    "A large, four-footed animal with a trunk [SEP] is an elephant meant here?",
                    "");

    @ParameterizedTest
    @ValueSource(strings = {"minilm", "bge", "e5"})
    void textHasTheSameBitsAloneAndInAnyBatch(String name) {
        Encoder encoder = open(name);
        // Given: 44 texts, so that there is more than one batch
        var many = new ArrayList<>(TEXTS);
        for (int i = 0; i < 39; i++) many.add("sentence number " + i + " is here".repeat(i % 4));
        // When
        float[][] together = encoder.encode(Input.texts(many));
        // Then
        for (int i : new int[] {0, 1, 2, 3, 4, 5, 20, 43})
            assertArrayEquals(
                    encoder.encode(Input.texts(many.get(i)))[0], together[i], many.get(i));
    }

    /** Lengths from nothing to twice the limit, so that batches have all shapes. */
    @ParameterizedTest
    @ValueSource(strings = {"minilm", "bge", "e5"})
    void bitsDependNeitherOnTheOtherTextsNorOnTheBudget(String name) {
        Encoder encoder = open(name);
        var random = new Random(11);
        // Given
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int words = (int) Math.exp(random.nextDouble() * 5.3); // 1 to 200, mostly few
            String text = words(random, words);
            inputs.add(i % 5 == 4 ? pair(text, words(random, 1 + words / 2)) : Input.of(text));
        }
        for (int words : new int[] {0, 509, 510, 511, 1_024})
            inputs.add(Input.of(words(random, words)));
        float[][] alone =
                inputs.stream().map(i -> encoder.encode(List.of(i))[0]).toArray(float[][]::new);
        // When
        float[][] together = encoder.encode(inputs);
        // Then
        assertArrayEquals(alone, together);
        for (int round = 0; round < 3; round++) {
            List<Integer> order = new ArrayList<>(IntStream.range(0, 65).boxed().toList());
            Collections.shuffle(order, random);
            List<Integer> some = order.subList(0, 40);
            float[][] rows = encoder.encode(some.stream().map(inputs::get).toList());
            for (int i = 0; i < rows.length; i++) assertArrayEquals(alone[some.get(i)], rows[i]);
        }
    }

    /** Quantised activations depend on the batch, so each text is one. */
    @ParameterizedTest
    @ValueSource(strings = {"minilm-int8", "bge-int8"})
    void quantisedTextHasTheSameBitsInEveryCallOnThisMachine(String name) {
        Encoder encoder = open(name);
        var random = new Random(12);
        List<Input> inputs = new ArrayList<>(Input.texts("", "dull"));
        for (int i = 0; i < 38; i++) inputs.add(Input.of(words(random, 1 + random.nextInt(60))));
        float[][] together = encoder.encode(inputs);
        for (int i = 0; i < together.length; i++)
            assertArrayEquals(encoder.encode(inputs.subList(i, i + 1))[0], together[i]);
    }

    @ParameterizedTest
    @CsvSource({"minilm-int8, minilm", "bge-int8, bge"})
    void quantisedVectorsAreNearTheOthers(String quantised, String name) {
        List<Input> inputs = Input.texts(TEXTS.subList(0, 4));
        float[][] near = open(quantised).encode(inputs);
        float[][] exact = open(name).encode(inputs);
        for (int i = 0; i < near.length; i++) {
            double cosine = dot(near[i], exact[i]) / 384;
            assertTrue(cosine > 0.93 && cosine < 0.999999, name + ": " + cosine);
        }
    }

    @Test
    void textsBeyondTheLimitAreCountedOnceTheyAreEncoded() {
        try (var encoder = new OnnxEncoder(pretrained("minilm"), 8, Device.CPU)) {
            assertEquals(0, encoder.truncated());
            float[][] unused =
                    encoder.encode(
                            List.of(
                                    Input.of("one two three four five six"),
                                    Input.of("one two three four five six seven"),
                                    pair("one two three", "one two"),
                                    pair("one two three", "one two three"),
                                    Input.of("")));
            assertEquals(2, encoder.truncated());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"minilm", "bge", "e5"})
    void vectorsAreAsLongAsTheRootOf384AndMeaningIsNear(String name) {
        Encoder encoder = open(name);
        float[][] rows =
                encoder.encode(
                        Input.texts(
                                "The movie was wonderful.",
                                "I loved this film.",
                                "The stock market fell by two percent."));
        for (float[] row : rows) assertEquals(384, dot(row, row), 1e-2);
        assertTrue(dot(rows[0], rows[1]) > dot(rows[0], rows[2]) + 10);
    }

    @Test
    void textBeyondTheLimitIsCutThere() {
        Encoder encoder = open("minilm");
        float[][] rows =
                encoder.encode(Input.texts("word ".repeat(254), "word ".repeat(9_000) + "end"));
        assertArrayEquals(rows[0], rows[1]);
    }

    @Test
    void noTextsGiveNoRows() {
        Encoder encoder = open("minilm");
        assertEquals(0, encoder.encode(List.of()).length);
    }

    private static String words(Random random, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        return text.toString().strip();
    }

    private static Input pair(String a, String b) {
        return new Input.Parts(List.of(new Input.Part("a", a), new Input.Part("b", b)));
    }

    private static Pretrained pretrained(String name) {
        for (Pretrained model : Pretrained.ALL) if (model.name().equals(name)) return model;
        throw new AssertionError(name);
    }

    private static Encoder open(String name) {
        Pretrained model = pretrained(name);
        return OPEN.computeIfAbsent(
                name, n -> new OnnxEncoder(model, model.maxTokens(), Device.CPU));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
        return sum;
    }
}
