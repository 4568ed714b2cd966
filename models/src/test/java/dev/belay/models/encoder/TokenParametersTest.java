package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.TinyBert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenParametersTest {
    @TempDir Path dir;

    @Test
    void textsArePartsOfThemselves() {
        // Given: 8 tokens are six words between [CLS] and [SEP]
        Encoder eight = open("minilm", 8);
        Encoder all = open("minilm", 0);
        // When
        List<Input> texts =
                Input.texts("one two three four five six", "one two three four five six seven");
        float[][] rows = eight.encode(texts);
        // Then
        assertArrayEquals(all.encode(texts)[0], rows[0]);
        assertArrayEquals(rows[0], rows[1]);
        assertEquals(1, eight.truncated());
        assertEquals(0, all.truncated());
    }

    @Test
    void ofTwoPartsTheLongerOneLosesTokens() {
        Encoder nine = open("minilm", 9);
        // [CLS] one two three [SEP] four five six [SEP]
        Input fits = pair("one two three", "four five six");
        Input longer = pair("one two three", "four five six seven eight nine");
        float[][] rows = nine.encode(List.of(fits, longer));
        assertArrayEquals(open("minilm", 0).encode(List.of(fits))[0], rows[0]);
        assertArrayEquals(rows[0], rows[1]);
        assertEquals(1, nine.truncated());
    }

    @Test
    void eachValueHasItsCacheAndIsCountedByItself() throws IOException {
        // Given
        List<Input> long300 = Input.texts("word ".repeat(300), "short");
        Encoder ten = open("minilm", 10);
        Encoder all = open("minilm", 0);
        assertNotSame(ten, all);
        // When
        float[][] few = ten.encode(long300);
        float[][] many = all.encode(long300);
        // Then
        assertTrue(!Arrays.equals(few[0], many[0]) && Arrays.equals(few[1], many[1]));
        assertEquals(List.of("minilm", "minilm max-tokens 10"), titles());
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(2, files.filter(f -> f.toString().endsWith(".vectors")).count());
        }
        assertEquals(1, all.truncated());
    }

    @Test
    void theLimitIsThatOfTheEncoder() throws IOException {
        TinyBert.write(dir, "tiny", ""); // of 64 positions
        assertEquals(256, maxTokens("minilm", ""));
        assertEquals(512, maxTokens("bge-int8", ""));
        assertEquals(128, maxTokens("mlp", ""));
        assertEquals(64, maxTokens("hf:tiny", ""));
        assertEquals(9, maxTokens("hf:tiny", "9"));
        for (String bad : new String[] {"257", "7", "0", "-1", "x", "9.5"}) refused("minilm", bad);
        for (String bad : new String[] {"65", "7", "x"}) refused("hf:tiny", bad);
        assertEquals(
                "hf:tiny has the limit of 64 tokens, found max-tokens: 65",
                refused("hf:tiny", "65"));
    }

    @Test
    void theLimitItselfIsNoValue() throws IOException {
        TinyBert.write(dir, "tiny", "");
        assertEquals(Map.of(), canonical("64"));
        assertEquals(Map.of("max-tokens", "63"), canonical("63"));
    }

    @Test
    void networksThatLearnReadNoMoreTokensEither() throws IOException {
        // Given
        TinyBert.write(dir, "tiny", "");
        var ref = new EncoderRef("hf:tiny", Map.of("max-tokens", "8"), sha256("hf:tiny"));
        Networks networks = Networks.of(Device.CPU, dir, dir);
        // When
        float[][] rows =
                networks.encoder(ref)
                        .encode(
                                Input.texts(
                                        "good good good good it it it it",
                                        "good good good good it it it it bad bad"));
        // Then
        assertArrayEquals(rows[0], rows[1]);
        assertEquals(1, networks.encoder(ref).truncated());
    }

    @Test
    void theFirstLayersAreAnEncoderOfTheirOwn() throws IOException {
        // Given
        List<Input> texts = Input.texts("a gripping, funny film", "dull");
        Encoder two = layers("minilm", "2");
        float[][] all = open("minilm", 0).encode(texts);
        // When
        float[][] rows = two.encode(texts);
        // Then: of norm √width as all, and another vector with each further layer
        assertEquals(Math.sqrt(384), norm(rows[0]), 1e-3);
        assertTrue(!Arrays.equals(rows[0], all[0]) && !Arrays.equals(rows[0], rows[1]));
        assertTrue(!Arrays.equals(rows[0], layers("minilm", "3").encode(texts)[0]));
        // of BERT's layers each has 4 · 384² + 2 · 384 · 1,536 weights, 9 · 384 + 1,536 biases,
        // and LayerNorm's
        long perLayer = 4 * 384 * 384 + 2 * 384 * 1_536 + 9 * 384 + 1_536;
        assertEquals(4 * perLayer, parameters("6") - parameters("2"));
        assertEquals(2, Encoders.layers(ref("minilm", "2"), dir));
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(3, files.filter(f -> f.toString().endsWith(".vectors")).count());
        }
    }

    @Test
    void itHasAtMostItsLayers() {
        for (String bad : new String[] {"0", "7", "x"})
            assertThrows(IllegalArgumentException.class, () -> layers("minilm", bad));
        assertThrows(IllegalArgumentException.class, () -> layers("minilm-int8", "2"));
        assertThrows(IllegalArgumentException.class, () -> layers("mlp", "1"));
    }

    private Encoder layers(String name, String layers) {
        return Encoders.open(ref(name, layers), Device.CPU, dir, dir);
    }

    private long parameters(String layers) {
        return Encoders.parameters(ref("minilm", layers), dir);
    }

    private static EncoderRef ref(String name, String layers) {
        return new EncoderRef(name, Map.of("layers", layers), "");
    }

    private static double norm(float[] row) {
        double squares = 0;
        for (float value : row) squares += value * value;
        return Math.sqrt(squares);
    }

    private Map<String, String> canonical(String maxTokens) {
        var ref = new EncoderRef("hf:tiny", Map.of("max-tokens", maxTokens), "");
        return TokenEncoders.canonical(ref, dir).parameters();
    }

    private int maxTokens(String name, String given) {
        return TokenEncoders.maxTokens(
                new EncoderRef(name, given.isEmpty() ? Map.of() : Map.of("max-tokens", given), ""),
                dir);
    }

    private String refused(String name, String given) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> maxTokens(name, given))
                        .getMessage());
    }

    /** Of the encoders with a cache in this test's folder, sorted. */
    private static List<String> titles() {
        return Encoders.counts().stream()
                .map(CachingEncoder.Counts::encoder)
                .filter(title -> title.equals("minilm") || title.endsWith(" 10"))
                .distinct()
                .sorted()
                .toList();
    }

    private String sha256(String name) {
        return Encoders.sha256(name, dir);
    }

    private static Input pair(String a, String b) {
        return new Input.Parts(List.of(new Input.Part("a", a), new Input.Part("b", b)));
    }

    private Encoder open(String name, int maxTokens) {
        Map<String, String> given =
                maxTokens == 0 ? Map.of() : Map.of("max-tokens", String.valueOf(maxTokens));
        return Encoders.open(new EncoderRef(name, given, ""), Device.CPU, dir, dir);
    }
}
