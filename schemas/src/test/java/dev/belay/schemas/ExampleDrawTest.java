package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExampleDrawTest {
    @Test
    void everyExampleIsInOneShare() {
        int[] sizes = new int[4];
        for (int i = 0; i < 9_000; i++) {
            String id = "id-" + i;
            int[] in =
                    IntStream.rangeClosed(1, 3)
                            .filter(
                                    share ->
                                            new ExampleDraw(7, 1, share, 3, null)
                                                    .takes(id, Map.of()))
                            .toArray();
            assertEquals(1, in.length, id);
            sizes[in[0]]++;
            // the same of another seed, since shares are of the split
            assertTrue(new ExampleDraw(8, 1, in[0], 3, null).takes(id, Map.of()));
            // recounted from the definition
            assertEquals(in[0], 1 + (int) Math.floor(3 * IdHash.uniform("share", id)));
        }
        for (int share = 1; share <= 3; share++) {
            assertEquals(3_000.0, sizes[share], 150.0);
        }
    }

    @Test
    void aShareIsDrawnFromIndependently() {
        long both =
                IntStream.range(0, 10_000)
                        .filter(i -> new ExampleDraw(1, .5, 2, 4, null).takes("x" + i, Map.of()))
                        .count();
        assertEquals(1_250.0, (double) both, 120.0);
    }

    @Test
    void withoutShareAndConditionOnlyTheSeedDraws() {
        for (int i = 0; i < 1_000; i++) {
            assertEquals(
                    IdHash.drawn(3, "y" + i, .3), new ExampleDraw(3, .3).takes("y" + i, Map.of()));
        }
    }

    @Test
    void aShareThatIsNoneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new ExampleDraw(0, 1, 4, 3, null));
        assertThrows(IllegalArgumentException.class, () -> new ExampleDraw(0, 1, 0, 3, null));
        assertThrows(IllegalArgumentException.class, () -> new ExampleDraw(0, 1, -1, 3, null));
    }

    @Test
    void conditionsCompareNumbersAndTexts() {
        assertTrue(holds("rating < 1500", "1499.5"));
        assertFalse(holds("rating < 1500", "1500"));
        assertTrue(holds("rating<=1500", "1500"));
        assertTrue(holds("rating > -3", "0"));
        assertTrue(holds("rating >= 0", "-0"));
        assertFalse(holds("rating > 3", "three"));
        assertTrue(holds("rating = 1e3", "1e3"));
        assertFalse(holds("rating = 1000", "1e3")); // = compares texts
        assertTrue(holds("rating != 1000", "1e3"));
        assertEquals("rating <= 1500", TagCondition.parse(" rating<=1500 ").toString());
    }

    @Test
    void anExampleWithoutTheTagFulfilsNoCondition() {
        for (String sign : new String[] {"=", "!=", "<", "<=", ">", ">="}) {
            assertFalse(TagCondition.parse("rating " + sign + " 5").matches(Map.of("other", "5")));
        }
    }

    @Test
    void aConditionThatIsNoneIsRefused() {
        for (String text : new String[] {"", "rating", "< 5", "rating <", "rating < abc"}) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class, () -> TagCondition.parse(text), text);
            assertTrue(String.valueOf(e.getMessage()).contains("expected"), e.getMessage());
        }
    }

    private static boolean holds(String condition, String value) {
        return TagCondition.parse(condition).matches(Map.of("rating", value));
    }
}
