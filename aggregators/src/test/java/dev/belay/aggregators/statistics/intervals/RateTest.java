package dev.belay.aggregators.statistics.intervals;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RateTest {

    @Test
    void clopperPearsonGivesThePublishedLimits() {
        // 15 of 148 and 0 of 20, 1 of 29: Newcombe, Statistics in Medicine 17 (1998) 857, table I
        assertLimits(0.0578, 0.1617, Rate.of(15, 148));
        assertLimits(0.0000, 0.1684, Rate.of(0, 20));
        assertLimits(0.0009, 0.1776, Rate.of(1, 29));
    }

    @Test
    void wilsonGivesThePublishedLimits() {
        // 81 of 263, 15 of 148: the same table, method 3
        assertLimits(0.2553, 0.3662, Rate.of(81, 263));
        assertLimits(0.0624, 0.1605, Rate.wilson(15 / 148., 15, 148, 148));
    }

    @Test
    void exactIntervalHasTheTailsItPromises() {
        for (int n : new int[] {1, 2, 7, 50, 199}) {
            for (int k = 0; k <= n; k += Math.max(1, n / 7)) {
                Measure rate = requireNonNull(Rate.of(k, n));
                if (k < n) {
                    assertEquals(0.025, Rate.atMost(k, n, rate.high()), 1e-9);
                }
                if (k > 0) {
                    assertEquals(0.975, Rate.atMost(k - 1, n, rate.low()), 1e-9);
                }
            }
        }
    }

    @Test
    void limitsAreMirroredBetweenSuccessAndFailure() {
        for (long n : new long[] {50, 200, 5_000}) {
            Measure rate = requireNonNull(Rate.of(n / 5, n));
            Measure mirrored = requireNonNull(Rate.of(n - n / 5, n));
            assertEquals(1 - rate.low(), mirrored.high(), 1e-12);
            assertEquals(1 - rate.high(), mirrored.low(), 1e-12);
        }
    }

    @Test
    void allAndNothingStayWithinZeroAndOne() {
        for (long n : new long[] {1, 199, 200, 1_000_000_000_000L}) {
            assertEquals(0, requireNonNull(Rate.of(0, n)).low());
            assertEquals(1, requireNonNull(Rate.of(n, n)).high());
            assertTrue(requireNonNull(Rate.of(n, n)).low() > 0);
        }
    }

    @Test
    void noExamplesGiveNoRate() {
        assertNull(Rate.of(0, 0));
        assertThrows(IllegalArgumentException.class, () -> Rate.of(2, 1));
    }

    private static void assertLimits(
            double low, double high, @org.jspecify.annotations.Nullable Measure rate) {
        Measure measure = requireNonNull(rate);
        assertEquals(low, measure.low(), 5e-5);
        assertEquals(high, measure.high(), 5e-5);
    }
}
