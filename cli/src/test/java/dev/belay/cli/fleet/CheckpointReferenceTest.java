package dev.belay.cli.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.ModelId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointReferenceTest {
    @Test
    void everyNotationOfACheckpointIsRead() {
        assertEquals(
                new CheckpointReference("e", "m", 0L, null, 16L),
                CheckpointReference.parse("e/m#0:16"));
        assertEquals(
                new CheckpointReference("e", "m", 0L, 1, 16L),
                CheckpointReference.parse("e/m#0@1:16"));
        assertEquals(
                new CheckpointReference("e", "m", 0L, 1, 16L),
                CheckpointReference.parse("e/m#0@1@16"));
        assertEquals(
                new CheckpointReference("e", "m", null, null, 16L),
                CheckpointReference.parse("e/m:16"));
        assertEquals(
                new CheckpointReference("e", "m", 0L, 1, null),
                CheckpointReference.parse("e/m#0@1"));
        assertEquals(
                new CheckpointReference("e", null, null, null, null),
                CheckpointReference.parse("e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "e/", "e/m#", "e/m#x", "e/m#0@", "e/m#0@1@2:3", "E/m", "e#0", "e:1"})
    void whatIsNoneIsRefusedWithWhatWasExpected(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> CheckpointReference.parse(text));
        assertTrue(String.valueOf(e.getMessage()).contains("expected EXPERIMENT"));
    }

    @Test
    void theNewestRunIsMeantUnlessOneIsNamed() {
        // Given
        Fleet fleet = new Fleet(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
        List<ModelId> ids =
                List.of(
                        ModelId.parse("e/m#0@0"),
                        ModelId.parse("e/m#0@2"),
                        ModelId.parse("e/m#1@1"),
                        ModelId.parse("e/other#0@0"));
        // Then
        assertEquals(
                List.of(ids.get(1), ids.get(2)), fleet.find(CheckpointReference.parse("e/m"), ids));
        assertEquals(List.of(ids.get(0)), fleet.find(CheckpointReference.parse("e/m#0@0"), ids));
        assertEquals(3, fleet.find(CheckpointReference.parse("e"), ids).size());
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> fleet.find(CheckpointReference.parse("e/mm#0@2"), ids));
        assertTrue(String.valueOf(e.getMessage()).contains("nearest: e/m#0@2"), e::getMessage);
    }
}
