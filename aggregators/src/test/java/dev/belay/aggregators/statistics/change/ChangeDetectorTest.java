package dev.belay.aggregators.statistics.change;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangeDetectorTest {
    private static final double RUN_LENGTH = 3e8;

    @Test
    void aJumpIsReportedWithItsTimePositionsAndShares() {
        // Given 100 batches of 20 with 2 in category 1, then batches with 10
        ChangeDetector detector = new ChangeDetector(2, RUN_LENGTH);
        for (int i = 0; i < 100; i++) {
            assertNull(detector.add(new long[] {18, 2}, 1000 + i, 7_000 + 10 * i));
        }
        // When
        Change change = null;
        int batches = 0;
        while (change == null) {
            change = detector.add(new long[] {10, 10}, 5000 + batches, 9_000 + 10 * batches);
            batches++;
        }
        // Then
        assertTrue(batches <= 4, batches + " batches");
        assertArrayEquals(new double[] {.9, .1}, change.before(), 1e-12);
        assertArrayEquals(new double[] {.5, .5}, change.after(), 1e-12);
        assertEquals(5000, change.sinceMs());
        assertEquals(9_000, change.fromPosition());
        assertEquals(9_000 + 10 * (batches - 1), change.toPosition());
        assertEquals(2000, change.examplesBefore());
        assertEquals(20L * batches, change.examplesAfter());
        assertEquals(20L * batches, detector.examples());
    }

    @Test
    void theExamplesAfterAChangeAreTheNextBaseline() {
        ChangeDetector detector = new ChangeDetector(2, RUN_LENGTH);
        feed(detector, new long[] {18, 2}, 100);
        assertNotNull(feed(detector, new long[] {10, 10}, 20));
        Change back = requireNonNull(feed(detector, new long[] {18, 2}, 100));

        assertArrayEquals(new double[] {.5, .5}, back.before(), 1e-12);
        assertArrayEquals(new double[] {.9, .1}, back.after(), 1e-12);
        assertEquals(400, back.examplesBefore());
    }

    @Test
    void constantStreamsRaiseNoAlarm() {
        for (double[] shares : new double[][] {{.99, .01}, {.5, .5}, {.2, .3, .5}, {.9, .1, 0}}) {
            for (int batch : new int[] {1, 20, 300}) {
                Draws draws = new Draws(batch);
                ChangeDetector detector = new ChangeDetector(shares.length, RUN_LENGTH);
                for (int n = 0; n < 20_000; n += batch) {
                    assertNull(detector.add(draws.batch(shares, batch), n, n));
                }
            }
        }
    }

    @Test
    void aConstantCategoryIsNoChange() {
        ChangeDetector detector = new ChangeDetector(3, 1000);

        assertNull(feed(detector, new long[] {0, 7, 0}, 1000));
    }

    @Test
    void aNewCategoryIsAChange() {
        ChangeDetector detector = new ChangeDetector(3, RUN_LENGTH);
        feed(detector, new long[] {10, 10, 0}, 100);
        Change change = requireNonNull(feed(detector, new long[] {9, 9, 2}, 100));

        assertEquals(2000, change.examplesBefore());
        assertArrayEquals(new double[] {.45, .45, .1}, change.after(), 1e-12);
    }

    @Test
    void anEmptyBatchChangesNothing() {
        ChangeDetector detector = new ChangeDetector(2, 1000);
        detector.add(new long[] {3, 4}, 1, 1);
        byte[] before = detector.toBytes();

        assertNull(detector.add(new long[] {0, 0}, 2, 2));
        assertArrayEquals(before, detector.toBytes());
    }

    @Test
    void correctionsAreTakenFromTheNewestExamplesOfTheirCategory() {
        ChangeDetector corrected = new ChangeDetector(2, 1000);
        corrected.add(new long[] {3, 1}, 1, 1);
        corrected.add(new long[] {4, 0}, 2, 2);
        corrected.add(new long[] {0, 1}, 3, 3);
        corrected.add(new long[] {-5, -9}, 4, 4); // all of the second batch, and more than there is

        ChangeDetector expected = new ChangeDetector(2, 1000);
        expected.add(new long[] {2, 0}, 1, 1);
        assertArrayEquals(expected.toBytes(), corrected.toBytes());
        assertEquals(2, corrected.examples());
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new ChangeDetector(1, 1e6));
        assertThrows(IllegalArgumentException.class, () -> new ChangeDetector(2, 999));
        assertThrows(IllegalArgumentException.class, () -> new ChangeDetector(2, Double.NaN));
        ChangeDetector detector = new ChangeDetector(2, 1e6);
        assertThrows(IllegalArgumentException.class, () -> detector.add(new long[3], 0, 0));
    }

    /** Adds the same batch up to so many times. */
    private static @Nullable Change feed(ChangeDetector detector, long[] counts, int batches) {
        for (int i = 0; i < batches; i++) {
            Change change = detector.add(counts, i, i);
            if (change != null) {
                // the rest of them too, for the next baseline
                for (int rest = i + 1; rest < batches; rest++) {
                    assertNull(detector.add(counts, rest, rest));
                }
                return change;
            }
        }
        return null;
    }
}
