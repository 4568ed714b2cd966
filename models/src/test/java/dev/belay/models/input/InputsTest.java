package dev.belay.models.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.hash.Hashing;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Content;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.TextPart;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputsTest {
    private static final List<TextPart> PAIR =
            List.of(new TextPart("premise", "It rains."), new TextPart("hypothesis", "It's wet."));

    @Test
    void eachKindIsReadFromItsField() {
        assertEquals(Input.of("plain"), Inputs.of(example().build()));
        assertEquals(
                new Input.Parts(
                        List.of(
                                new Input.Part("premise", "It rains."),
                                new Input.Part("hypothesis", "It's wet."))),
                Inputs.of(example().setParts(PAIR).build()));
        Input vector = Inputs.of(example().setVector(List.of(1f, -2.5f)).build());
        assertArrayEquals(new float[] {1, -2.5f}, ((Input.Vector) vector).features());
        byte[] bytes = {1, 2, 3};
        Input content = Inputs.of(example().setContent(inline(bytes, sha256(bytes))).build());
        assertArrayEquals(bytes, ((Input.Content) content).bytes());
    }

    @Test
    void partsReadAsOneTextAreJoinedAsInTheTextField() {
        assertEquals(
                "It rains. [SEP] It's wet.", Inputs.of(example().setParts(PAIR).build()).text());
    }

    @Test
    void contradictionsSayWhatWasFoundAndExpected() {
        byte[] large = new byte[Inputs.MAX_INLINE_BYTES + 1];
        assertRefused(
                "found more than one of parts, vector and content, expected at most one",
                example().setParts(PAIR).setVector(List.of(1f)));
        assertRefused(
                "found two parts named 'premise', expected different names",
                example().setParts(List.of(PAIR.get(0), PAIR.get(0))));
        assertRefused(
                "found 1 part(s), expected at least two", example().setParts(PAIR.subList(0, 1)));
        assertRefused(
                "found a vector without features, expected at least one",
                example().setVector(List.of()));
        assertRefused(
                "found feature 1 = NaN, expected a finite number",
                example().setVector(List.of(0f, Float.NaN)));
        assertRefused(
                "found 65537 bytes of inline content, expected at most 65536",
                example().setContent(inline(large, sha256(large))));
        assertRefused(
                "found content with SHA-256 " + sha256(new byte[] {1}) + ", expected 00",
                example().setContent(inline(new byte[] {1}, "00")));
    }

    @Test
    void aVectorHasNoText() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Input.Vector(new float[] {1}).text());
        assertEquals("found an input of kind vector, expected text", e.getMessage());
    }

    private static void assertRefused(String message, Example.Builder example) {
        Example built = example.build();
        var e = assertThrows(IllegalArgumentException.class, () -> Inputs.of(built));
        assertEquals(message, e.getMessage());
    }

    private static Example.Builder example() {
        return Example.newBuilder(EventFactory.example("x", Split.STUDENT, "plain", 0));
    }

    private static Content inline(byte[] bytes, String sha256) {
        return new Content("image/png", ByteBuffer.wrap(bytes), null, sha256, (long) bytes.length);
    }

    private static String sha256(byte[] bytes) {
        return Hashing.sha256().hashBytes(bytes).toString();
    }
}
