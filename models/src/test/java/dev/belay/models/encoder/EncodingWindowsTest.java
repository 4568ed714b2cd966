package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.belay.models.input.Input;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodingWindowsTest {
    @Test
    void shortTextsFillAWindowByTheirNumberLongOnesByTheirSize() {
        assertEquals(List.of(1_024, 1_024, 452), sizes(Collections.nCopies(2_500, "a few words")));
        assertEquals(List.of(32, 32, 6), sizes(Collections.nCopies(70, "x".repeat(4_096))));
    }

    @Test
    void whatAnEncoderDoesNotReadOfATextTakesNoRoom() {
        assertEquals(List.of(32, 1), sizes(Collections.nCopies(33, "x".repeat(1 << 20))));
    }

    @Test
    void windowsAreTheInputsInTheirOrder() {
        var inputs = new ArrayList<Input>();
        for (int i = 0; i < 3_000; i++) inputs.add(Input.of("y".repeat(i)));
        int at = 0;
        for (List<Input> window : EncodingWindows.of(inputs))
            for (Input input : window) assertSame(inputs.get(at++), input);
        assertEquals(3_000, at);
        assertEquals(List.of(), EncodingWindows.of(List.of()));
    }

    @Test
    void imagesCountTheirBytesAndEmptyTextsNothing() {
        Input image = new Input.Content("image/png", new byte[1 << 12], null, "");
        assertEquals(
                List.of(32, 8),
                EncodingWindows.of(Collections.nCopies(40, image)).stream()
                        .map(List::size)
                        .toList());
        assertEquals(List.of(1_000), sizes(Collections.nCopies(1_000, "")));
        // the encoder refuses it
        Input choice = new Input.Choice(Input.of("why"), Input.texts("a", "b"));
        assertEquals(List.of(List.of(choice)), EncodingWindows.of(List.of(choice)));
    }

    private static List<Integer> sizes(List<String> texts) {
        return EncodingWindows.of(Input.texts(texts)).stream().map(List::size).toList();
    }
}
