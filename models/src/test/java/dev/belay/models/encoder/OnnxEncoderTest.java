package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.Pretrained;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxEncoderTest {
    /** Each opened once: loading a model takes longer than a test. */
    private static final Map<String, Encoder> OPEN = new HashMap<>();

    @AfterAll
    static void close() {
        OPEN.values().forEach(Encoder::close);
    }

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

    private static Encoder open(String name) {
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name))
                return OPEN.computeIfAbsent(name, n -> new OnnxEncoder(model, Device.CPU));
        throw new AssertionError(name);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
        return sum;
    }
}
