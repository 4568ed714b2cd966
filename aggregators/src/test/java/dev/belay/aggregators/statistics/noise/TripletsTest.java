package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TripletsTest {
    private static final double[] ERRORS = {.1, .2, .3};
    private static final int RUNS = 200;

    @Test
    void exactAgreementsGiveTheErrorRatesTheyComeFrom() {
        for (int classes = 2; classes <= 10; classes++) {
            for (double[] errors : new double[][] {ERRORS, {0, .05, .4}, {.1, .2, .3, .35, .15}}) {
                int sources = errors.length;
                long[][] votes = new long[sources * (sources - 1) / 2][classes * classes];
                // P(votes a and b) = Σ over the truth, from the definition of the model
                for (int j = 1; j < sources; j++) {
                    for (int i = 0; i < j; i++) {
                        for (int a = 0; a < classes; a++) {
                            for (int b = 0; b < classes; b++) {
                                double p = 0;
                                for (int t = 0; t < classes; t++) {
                                    p +=
                                            vote(a, t, errors[i], classes)
                                                    * vote(b, t, errors[j], classes)
                                                    / classes;
                                }
                                votes[Triplets.pair(i, j)][a * classes + b] = Math.round(1e9 * p);
                            }
                        }
                    }
                }
                Triplets found = Triplets.symmetric(sources, classes, votes);
                for (int i = 0; i < sources; i++) {
                    assertEquals(errors[i], requireNonNull(found.errors().get(i)), 1e-4);
                }
            }
        }
    }

    private static double vote(int a, int truth, double error, int classes) {
        return a == truth ? 1 - error : error / (classes - 1);
    }

    @Test
    void binaryGivesErrorRatesThatDifferByClass() {
        double[][] ones = {{.1, .8}, {.3, .9}, {.05, .6}}; // P(1 | truth)
        double prior = .3;
        long[][] votes = new long[3][4];
        for (int j = 1; j < 3; j++) {
            for (int i = 0; i < j; i++) {
                for (int cell = 0; cell < 4; cell++) {
                    double p = 0;
                    for (int t = 0; t < 2; t++) {
                        double a = cell / 2 == 1 ? ones[i][t] : 1 - ones[i][t];
                        double b = cell % 2 == 1 ? ones[j][t] : 1 - ones[j][t];
                        p += (t == 1 ? prior : 1 - prior) * a * b;
                    }
                    votes[Triplets.pair(i, j)][cell] = Math.round(1e9 * p);
                }
            }
        }
        List<Double> errors = Triplets.binary(3, prior, votes).errors();
        for (int i = 0; i < 3; i++) {
            double expected = (1 - prior) * ones[i][0] + prior * (1 - ones[i][1]);
            assertEquals(expected, errors.get(i), 1e-4);
        }
        // the same votes break the assumption of symmetric errors
        List<Double> symmetric = Triplets.symmetric(3, 2, votes).errors();
        System.out.println("errors .13 .24 .155, symmetric: " + symmetric);
    }

    @Test
    void meanAbsoluteErrorIsSmallWhereSourcesAreIndependent() {
        for (int classes : new int[] {2, 3, 5, 10}) {
            double[] result = simulate(classes, 0, new double[] {1, 1});
            print("independent, " + classes + " classes", result);
            assertTrue(result[0] <= .02, "mean absolute error " + result[0]);
        }
    }

    @Test
    void sourcesThatErrTogetherAreUnderestimated() {
        for (int classes : new int[] {2, 5}) {
            double[] result = simulate(classes, .3, new double[] {1, 1});
            print("sources 0 and 1 correlate .3, " + classes + " classes", result);
            assertTrue(result[1] < -.03 && result[2] < -.03, "bias " + result[1]);
        }
    }

    @Test
    void errorsThatDependOnTheClassBiasTheSymmetricEstimate() {
        double[] result = simulate(2, 0, new double[] {.2, 1.8});
        print("errors .2 and 1.8 times as frequent by class", result);
        assertTrue(result[0] > .01, "mean absolute error " + result[0]);
    }

    private static void print(String what, double[] result) {
        System.out.printf(
                "%s: mean absolute error %.3f, bias by source %.3f %.3f %.3f, undefined %.0f%n",
                what, result[0], result[1], result[2], result[3], result[4]);
    }

    /**
     * 2,000 examples; sources 0 and 1 err together with a correlation.
     *
     * @param byClass factor of the error rates for class 0, and for all others
     * @return mean absolute error, bias by source, runs that are undefined
     */
    private static double[] simulate(int classes, double correlation, double[] byClass) {
        SplittableRandom random = new SplittableRandom(5);
        double both = Draws.both(ERRORS[0], ERRORS[1], correlation);
        double[] result = new double[5];
        for (int run = 0; run < RUNS; run++) {
            long[][] votes = new long[3][classes * classes];
            for (int i = 0; i < 2_000; i++) {
                int truth = random.nextInt(classes);
                double factor = byClass[truth == 0 ? 0 : 1];
                boolean first = random.nextDouble() < factor * ERRORS[0];
                double second = first ? both / ERRORS[0] : (ERRORS[1] - both) / (1 - ERRORS[0]);
                double ofSecond = correlation == 0 ? ERRORS[1] : second;
                int[] vote = {
                    other(truth, first, classes, random),
                    other(truth, random.nextDouble() < factor * ofSecond, classes, random),
                    other(truth, random.nextDouble() < factor * ERRORS[2], classes, random)
                };
                if (correlation > 0 && first && vote[1] != truth) {
                    vote[1] = vote[0]; // the same wrong class
                }
                for (int b = 1; b < 3; b++) {
                    for (int a = 0; a < b; a++) {
                        votes[Triplets.pair(a, b)][vote[a] * classes + vote[b]]++;
                    }
                }
            }
            Triplets found = Triplets.symmetric(3, classes, votes);
            for (int i = 0; i < 3; i++) {
                Double error = found.errors().get(i);
                if (error == null) {
                    result[4]++;
                } else {
                    result[0] += Math.abs(error - ERRORS[i]) / 3 / RUNS;
                    result[1 + i] += (error - ERRORS[i]) / RUNS;
                }
            }
        }
        return result;
    }

    private static int other(int truth, boolean wrong, int classes, SplittableRandom random) {
        return wrong ? (truth + 1 + random.nextInt(classes - 1)) % classes : truth;
    }

    @Test
    void agreementAtOrBelowChanceIsUndefined() {
        List<Double> undefined = Collections.nCopies(3, null);
        long[] good = {450, 50, 50, 450};
        long[] chance = {260, 240, 240, 260};
        long[] below = {50, 450, 450, 50};
        long[] none = new long[4];
        for (long[] bad : new long[][] {chance, below, none}) {
            assertEquals(
                    undefined, Triplets.symmetric(3, 2, new long[][] {good, good, bad}).errors());
            assertEquals(
                    undefined, Triplets.binary(3, .5, new long[][] {good, good, bad}).errors());
        }
        assertEquals(0, Triplets.symmetric(3, 2, new long[][] {good, good, none}).n());
        // two sources that always vote 0 say nothing about class 1
        long[] constant = {1_000, 0, 0, 0};
        assertEquals(
                undefined,
                Triplets.binary(3, .5, new long[][] {constant, constant, constant}).errors());
    }

    @Test
    void sourcesThatNeverDifferHaveNoErrors() {
        long[] same = {500, 0, 0, 500};
        long[][] votes = {same, same, same};
        assertEquals(List.of(0., 0., 0.), Triplets.symmetric(3, 2, votes).errors());
        assertEquals(List.of(0., 0., 0.), Triplets.binary(3, .5, votes).errors());
    }

    @Test
    void pairsAreNumberedAndBadInputIsRefused() {
        assertEquals(0, Triplets.pair(0, 1));
        assertEquals(2, Triplets.pair(1, 2));
        assertEquals(5, Triplets.pair(2, 3));
        assertThrows(IllegalArgumentException.class, () -> Triplets.pair(1, 1));
        assertThrows(
                IllegalArgumentException.class, () -> Triplets.symmetric(2, 2, new long[1][4]));
        assertThrows(
                IllegalArgumentException.class, () -> Triplets.symmetric(3, 3, new long[3][4]));
        assertThrows(IllegalArgumentException.class, () -> Triplets.binary(3, 1, new long[3][4]));
    }
}
