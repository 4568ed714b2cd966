package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScoreMixtureTest {
    private static final int BINS = 4;
    private static final int CELLS = ScoreMixture.cells(2, BINS);
    // P(bin | truth) of two models, P(label | truth), P(truth = 1)
    private static final double[][] FIRST = {{.5, .3, .15, .05}, {.05, .1, .25, .6}};
    private static final double[][] SECOND = {{.6, .2, .1, .1}, {.1, .2, .2, .5}};
    private static final double[][] LABEL = {{.9, .1}, {.3, .7}};
    private static final double PRIOR = .4;

    @Test
    void exactCountsGiveTheMixtureTheyComeFrom() {
        long[] without = new long[CELLS];
        for (int y = 0; y < 2; y++) {
            for (int label = 0; label < 2; label++) {
                for (int a = 0; a < BINS; a++) {
                    for (int b = 0; b < BINS; b++) {
                        double p = LABEL[y][label] * FIRST[y][a] * SECOND[y][b];
                        without[ScoreMixture.cell(BINS, label, a, b)] +=
                                Math.round(1e9 * p * (y == 1 ? PRIOR : 1 - PRIOR));
                    }
                }
            }
        }
        ScoreMixture found = requireNonNull(ScoreMixture.of(2, BINS, without, new long[2][CELLS]));
        assertEquals(PRIOR, found.prior(), 1e-4);
        assertEquals(.3, found.missed(), 1e-4);
        assertEquals(.1, found.falseAlarm(), 1e-4);
        assertEquals(.4 * .3 + .6 * .1, found.noiseRate(), 1e-4);
    }

    @Test
    void withTruthOnAllItIsTheObservedRate() {
        SplittableRandom random = new SplittableRandom(1);
        long[][] with = new long[2][CELLS];
        for (int i = 0; i < 1_000; i++) {
            with[random.nextInt(2)][random.nextInt(CELLS)] += random.nextInt(3);
        }
        with[0][0] += 500; // label 0
        with[1][CELLS - 1] += 500; // label 1
        long[] byTruth = new long[2];
        long[] wrong = new long[2];
        for (int y = 0; y < 2; y++) {
            for (int cell = 0; cell < CELLS; cell++) {
                byTruth[y] += with[y][cell];
                wrong[y] += cell / (BINS * BINS) == y ? 0 : with[y][cell];
            }
        }
        double n = byTruth[0] + byTruth[1];
        ScoreMixture found = requireNonNull(ScoreMixture.of(2, BINS, new long[CELLS], with));
        assertEquals((wrong[0] + wrong[1]) / n, found.noiseRate(), 1e-12);
        assertEquals((double) wrong[1] / byTruth[1], found.missed(), 1e-12);
        assertEquals((double) wrong[0] / byTruth[0], found.falseAlarm(), 1e-12);
        assertEquals(byTruth[1] / n, found.prior(), 1e-12);
    }

    @Test
    void errorIsSmallWhereScoresAreIndependentGivenTheClass() {
        for (double share : new double[] {0, .02, .1}) {
            double[] result = simulate(share, 0);
            System.out.printf(
                    "independent, truth on %.2f: mean absolute error %.3f, bias %.3f, undefined"
                            + " %.0f%n",
                    share, result[0], result[1], result[2]);
            assertTrue(result[0] <= .02, "mean absolute error " + result[0]);
        }
    }

    @Test
    void aModelThatRepeatsTheLabelsErrorsMakesThemAppearFewer() {
        for (double share : new double[] {0, .02, .1}) {
            double[] result = simulate(share, .4);
            System.out.printf(
                    "first model repeats .4 of the labels, truth on %.2f: mean absolute error %.3f,"
                            + " bias %.3f, undefined %.0f%n",
                    share, result[0], result[1], result[2]);
            assertTrue(result[1] < -.03, "bias " + result[1]);
        }
    }

    /**
     * 100 streams of 3,000 examples.
     *
     * @param copied share of the examples on which the first model is sure of the label
     * @return mean absolute error, bias, undefined runs
     */
    private static double[] simulate(double share, double copied) {
        SplittableRandom random = new SplittableRandom(6);
        double[] result = new double[3];
        for (int run = 0; run < 100; run++) {
            long[] without = new long[CELLS];
            long[][] with = new long[2][CELLS];
            for (int i = 0; i < 3_000; i++) {
                int y = random.nextDouble() < PRIOR ? 1 : 0;
                int label = draw(LABEL[y], random);
                int first = draw(FIRST[y], random);
                if (random.nextDouble() < copied) {
                    first = label * (BINS - 1);
                }
                int cell = ScoreMixture.cell(BINS, label, first, draw(SECOND[y], random));
                if (random.nextDouble() < share) {
                    with[y][cell]++;
                } else {
                    without[cell]++;
                }
            }
            ScoreMixture found = ScoreMixture.of(2, BINS, without, with);
            if (found == null) {
                result[2]++;
            } else {
                result[0] += Math.abs(found.noiseRate() - .18) / 100;
                result[1] += (found.noiseRate() - .18) / 100;
            }
        }
        return result;
    }

    private static int draw(double[] p, SplittableRandom random) {
        double u = random.nextDouble();
        int k = 0;
        while (k < p.length - 1 && u >= p[k]) {
            u -= p[k];
            k++;
        }
        return k;
    }

    @Test
    void undefinedWithoutExamplesModelsOrALabelBetterThanChance() {
        assertNull(ScoreMixture.of(2, BINS, new long[CELLS], new long[2][CELLS]));
        int cells = ScoreMixture.cells(1, 2);
        long[] without = new long[cells];
        without[0] = 100;
        assertNull(ScoreMixture.of(1, 2, without, new long[2][cells]));
        long[][] with = new long[2][CELLS]; // the label is always wrong
        with[0][CELLS - 1] = 100;
        with[1][0] = 100;
        assertNull(ScoreMixture.of(2, BINS, new long[CELLS], with));
        assertThrows(
                IllegalArgumentException.class,
                () -> ScoreMixture.of(2, BINS, new long[3], new long[2][CELLS]));
    }

    @Test
    void binsCoverAllScores() {
        assertEquals(0, ScoreMixture.bin(0, 5));
        assertEquals(2, ScoreMixture.bin(.5, 5));
        assertEquals(4, ScoreMixture.bin(1, 5));
        assertEquals(32, CELLS);
        assertEquals(CELLS - 1, ScoreMixture.cell(BINS, 1, BINS - 1, BINS - 1));
    }
}
