package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TransitionMatrixTest {

    @Test
    void rowsAreSharesOfTheExamplesOfATrueClass() {
        SplittableRandom random = new SplittableRandom(1);
        for (int classes = 2; classes <= 10; classes++) {
            long[][] counts = new long[classes][classes];
            for (int i = 0; i < 5_000; i++) {
                counts[random.nextInt(classes)][random.nextInt(classes)]++;
            }
            TransitionMatrix matrix = TransitionMatrix.of(counts);
            for (int truth = 0; truth < classes; truth++) {
                double sum = 0;
                double total = 0;
                for (long count : counts[truth]) {
                    total += count;
                }
                for (int label = 0; label < classes; label++) {
                    Measure cell = requireNonNull(matrix.get(truth, label));
                    assertEquals(counts[truth][label] / total, cell.value(), 1e-12);
                    assertTrue(cell.low() < cell.value() && cell.value() < cell.high());
                    assertEquals(total, (double) cell.n());
                    sum += cell.value();
                }
                assertEquals(1, sum, 1e-12);
                assertEquals(total, (double) matrix.rows().get(truth).n());
            }
        }
    }

    @Test
    void aClassWithoutExamplesIsUndefined() {
        TransitionMatrix matrix = TransitionMatrix.of(new long[][] {{0, 0}, {3, 0}});
        assertNull(matrix.get(0, 0));
        assertNull(matrix.get(0, 1));
        assertNull(matrix.rows().get(0).labels());
        assertEquals(1, requireNonNull(matrix.get(1, 0)).value());
        assertEquals(0, requireNonNull(matrix.get(1, 1)).low());
    }

    @Test
    void mustBeSquareWithoutNegativeCounts() {
        assertThrows(
                IllegalArgumentException.class, () -> TransitionMatrix.of(new long[][] {{1, 2}}));
        assertThrows(
                IllegalArgumentException.class,
                () -> TransitionMatrix.of(new long[][] {{1, 2}, {-1, 3}}));
    }
}
