package dev.belay.cli.report.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.schemas.events.Estimate;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LossSinceBestTest {
    private static final int N = 500;

    @Test
    void theEarliestOfTheBestCheckpointsIsComparedWithTheLast() {
        // When
        LossSinceBest found =
                of(
                        Map.of(
                                100L, estimate(.6, .02),
                                200L, estimate(.8, .02),
                                300L, estimate(.8, .02),
                                400L, estimate(.7, .02)));
        // Then: three checkpoints before the last one, so z(.025 / 3) = 2.39398
        assertEquals(200, found.seen());
        assertEquals(.8, found.accuracy());
        assertEquals(.1, found.loss().value(), 1e-12);
        double half = 2.39398 * Math.sqrt(.02 * .02 + .02 * .02);
        assertEquals(.1 - half, found.loss().low(), 1e-6);
        assertEquals(.1 + half, found.loss().high(), 1e-6);
        assertTrue(found.isShown());
    }

    @Test
    void aStudentAtItsBestHasLostNothing() {
        LossSinceBest found = of(Map.of(1L, estimate(.6, .02), 2L, estimate(.7, .02)));
        assertEquals(new Measure(0, 0, 0, N), found.loss());
        assertFalse(found.isShown());
        assertNull(LossSinceBest.of(Map.of()));
    }

    @Test
    void withoutIntervalsNoLossIsShown() {
        LossSinceBest found =
                of(
                        Map.of(
                                1L, new Estimate(.9, null, null, (long) N),
                                2L, new Estimate(.1, null, null, (long) N)));
        assertEquals(.8, found.loss().value(), 1e-12);
        assertFalse(found.isShown());
    }

    /**
     * Independent checkpoints, the worst case: the interval of the one that was picked holds its
     * true loss, where one for a checkpoint named beforehand would not.
     */
    @Test
    void theIntervalAllowsForTheBestHavingBeenPicked() {
        Random random = new Random(1);
        int draws = 2_000;
        int checkpoints = 12;
        int covered = 0;
        int naive = 0;
        for (int draw = 0; draw < draws; draw++) {
            Map<Long, Estimate> bySeen = new TreeMap<>();
            for (long c = 1; c <= checkpoints; c++) {
                int right = 0;
                for (int i = 0; i < N; i++) {
                    right += random.nextDouble() < .8 ? 1 : 0;
                }
                Measure rate = Objects.requireNonNull(Rate.of(right, N));
                bySeen.put(c, new Estimate(rate.value(), rate.low(), rate.high(), rate.n()));
            }
            LossSinceBest found = of(bySeen);
            covered += found.loss().low() <= 0 && found.loss().high() >= 0 ? 1 : 0;
            double half = Measure.Z * Math.sqrt(2 * .8 * .2 / N);
            naive += found.loss().value() <= half ? 1 : 0;
        }
        System.out.printf("covered %d of %d, naively %d%n", covered, draws, naive);
        assertTrue(covered >= .95 * draws, covered + " of " + draws);
        assertTrue(naive < .92 * draws, naive + " of " + draws);
    }

    private static LossSinceBest of(Map<Long, Estimate> bySeen) {
        return Objects.requireNonNull(LossSinceBest.of(bySeen));
    }

    /** With the interval of this standard error. */
    private static Estimate estimate(double value, double error) {
        return new Estimate(value, value - Measure.Z * error, value + Measure.Z * error, (long) N);
    }
}
