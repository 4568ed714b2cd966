package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitialCheckpointTest {
    private static final ModelId MODEL = new ModelId("demo", "large", 3, 2);

    @Test
    void textsAndReferencesAreOneToOne() {
        String sha256 = "0123456789abcdef".repeat(4);
        for (var reference :
                new InitialCheckpoint[] {
                    new InitialCheckpoint(MODEL, InitialCheckpoint.LAST, ""),
                    new InitialCheckpoint(MODEL, 12, ""),
                    new InitialCheckpoint(MODEL, 12, sha256)
                }) {
            assertEquals(reference, InitialCheckpoint.parse(reference.toString()));
        }
        assertEquals(
                "demo/large#3@2:12 " + sha256, new InitialCheckpoint(MODEL, 12, sha256).toString());
        assertEquals("demo/large#3@2:last", new InitialCheckpoint(MODEL, 0, "").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo/large#3@2",
                "demo/large#3@2:0",
                "demo/large#3@2:-1",
                "demo/large:1",
                "demo/large#3@2:1 abc",
                "demo/large#3@2:first"
            })
    void otherTextsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> InitialCheckpoint.parse(text));
    }
}
