package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Rows of blocks of both task kinds. */
class BlockRowsTest {
    private static final int[] NONE = {};

    @Test
    void rowsOfClassesHaveTheSameSize() {
        BlockRows rows = BlockRows.of(3, NONE);

        assertFalse(rows.isChoice());
        assertEquals(6, rows.from(2));
        assertEquals(3, rows.size(2));
    }

    @Test
    void rowsOfChoiceHaveTheSizesOfTheirOptions() {
        BlockRows rows = BlockRows.of(0, new int[] {2, 256, 3});

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
        assertNull(BlockRows.problem(3, NONE, 2, 6));
        assertNull(BlockRows.problem(0, new int[] {2, 4}, 2, 6));
        assertEquals(
                "expected 6 probabilities (2 rows of 3), found 5",
                BlockRows.problem(3, NONE, 2, 5));
        assertEquals(
                "expected no option counts in a block of 3 classes, found 2",
                BlockRows.problem(3, new int[] {3, 3}, 2, 6));
        assertEquals(
                "expected 2 option counts, found 0", BlockRows.problem(0, NONE, 2, 6));
        assertEquals(
                "expected 6 probabilities (2 rows of options), found 7",
                BlockRows.problem(0, new int[] {2, 4}, 2, 7));
        assertEquals(
                "row 1: expected 2 to 256 options, found 1",
                BlockRows.problem(0, new int[] {2, 1}, 2, 3));
        assertEquals(
                "row 0: expected 2 to 256 options, found 257",
                BlockRows.problem(0, new int[] {257}, 1, 257));
    }
}
