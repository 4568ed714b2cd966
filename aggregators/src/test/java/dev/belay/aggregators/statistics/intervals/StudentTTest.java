package dev.belay.aggregators.statistics.intervals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class StudentTTest {

    @Test
    void quantilesAreThoseOfTheTables() {
        // Fisher and Yates, two-sided 5 %
        double[] table = {12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624};
        for (int degrees = 1; degrees <= table.length; degrees++) {
            assertEquals(table[degrees - 1], StudentT.twoSidedQuantile(degrees, 0.95), 1e-6);
        }
        assertEquals(63.656741, StudentT.twoSidedQuantile(1, 0.99), 1e-5);
        assertEquals(1.984217, StudentT.twoSidedQuantile(99, 0.95), 1e-6);
        assertEquals(Measure.Z, StudentT.twoSidedQuantile(1_000_000, 0.95), 1e-5);
    }

    @Test
    void halfOfTheDensityBetweenTheQuantilesOfOneHalf() {
        for (int degrees : new int[] {1, 2, 3, 8, 9, 30}) {
            double t = StudentT.twoSidedQuantile(degrees, 0.5);

            // the density's integral over [−t, t] over that over the whole line, t = tan(u)
            assertEquals(
                    0.5, integral(degrees, Math.atan(t)) / integral(degrees, Math.PI / 2), 1e-6);
        }
    }

    @Test
    void seedsThatCannotVaryAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> StudentT.twoSidedQuantile(0, Measure.CONFIDENCE));
    }

    /** ∫ (1 + x²/ν)^(−(ν+1)/2) dx over x = tan u, |u| ≤ limit, by midpoints. */
    private static double integral(int degrees, double limit) {
        int steps = 200_000;
        double sum = 0;
        for (int i = 0; i < steps; i++) {
            double x = Math.tan(limit * ((i + 0.5) / steps * 2 - 1));
            sum += Math.pow(1 + x * x / degrees, -(degrees + 1) / 2.0) * (1 + x * x);
        }
        return sum * 2 * limit / steps;
    }
}
