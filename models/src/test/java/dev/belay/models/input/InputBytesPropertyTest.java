package dev.belay.models.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;

class InputBytesPropertyTest {
    @Property(tries = 200)
    void aTextIsItsUtf8(@ForAll List<Character> chars) {
        String text = new String(utf8(chars), StandardCharsets.UTF_8); // no lone surrogates
        byte[] bytes = InputBytes.write(Input.of(text));
        assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), bytes);
        assertEquals(Input.of(text), InputBytes.read(bytes));
    }

    @Property(tries = 200)
    void partsComeBack(@ForAll @Size(min = 2, max = 5) @UniqueElements List<Integer> numbers) {
        var parts =
                new Input.Parts(
                        numbers.stream()
                                .map(n -> new Input.Part("p" + n, "é".repeat(Math.abs(n % 9))))
                                .toList());
        assertEquals(parts, InputBytes.read(InputBytes.write(parts)));
    }

    @Property(tries = 200)
    void vectorsComeBackBitForBit(@ForAll float[] features) {
        byte[] bytes = InputBytes.write(new Input.Vector(features));
        assertArrayEquals(features, ((Input.Vector) InputBytes.read(bytes)).features());
    }

    @Example
    void choicesComeBack() {
        var parts = new Input.Parts(List.of(new Input.Part("a", "é"), new Input.Part("b", "")));
        for (Input prompt : List.of(Input.of(""), Input.of("why"), parts)) {
            var choice = new Input.Choice(prompt, Input.texts("because", "", "größe"));
            assertEquals(choice, InputBytes.read(InputBytes.write(choice)));
        }
    }

    @Example
    void contentComesBackInlineOrByReference() {
        byte[] inline = {1, 2, 3};
        var content = new Input.Content("image/png", inline, null, "abc");
        var read = (Input.Content) InputBytes.read(InputBytes.write(content));
        assertArrayEquals(inline, read.bytes());
        assertEquals(new Input.Content("image/png", read.bytes(), null, "abc"), read);
        var reference = new Input.Content("image/png", null, "file:///a/b", "abc");
        assertEquals(reference, InputBytes.read(InputBytes.write(reference)));
    }

    @Example
    void anInputThatIsCutOffIsRefused() {
        byte[] bytes =
                InputBytes.write(
                        new Input.Parts(
                                List.of(new Input.Part("a", "one"), new Input.Part("b", "two"))));
        for (int length = 2; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(IllegalArgumentException.class, () -> InputBytes.read(cut));
        }
    }

    private static byte[] utf8(List<Character> chars) {
        var text = new StringBuilder();
        chars.forEach(text::append);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
