package dev.belay.aggregators.statistics.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Normal;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.junit.jupiter.api.Test;

class GateTest {

    @Test
    void allTriesTogetherSpendAlpha() {
        CellTable cells = alone(1000, 60, 20);
        double sum = 0;
        for (int k = 1; k <= 1000; k++) {
            Gate gate = Gate.of(k, PairedMoments.of(cells));
            sum += gate.level();
            assertEquals(sum, gate.spent(), 1e-12);
            assertEquals(0.05, gate.spent() + gate.left(), 1e-12);
        }
        assertTrue(sum < 0.05);
    }

    @Test
    void laterTriesAskForMore() {
        CellTable cells = alone(1000, 60, 30);
        assertTrue(Gate.of(1, PairedMoments.of(cells)).passed());
        assertFalse(Gate.of(1000, PairedMoments.of(cells)).passed());
        assertTrue(
                Gate.of(2, PairedMoments.of(cells)).low()
                        < Gate.of(1, PairedMoments.of(cells)).low());
        assertThrows(IllegalArgumentException.class, () -> Gate.of(0, PairedMoments.of(cells)));
    }

    @Test
    void noStudentThatIsNoBetterPassesMoreOftenThanItsLevel() {
        // exactly, over all outcomes: discordant examples are binomial, half of them each way
        for (int n : new int[] {50, 200, 1000}) {
            for (int k : new int[] {1, 2, 5, 20, 100}) {
                int[] thresholds = thresholds(n, k);
                for (double discordant : new double[] {0.01, 0.05, 0.2, 0.5, 0.9}) {
                    double passes = probabilityOfPassing(n, thresholds, discordant);
                    double level = 0.05 / (k * (k + 1.0));
                    assertTrue(
                            passes <= level,
                            n + ", " + k + ", " + discordant + ": " + passes + " of " + level);
                }
            }
        }
    }

    @Test
    void signTestGivesTheTailOfTheBinomial() {
        for (int m : new int[] {1, 6, 60, 199}) {
            for (int a = (m + 1) / 2; a <= m; a += 1 + m / 9) {
                double below = a == 0 ? 0 : Rate.atMost(a - 1, m, 0.5);
                assertEquals(1 - below, Gate.signTail(a, m), 1e-12, a + " of " + m);
            }
        }
        assertEquals(Normal.upperTail(4), Gate.signTail(500_000 + 2_000, 1_000_000), 2e-6);
    }

    @Test
    void quantilesOfTheNormalDistribution() {
        assertEquals(Measure.Z, Normal.upperQuantile(0.025), 1e-12);
        assertEquals(0, Normal.upperQuantile(0.5), 1e-12);
        assertEquals(2.3263478740408408, Normal.upperQuantile(0.01), 1e-12);
        assertEquals(4.753424308822899, Normal.upperQuantile(1e-6), 1e-9);
        assertEquals(6.361340902404056, Normal.upperQuantile(1e-10), 1e-9);
    }

    /** The least number of examples on which the student alone is right that passes, for m. */
    private static int[] thresholds(int n, int k) {
        int[] least = new int[n + 1];
        for (int m = 0, from = 0; m <= n; m++) {
            while (from <= m && !Gate.of(k, PairedMoments.of(alone(n, from, m - from))).passed()) {
                from++;
            }
            least[m] = from;
        }
        return least;
    }

    private static double probabilityOfPassing(int n, int[] thresholds, double discordant) {
        double[] logFactorial = new double[n + 1];
        for (int i = 1; i <= n; i++) {
            logFactorial[i] = logFactorial[i - 1] + Math.log(i);
        }
        double sum = 0;
        for (int m = 0; m <= n; m++) {
            double logP =
                    logFactorial[n]
                            - logFactorial[n - m]
                            + m * Math.log(discordant / 2)
                            + (n - m) * Math.log1p(-discordant);
            for (int a = thresholds[m]; a <= m; a++) {
                sum += Math.exp(logP - logFactorial[a] - logFactorial[m - a]);
            }
        }
        return sum;
    }

    private static CellTable alone(long n, long student, long supervisor) {
        long[] cells = new long[16];
        cells[0b0100] = student;
        cells[0b1000] = supervisor;
        cells[0b1101] = n - student - supervisor;
        return CellTable.of(cells);
    }
}
