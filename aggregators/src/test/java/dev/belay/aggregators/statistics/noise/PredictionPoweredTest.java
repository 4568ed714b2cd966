package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.aggregators.statistics.noise.PredictionPowered.Counts;
import dev.belay.aggregators.statistics.noise.PredictionPowered.Estimator;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PredictionPoweredTest {

    @Test
    void equalsTheEstimatorComputedFromItsDefinitionOverExamples() {
        SplittableRandom random = new SplittableRandom(3);
        for (int run = 0; run < 100; run++) {
            int n = 60 + random.nextInt(800);
            int without = 1 + random.nextInt(5_000);
            double noise = .1 + .6 * random.nextDouble();
            double[][] e = new double[n + 4][2]; // outcome, weight
            double[][] f = new double[n + 4][2];
            double[] unlabeled = new double[without];
            long wrong = 0;
            long differ = 0;
            long both = 0;
            long differWithout = 0;
            for (int i = 0; i < n; i++) {
                int one = random.nextDouble() < noise ? 1 : 0;
                int other = random.nextDouble() < .1 + .7 * one ? 1 : 0;
                e[i] = new double[] {one, 1};
                f[i] = new double[] {other, 1};
                wrong += one;
                differ += other;
                both += one & other;
            }
            for (int i = 0; i < 4; i++) {
                e[n + i] = new double[] {i < 2 ? 0 : 1, .5};
                f[n + i] = new double[] {i % 2, .5};
            }
            for (int i = 0; i < without; i++) {
                unlabeled[i] = random.nextDouble() < .1 + .7 * noise ? 1 : 0;
                differWithout += (long) unlabeled[i];
            }
            if (Math.min(wrong, n - wrong) < 25) {
                continue;
            }

            PredictionPowered found = of(n, wrong, differ, both, without, differWithout);

            double lambda = covariance(e, f) / covariance(f, f) * without / (n + 2. + without);
            double mean = mean(f);
            double pooled = (mean * (n + 2) + differWithout) / (n + 2 + without);
            double[][] rest = new double[n + 4][2];
            for (int i = 0; i < rest.length; i++) {
                rest[i] = new double[] {e[i][0] - lambda * f[i][0], e[i][1]};
            }
            double average = (double) differWithout / without;
            double centre = mean(rest) + lambda * average;
            double variance =
                    covariance(rest, rest) / (n + 2)
                            + lambda * lambda * pooled * (1 - pooled) / without;
            double half = 1.959964 * Math.sqrt(variance);
            double value = (double) wrong / n + lambda * (average - (double) differ / n);
            assertEquals(Estimator.PREDICTION_POWERED, found.estimator());
            assertEquals(lambda, found.lambda(), 1e-9);
            assertEquals(value, found.rate().value(), 1e-9);
            assertEquals(Math.max(0, centre - half), found.rate().low(), 1e-6);
            assertEquals(Math.min(1, centre + half), found.rate().high(), 1e-6);
            Measure only = requireNonNull(Rate.of(wrong, n));
            assertEquals(
                    (found.rate().high() - found.rate().low()) / (only.high() - only.low()),
                    found.relativeWidth(),
                    1e-9);
        }
    }

    @Test
    void powerTunedLambdaHasTheLeastVariance() {
        // P(e) .2, P(f) .26, P(ef) .18: 1,000 examples with truth, 9,000 without
        double found = of(1_000, 200, 260, 180, 9_000, 2_340).lambda();
        double best = 0;
        for (double lambda = 0; lambda <= 1; lambda += 1e-4) {
            best = variance(lambda) < variance(best) ? lambda : best;
        }
        assertEquals(best, found, .005); // the pseudo-examples
    }

    private static double variance(double lambda) {
        double ofE = .2 * .8;
        double ofF = .26 * .74;
        double both = .18 - .2 * .26;
        return (ofE - 2 * lambda * both + lambda * lambda * ofF) / 1_000
                + lambda * lambda * ofF / 9_000;
    }

    @Test
    void fewErrorsOrFewRightLabelsUseTruthOnlyAndExact() {
        for (long n : new long[] {60, 199, 200, 5_000, 2_000_000}) {
            for (long wrong : new long[] {0, 1, 7, 24}) {
                PredictionPowered low = of(n, wrong, wrong, wrong, 10_000, 600);
                PredictionPowered high = of(n, n - wrong, n - wrong, n - wrong, 10_000, 600);
                assertEquals(Estimator.TRUTH_ONLY, low.estimator());
                assertEquals(0, low.lambda());
                assertEquals(1, low.relativeWidth());
                assertEquals((double) wrong / n, low.rate().value());
                assertEquals(1 - low.rate().low(), high.rate().high(), 1e-12);
                assertEquals(1 - low.rate().high(), high.rate().low(), 1e-12);
                assertEquals(.025, atMost(wrong, n, low.rate().high()), 1e-6);
                if (wrong > 0) {
                    assertEquals(.975, atMost(wrong - 1, n, low.rate().low()), 1e-6);
                } else {
                    assertEquals(0, low.rate().low());
                }
                if (n < 200) { // where Rate is exact too
                    assertEquals(requireNonNull(Rate.of(wrong, n)).high(), low.rate().high(), 1e-9);
                }
            }
        }
        assertEquals(Estimator.TRUTH_ONLY, of(49, 25, 25, 25, 10_000, 600).estimator());
        assertEquals(Estimator.PREDICTION_POWERED, of(50, 25, 25, 25, 10_000, 600).estimator());
    }

    @Test
    void uselessPredictionsLeaveTruthOnly() {
        Measure only = requireNonNull(Rate.of(100, 500));
        // none without truth; always differing; independent of the errors; opposite to them
        assertEquals(only, of(500, 100, 120, 90, 0, 0).rate());
        assertEquals(only, of(500, 100, 500, 100, 5_000, 5_000).rate());
        assertEquals(only, of(500, 100, 0, 0, 5_000, 0).rate());
        assertEquals(only, of(500, 100, 125, 25, 5_000, 1_250).rate());
        assertEquals(only, of(500, 100, 200, 0, 5_000, 2_000).rate());
    }

    @Test
    void staysWithinZeroAndOneWhereTruthIsNoRandomSample() {
        PredictionPowered found = of(100, 30, 31, 30, 100_000, 0);
        assertEquals(0, found.rate().low());
        assertEquals(0, found.rate().value(), .02);
        assertEquals(1, of(100, 70, 70, 70, 100_000, 100_000).rate().high());
    }

    @Test
    void predictionsThatFollowTheTruthReachTheLeastWidth() {
        // f = e: as if all had truth
        PredictionPowered found = of(1_000, 200, 200, 200, 9_000, 1_800);
        assertEquals(Math.sqrt(.1), found.relativeWidth(), .01);
        assertEquals(.9, found.lambda(), .01);
        assertEquals(.2, found.rate().value(), 1e-12);
    }

    @Test
    void noTruthGivesNothingAndImpossibleCountsAreRefused() {
        assertNull(PredictionPowered.of(new Counts(0, 0, 0, 0, 100, 20)));
        assertThrows(IllegalArgumentException.class, () -> new Counts(10, 5, 5, 6, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Counts(10, 8, 8, 5, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Counts(10, 5, 5, 5, 3, 4));
        assertThrows(IllegalArgumentException.class, () -> new Counts(10, 5, 5, -1, 3, 3));
    }

    @Test
    void mergedCountsAreSums() {
        Counts sum = new Counts(10, 5, 4, 3, 20, 7).merge(new Counts(100, 50, 40, 30, 200, 70));
        assertEquals(new Counts(110, 55, 44, 33, 220, 77), sum);
        assertTrue(new Counts(0, 0, 0, 0, 0, 0).merge(sum).equals(sum));
    }

    private static PredictionPowered of(
            long n, long wrong, long differ, long both, long without, long differWithout) {
        return requireNonNull(
                PredictionPowered.of(new Counts(n, wrong, differ, both, without, differWithout)));
    }

    /** P(Binomial(n, p) ≤ k), by its terms. */
    private static double atMost(long k, long n, double p) {
        double sum = 0;
        for (long i = 0; i <= k; i++) {
            double log = i * Math.log(p) + (n - i) * Math.log1p(-p);
            for (long j = 1; j <= i; j++) {
                log += Math.log((double) (n - j + 1) / j);
            }
            sum += Math.exp(log);
        }
        return sum;
    }

    private static double mean(double[][] of) {
        double sum = 0;
        double total = 0;
        for (double[] one : of) {
            sum += one[0] * one[1];
            total += one[1];
        }
        return sum / total;
    }

    private static double covariance(double[][] x, double[][] y) {
        double sum = 0;
        double total = 0;
        double meanX = mean(x);
        double meanY = mean(y);
        for (int i = 0; i < x.length; i++) {
            sum += (x[i][0] - meanX) * (y[i][0] - meanY) * x[i][1];
            total += x[i][1];
        }
        return sum / total;
    }
}
