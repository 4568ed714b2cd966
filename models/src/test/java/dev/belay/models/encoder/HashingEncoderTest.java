package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.models.input.Input;
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
}
