package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HashingEncoderTest {
    private final Encoder words = new HashingEncoder("hashing", 1);

    @Test
    void caseAndPunctuationDontCount() {
        float[][] rows = words.encode(Input.texts("The Cat!", " the, cat", "Éa e\u0301a"));
        assertArrayEquals(rows[0], rows[1]);
        assertEquals(1, norm(rows[2]), 1e-6);
    }

    @Test
    void countsAreScaledToUnitLength() {
        float[] row = words.encode(Input.texts("a a b"))[0];
        float max = 0;
        for (float v : row) max = Math.max(max, v);
        assertEquals(1, norm(row), 1e-6);
        assertEquals(2 / Math.sqrt(5), max, 1e-6);
    }

    @Test
    void textWithoutWordsIsAllZero() {
        assertEquals(0, norm(words.encode(Input.texts(" ...!"))[0]));
    }

    @Test
    void bucketOfAWordNeverChanges() {
        // the published FNV-1a 64 of "a"
        int bucket = (int) (0xaf63dc4c8601ec8cL ^ (0xaf63dc4c8601ec8cL >>> 32)) & 16383;
        assertEquals(1f, words.encode(Input.texts("a"))[0][bucket]);
    }

    @Test
    void bigramsAreCountedBesideWords() {
        float[] row = new HashingEncoder("hashing-bigrams", 2).encode(Input.texts("not good"))[0];
        int filled = 0;
        for (float v : row) if (v > 0) filled++;
        assertEquals(3, filled);
    }

    private static double norm(float[] row) {
        double squares = 0;
        for (float v : row) squares += (double) v * v;
        return Math.sqrt(squares);
    }

    @Test
    void parametersOpenAnotherEncoderOfTheSameName() {
        // Given: FNV-1a of "good", folded to 32 bits, by hand
        long hash = 0xcbf29ce484222325L;
        for (char c : "good".toCharArray()) hash = (hash ^ c) * 0x100000001b3L;
        int folded = (int) (hash ^ (hash >>> 32));
        for (int buckets : new int[] {1_024, 65_536}) {
            var ref = new EncoderRef("hashing", Map.of("buckets", "" + buckets), "");
            Path unused = Path.of("unused");
            // When
            float[] row =
                    Encoders.open(ref, Device.CPU, unused, unused).encode(Input.texts("good"))[0];
            // Then
            assertEquals(buckets, row.length);
            assertEquals(1, row[folded & (buckets - 1)]);
            assertEquals(buckets, Encoders.dimensions(ref, unused));
        }
        assertEquals(1 << 14, Encoders.open("hashing", Device.CPU, Path.of("unused")).dimensions());
        var odd = new EncoderRef("hashing", Map.of("buckets", "1000"), "");
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Encoders.dimensions(odd, Path.of("unused")));
        assertTrue(e.toString().contains("'1000', expected one of [1024, 2048"), e.toString());
    }
}
