package dev.belay.aggregators.statistics.counts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.counts.PairTable.Confusion;
import dev.belay.aggregators.statistics.counts.PairTable.Sum;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairTableTest {

    @Test
    void termsOfAHandCountedExample() {
        PairCounter counter = new PairCounter(2);
        counter.pair(1, new float[] {0.75f, 0.25f}, 0, 0, new float[] {0.5f, 0.5f}, 0, 0, 1);
        PairTable table = counter.table();

        assertEquals(ExampleTerms.fixed(1.125), table.sum(Sum.SUPERVISOR_BRIER));
        assertEquals(ExampleTerms.fixed(0.5), table.sum(Sum.STUDENT_BRIER));
        assertEquals(ExampleTerms.fixed(0.125), table.sum(Sum.MISFIT));
        assertEquals(ExampleTerms.fixed(0.5), table.sum(Sum.CROSS));
        assertEquals(ExampleTerms.fixed(Math.log(4)), table.sum(Sum.SUPERVISOR_LOG_LOSS));
        assertEquals(List.of(new Confusion(1, 0, 1)), table.confusion());
    }

    @Test
    void halvesAreRoundedToEven() {
        assertEquals(0, ExampleTerms.fixed(0.5 / ExampleTerms.ONE));
        assertEquals(2, ExampleTerms.fixed(1.5 / ExampleTerms.ONE));
        assertEquals(-2, ExampleTerms.fixed(-2.5 / ExampleTerms.ONE));
    }

    @Test
    void binsAreClosedOnTheRight() {
        assertEquals(14, ExampleTerms.bin(1f));
        assertEquals(14, ExampleTerms.bin(1.0000001f));
        assertEquals(0, ExampleTerms.bin(0f));
        assertEquals(7, ExampleTerms.bin(0.5f));
        // the floats on both sides of 8/15; 8/15 itself is none
        assertTrue((float) (8 / 15.0) * 15.0 > 8);
        assertEquals(8, ExampleTerms.bin((float) (8 / 15.0)));
        assertEquals(7, ExampleTerms.bin(Math.nextDown((float) (8 / 15.0))));
    }

    @Test
    void manyClassesAreKeptSparse() throws IOException {
        // Given 1,000 classes and a supervisor that is wrong in a few ways
        int classes = PairTable.MAX_CLASSES_BY_CLASS;
        PairCounter counter = new PairCounter(classes);
        float[] even = new float[classes];
        Arrays.fill(even, 1f / classes);
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            int truth = random.nextInt(classes);
            counter.pair(truth, even, 0, (truth * 7 + i % 2) % classes, even, 0, truth, 1);
        }
        // When
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        counter.table().write(new DataOutputStream(bytes));
        // Then
        PairTable table =
                PairTable.read(
                        new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), true);
        assertEquals(counter.table(), table);
        assertEquals(2000, table.confusion().stream().mapToLong(Confusion::count).sum());
        assertTrue(bytes.size() < 10_000, bytes.size() + " bytes");
    }

    @Test
    void moreClassesThanThatHaveNoCountsByClass() {
        int classes = PairTable.MAX_CLASSES_BY_CLASS + 1;
        PairCounter counter = new PairCounter(classes);
        counter.cell(1000, 3, 1000, 1000, 1);

        assertEquals(1, counter.table().n());
        assertFalse(counter.table().hasClasses());
        assertThrows(
                IllegalStateException.class, () -> counter.table().of(ByClass.CEILING_RIGHT, 0));
        assertThrows(IllegalStateException.class, () -> counter.table().confusion());
    }

    @Test
    void anEmptyTableIsAFewBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PairTable.empty(2).write(new DataOutputStream(bytes));

        assertTrue(bytes.size() <= 5, bytes.size() + " bytes");
    }

    @Test
    void brokenBytesAreRefused() {
        for (byte[] bytes :
                List.of(
                        new byte[] {2}, // one class
                        new byte[] {4, 0, 127}, // fewer zeros than none
                        new byte[] {4, 0, (byte) 0xff, (byte) 0xff, 1}, // more than there are
                        new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1})) {
            assertThrows(
                    IOException.class,
                    () ->
                            PairTable.read(
                                    new DataInputStream(new ByteArrayInputStream(bytes)), true));
        }
    }

    @Test
    void tablesOfOtherClassesDoNotMerge() {
        assertThrows(
                IllegalArgumentException.class, () -> PairTable.empty(2).merge(PairTable.empty(3)));
        assertThrows(IllegalArgumentException.class, () -> PairTable.empty(0));
    }

    @Test
    void overflowIsAnError() {
        PairCounter counter = new PairCounter(2);
        counter.cell(0, 0, 0, 0, 1);
        PairTable table = counter.table();
        for (int i = 0; i < 62; i++) {
            table = table.merge(table);
        }
        PairTable most = table;
        assertThrows(ArithmeticException.class, () -> most.merge(most));
    }

    @Test
    void aPairOfTwoClassesCostsLittle() {
        float[] w = new float[2 * 1024];
        float[] s = new float[2 * 1024];
        Random random = new Random(2);
        for (int i = 0; i < 1024; i++) {
            w[2 * i] = random.nextFloat();
            w[2 * i + 1] = 1 - w[2 * i];
            s[2 * i] = random.nextFloat();
            s[2 * i + 1] = 1 - s[2 * i];
        }
        PairCounter counter = new PairCounter(2);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 40; round++) {
            long from = System.nanoTime();
            for (int i = 0; i < 50_000; i++) {
                int at = (i & 1023) * 2;
                counter.pair(i & 1, w, at, w[at] < .5f ? 1 : 0, s, at, s[at] < .5f ? 1 : 0, 1);
            }
            best = Math.min(best, System.nanoTime() - from);
        }
        double nanos = best / 50_000.0;
        System.out.printf("pair(), two classes: %.0f ns%n", nanos);
        // ten times what it takes on a quiet machine: fails for what allocates or scans, not for
        // load
        assertTrue(nanos < 600, nanos + " ns");
        assertEquals(2_000_000, counter.table().n());
    }
}
