package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NoiseRateTest {

    @Test
    void fixedSampleLimitsSolveWilsonsEquation() {
        for (long n : new long[] {200, 1_000, 50_000}) {
            for (long wrong = n / 20; wrong < n; wrong += n / 7) {
                Measure rate = of(wrong, n).rate();
                for (double p : new double[] {rate.low(), rate.high()}) {
                    double distance = Math.abs((double) wrong / n - p);
                    assertEquals(1.959964 * Math.sqrt(p * (1 - p) / n), distance, 1e-6);
                }
            }
        }
    }

    @Test
    void anytimeLimitsAreWhereTheMixtureReachesTwiceTwenty() {
        for (long n : new long[] {500, 20_000}) {
            for (double share : new double[] {.05, .2, .5}) {
                long wrong = Math.round(share * n);
                Measure anytime = of(wrong, n).anytime();
                assertEquals(
                        40, mixture((anytime.high() - anytime.value()) * n, (double) wrong), .05);
                if (anytime.low() > 0) {
                    assertEquals(
                            40,
                            mixture((anytime.value() - anytime.low()) * n, (double) wrong),
                            .05);
                }
            }
        }
    }

    /** Σ_k w_k·exp(λ_k·r − ψ(λ_k)·V), log-normal weights, from the definition. */
    private static double mixture(double radius, double squares) {
        double sum = 0;
        double weights = 0;
        for (int k = 0; k < 25; k++) {
            double lambda = .95 / Math.pow(Math.sqrt(2), k);
            double deviation = Math.log(lambda / .06) / 1.25;
            double weight = Math.exp(-deviation * deviation / 2);
            weights += weight;
            sum += weight * Math.exp(lambda * radius + (Math.log(1 - lambda) + lambda) * squares);
        }
        return sum / weights;
    }

    @Test
    void anytimeLimitsSeldomEverMissARateThatIsReadAfterEveryExample() {
        SplittableRandom random = new SplittableRandom(8);
        for (double rate : new double[] {.05, .3}) {
            int missed = 0;
            for (int stream = 0; stream < 120; stream++) {
                long wrong = 0;
                boolean ever = false;
                for (int n = 1; n <= 600 && !ever; n++) {
                    wrong += random.nextDouble() < rate ? 1 : 0;
                    // the limits are wider, so they can miss only here
                    if (Math.abs(wrong - rate * n) > 1.96 * Math.sqrt(rate * (1 - rate) * n)) {
                        ever = !Draws.holds(of(wrong, n).anytime(), rate);
                    }
                }
                missed += ever ? 1 : 0;
            }
            assertTrue(missed <= .05 * 120, rate + ": " + missed);
        }
    }

    @Test
    void anytimeLimitsAreAboutTwiceAsWide() {
        for (double share : new double[] {.05, .1, .2, .3, .4}) {
            NoiseRate found = of(Math.round(10_000 * share), 10_000);
            double ratio =
                    (found.anytime().high() - found.anytime().low())
                            / (found.rate().high() - found.rate().low());
            System.out.printf("rate %.2f: anytime-valid %.2f times as wide%n", share, ratio);
            assertTrue(ratio > 1.5 && ratio < 2.4, share + ": " + ratio);
        }
    }

    @Test
    void noneAllAndNothing() {
        assertNull(NoiseRate.of(0, 0));
        for (long n : new long[] {1, 10, 1_000}) {
            assertEquals(0, of(0, n).rate().low());
            assertEquals(0, of(0, n).anytime().low());
            assertEquals(1, of(n, n).rate().high());
            assertEquals(1, of(n, n).anytime().high());
            assertEquals(1, of(n, n).anytime().value());
            assertEquals(n, of(n, n).anytime().n());
        }
        assertThrows(IllegalArgumentException.class, () -> NoiseRate.of(2, 1));
        assertThrows(IllegalArgumentException.class, () -> NoiseRate.of(-1, 1));
    }

    private static NoiseRate of(long wrong, long n) {
        return requireNonNull(NoiseRate.of(wrong, n));
    }
}
