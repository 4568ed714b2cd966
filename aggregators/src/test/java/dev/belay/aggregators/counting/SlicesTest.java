package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SlicesTest {
    @Test
    void eachTagIsASlice() {
        assertEquals(
                List.of("lang=de", "source=a|b"),
                Slices.of(Map.of("source", "a|b", "lang", "de")).names());
        assertSame(Slices.NONE, Slices.of(Map.of()));
    }

    @Test
    void tagsThatAreTooLongOrTooManyAreTogetherInOther() {
        // Given
        Map<String, String> tags = new TreeMap<>();
        for (int i = 0; i < 50; i++) {
            tags.put("t%02d".formatted(i), "v");
        }
        tags.put("a", "x".repeat(200));
        // When
        List<String> names = Slices.of(tags).names();
        // Then: of the first 32 one is too long
        assertEquals(32, names.size());
        assertEquals(Slices.OTHER, names.get(0));
        assertEquals("t30=v", names.get(31));
    }

    @Test
    void slicesWithoutATallyOfTheirOwnAreInOtherOnce() {
        Set<String> own = new HashSet<>(Set.of("b=1"));
        assertEquals(
                List.of("b=1", Slices.OTHER),
                new Slices(List.of("a=1", "b=1", "c=1")).named(own::contains).names());
    }

    @Test
    void aPartitionNamesItsFirstThousandSlices() {
        // Given
        ExampleIndex examples = new ExampleIndex(id -> TruthHistory.NONE);
        for (int i = 0; i <= ExampleIndex.MOST_SLICES; i++) {
            examples.numbers(AvroIds.of(List.of("e" + i)));
            examples.setTruths(i, tagged("user=" + i));
        }
        // Then
        int last = ExampleIndex.MOST_SLICES;
        assertEquals(List.of("user=0"), examples.slices(0).names());
        assertEquals(List.of(Slices.OTHER), examples.slices(last).names());
        // and one that is named stays so
        examples.setTruths(last, tagged("user=7"));
        assertEquals(List.of("user=7"), examples.slices(last).names());
    }

    private static TruthHistory tagged(String slice) {
        return TruthHistory.NONE.with(
                new TruthHistory.Version(0, 0, -1, new Slices(List.of(slice))));
    }
}
