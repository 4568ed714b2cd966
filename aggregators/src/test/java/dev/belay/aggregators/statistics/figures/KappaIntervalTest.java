package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KappaIntervalTest {
    private static final int TRIALS = 2000;

    @Test
    void ofTwoClassesItIsTheDeltaMethodOnTheWholeTable() {
        for (int[][] counts :
                new int[][][] {{{20, 5}, {10, 15}}, {{180, 3}, {9, 8}}, {{0, 7}, {30, 2}}}) {
            assertEquals(
                    half(counts), half(requireNonNull(KappaInterval.cohen(table(counts)))), 1e-6);
        }
    }

    @Test
    void ofMoreClassesItIsAtLeastThatAndTheSameWhereMarginsAreEven() {
        int[][] skewed = {{75, 1, 4}, {5, 4, 1}, {0, 0, 10}}; // Fleiss's psychiatric diagnoses
        int[][] even = {{20, 5, 5}, {4, 21, 5}, {6, 4, 20}};
        double found = half(requireNonNull(KappaInterval.cohen(table(skewed))));
        assertTrue(
                half(skewed) <= found && found < 1.25 * half(skewed), half(skewed) + " " + found);
        assertEquals(half(even), half(requireNonNull(KappaInterval.cohen(table(even)))), 1e-6);
    }

    @Test
    void errorConsistencyIsTheKappaOfBeingRight() {
        // 60 both right, 10 the supervisor only, 20 the student only, 10 both wrong, 4 of them
        // alike
        CellTable cells = CellTable.of(6, 4, 0, 0, 20, 0, 0, 0, 10, 0, 0, 0, 0, 60, 0, 0);
        Measure found = requireNonNull(KappaInterval.errorConsistency(cells));
        assertEquals(requireNonNull(Kappa.errorConsistency(cells)), found.value());
        assertEquals(half(new int[][] {{10, 20}, {10, 60}}), half(found), 1e-6);
        assertNull(KappaInterval.errorConsistency(CellTable.EMPTY));
    }

    @Test
    void agreementInAllOfFewExamplesIsNotCertainty() {
        Measure found = requireNonNull(KappaInterval.cohen(table(new int[][] {{10, 0}, {0, 10}})));
        assertEquals(1, found.value());
        assertEquals(1, found.high());
        assertTrue(found.low() < .85, found::toString);
        assertNull(KappaInterval.cohen(PairTable.empty(3)));
    }

    @Test
    void coverageIsNearItsLevel() {
        Random random = new Random(7);
        for (int classes : new int[] {2, 4, 10}) {
            for (double agreement : new double[] {.5, .8, .95}) {
                for (int n : new int[] {100, 500}) {
                    double covered = coverage(random, classes, agreement, n);
                    String found =
                            String.format(
                                    Locale.ROOT,
                                    "K = %d, agreement %.2f, n = %d: %.3f",
                                    classes,
                                    agreement,
                                    n,
                                    covered);
                    System.out.println(found);
                    assertTrue(covered >= .93 && covered <= .998, found);
                }
            }
        }
    }

    /**
     * Two that say the same with this probability, and else each by itself; class 0 is frequent.
     */
    private static double coverage(Random random, int classes, double agreement, int n) {
        double[] w = new double[classes];
        double[] s = new double[classes];
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            w[k] = Math.exp(-1.5 * k / (classes - 1));
            sum += w[k];
        }
        double[][] joint = new double[classes][classes];
        for (int k = 0; k < classes; k++) {
            w[k] /= sum;
            s[k] = .7 * w[k] + .3 / classes;
        }
        for (int i = 0; i < classes; i++) {
            for (int j = 0; j < classes; j++) {
                joint[i][j] = w[i] * ((i == j ? agreement : 0) + (1 - agreement) * s[j]);
            }
        }
        double truth = kappa(joint);
        int covered = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            PairCounter counter = new PairCounter(classes);
            float[] any = new float[classes];
            for (int i = 0; i < n; i++) {
                int ofW = draw(random, w);
                int ofS = random.nextDouble() < agreement ? ofW : draw(random, s);
                counter.pair(0, any, 0, ofW, any, 0, ofS, 1);
            }
            Measure found = requireNonNull(KappaInterval.cohen(counter.table()));
            covered += found.low() <= truth && truth <= found.high() ? 1 : 0;
        }
        return covered / (double) TRIALS;
    }

    private static int draw(Random random, double[] shares) {
        double rest = random.nextDouble();
        int k = 0;
        while (k < shares.length - 1 && rest >= shares[k]) {
            rest -= shares[k++];
        }
        return k;
    }

    private static PairTable table(int[][] counts) {
        PairCounter counter = new PairCounter(counts.length);
        float[] any = new float[counts.length];
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                for (int c = 0; c < counts[i][j]; c++) {
                    counter.pair(0, any, 0, i, any, 0, j, 1);
                }
            }
        }
        return counter.table();
    }

    /** Half the width, from the limit that is not cut off at 1 or −1. */
    private static double half(Measure found) {
        return found.high() - (found.low() + found.high()) / 2;
    }

    /**
     * z standard errors by the delta method, the derivatives by difference quotients, after two
     * made-up examples.
     */
    private static double half(int[][] counts) {
        int classes = counts.length;
        double n = 2;
        double[][] p = new double[classes][classes];
        for (int[] row : counts) {
            for (int count : row) {
                n += count;
            }
        }
        for (int i = 0; i < classes; i++) {
            for (int j = 0; j < classes; j++) {
                double added = i == j ? 1.0 / classes : 1.0 / (classes * (classes - 1));
                p[i][j] = (counts[i][j] + added) / n;
            }
        }
        double mean = 0;
        double square = 0;
        double step = 1e-6;
        for (int i = 0; i < classes; i++) {
            for (int j = 0; j < classes; j++) {
                double here = p[i][j];
                p[i][j] = here + step;
                double above = kappa(p);
                p[i][j] = here - step;
                double slope = (above - kappa(p)) / (2 * step);
                p[i][j] = here;
                mean += here * slope;
                square += here * slope * slope;
            }
        }
        return 1.959964 * Math.sqrt((square - mean * mean) / n);
    }

    private static double kappa(double[][] p) {
        double observed = 0;
        double expected = 0;
        double all = 0;
        for (int i = 0; i < p.length; i++) {
            double row = 0;
            double column = 0;
            for (int j = 0; j < p.length; j++) {
                row += p[i][j];
                column += p[j][i];
            }
            observed += p[i][i];
            expected += row * column;
            all += row;
        }
        return (observed / all - expected / all / all) / (1 - expected / all / all);
    }
}
