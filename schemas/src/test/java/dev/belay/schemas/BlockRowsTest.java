package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Rows of blocks of both task kinds. */
class BlockRowsTest {
    @Test
    void rowsOfClassesHaveTheSameSize() {
        BlockRows rows = BlockRows.ofClasses(3);

        assertFalse(rows.isChoice());
        assertEquals(6, rows.from(2));
        assertEquals(3, rows.size(2));
    }

    @Test
    void rowsOfChoiceHaveTheSizesOfTheirOptions() {
        BlockRows rows = choice(2, 256, 3);

        assertTrue(rows.isChoice());
        assertEquals(0, rows.from(0));
        assertEquals(2, rows.from(1));
        assertEquals(258, rows.from(2));
        assertEquals(2, rows.size(0));
        assertEquals(256, rows.size(1));
        assertEquals(3, rows.size(2));
    }

    @Test
    void countsMustDescribeTheArrays() {
        assertNull(BlockRows.ofClasses(3).problem(2, 6));
        assertNull(choice(2, 4).problem(2, 6));
        assertEquals(
                "expected 6 probabilities (2 rows of 3), found 5",
                BlockRows.ofClasses(3).problem(2, 5));
        assertEquals(
                "expected no option counts in a block of 3 classes, found 2",
                BlockRows.of(3, new int[] {3, 3}).problem(2, 6));
        assertEquals("expected 2 option counts, found 0", choice().problem(2, 6));
        assertEquals(
                "expected 6 probabilities (options of 2 rows), found 7",
                choice(2, 4).problem(2, 7));
        assertEquals("row 1: expected 2 to 256 options, found 1", choice(2, 1).problem(2, 3));
        assertEquals("row 0: expected 2 to 256 options, found 257", choice(257).problem(1, 257));
    }

    @Test
    void someRowsKeepTheirOptions() {
        assertArrayEquals(
                new int[] {4, 2}, choice(2, 3, 4).select(new int[] {2, 0}).optionCounts());
    }

    private static BlockRows choice(int... optionCounts) {
        return BlockRows.of(0, optionCounts);
    }
}
