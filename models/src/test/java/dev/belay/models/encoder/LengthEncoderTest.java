package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.belay.models.input.Input;
import java.util.List;
import org.junit.jupiter.api.Test;

class LengthEncoderTest {
    /** 9 code points and 2 words: ln 10 and ln 3. */
    @Test
    void charactersAreCodePointsAndOfPartsTheLastOneCounts() {
        Input text = Input.of("two 世界😀 .");
        Input parts =
                new Input.Parts(
                        List.of(
                                new Input.Part("prompt", "a long prompt that does not count"),
                                new Input.Part("option", "two 世界😀 .")));
        try (var encoder = new LengthEncoder()) {
            float[][] rows = encoder.encode(List.of(text, parts, Input.of("")));
            assertArrayEquals(new float[] {2.302585f, 1.098612f}, rows[0], 1e-6f);
            assertArrayEquals(rows[0], rows[1]);
            assertArrayEquals(new float[2], rows[2]);
        }
    }
}
