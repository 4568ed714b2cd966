package dev.belay.models.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TokenBatchPropertyTest {
    @Property(tries = 500)
    void everyTextIsInOneBatchWithinTheBudgetOrAlone(
            @ForAll @Size(max = 200) List<@IntRange(min = 1, max = 600) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 2_000) int budget) {
        // When
        List<int[]> batches = TokenBatch.budgeted(texts(lengths), budget);
        // Then
        var places = new ArrayList<Integer>();
        int shortest = Integer.MAX_VALUE; // of the batch before
        for (int[] batch : batches) {
            int longest = Arrays.stream(batch).map(lengths::get).max().orElseThrow();
            assertTrue(batch.length == 1 || batch.length * longest <= budget);
            assertEquals(longest, lengths.get(batch[0]));
            assertTrue(longest <= shortest, "longest first");
            shortest = Arrays.stream(batch).map(lengths::get).min().orElseThrow();
            Arrays.stream(batch).forEach(places::add);
        }
        assertEquals(lengths.size(), places.size());
        places.sort(null);
        for (int i = 0; i < places.size(); i++) assertEquals(i, places.get(i));
    }

    @Property(tries = 500)
    void noBatchEndsWhileTheNextTextFits(
            @ForAll @Size(max = 200) List<@IntRange(min = 1, max = 600) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 2_000) int budget) {
        List<int[]> batches = TokenBatch.budgeted(texts(lengths), budget);
        for (int[] batch : batches.subList(0, Math.max(0, batches.size() - 1)))
            assertTrue((batch.length + 1) * lengths.get(batch[0]) > budget);
    }

    @Example
    void textsOfOneLengthKeepTheirOrderAndNoTextsAreNoBatches() {
        List<int[]> batches = TokenBatch.budgeted(texts(List.of(2, 3, 2, 3, 2)), 6);
        assertEquals(2, batches.size());
        assertArrayEquals(new int[] {1, 3}, batches.get(0));
        assertArrayEquals(new int[] {0, 2, 4}, batches.get(1));
        assertTrue(TokenBatch.budgeted(List.of(), 6).isEmpty());
    }

    private static List<Tokens> texts(List<Integer> lengths) {
        return lengths.stream().map(n -> Tokens.of(new int[n])).toList();
    }
}
