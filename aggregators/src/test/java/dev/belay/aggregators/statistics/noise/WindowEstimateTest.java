package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.aggregators.statistics.noise.PredictionPowered.Counts;
import dev.belay.aggregators.statistics.noise.PredictionPowered.Estimator;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WindowEstimateTest {
    private static final int WINDOW = 2_000;
    private static final int WINDOWS = 3_000;

    @Test
    void countsGiveBothEstimatesAndWhetherTheInjectedShareIsIn() {
        WindowEstimate found =
                WindowEstimate.of(10, 20, new Counts(500, 100, 130, 95, 1_500, 390), .2);
        assertEquals(2_000, found.examples());
        assertEquals(Rate.of(100, 500), found.truth());
        assertEquals(
                PredictionPowered.of(new Counts(500, 100, 130, 95, 1_500, 390)), found.powered());
        assertEquals(true, found.covers());
        assertEquals(
                false,
                WindowEstimate.of(10, 20, new Counts(500, 100, 130, 95, 1_500, 390), .3).covers());
    }

    @Test
    void withoutTruthThereIsNoEstimateAndFewErrorsUseTruthOnly() {
        WindowEstimate none = WindowEstimate.of(0, 1, new Counts(0, 0, 0, 0, 50, 9), .1);
        assertNull(none.truth());
        assertNull(none.powered());
        assertNull(none.covers());
        assertNull(WindowEstimate.of(0, 1, new Counts(9, 1, 1, 1, 9, 1), null).covers());
        assertEquals(
                Estimator.TRUTH_ONLY,
                requireNonNull(
                                WindowEstimate.of(0, 1, new Counts(90, 24, 20, 19, 900, 200), null)
                                        .powered())
                        .estimator());
    }

    /**
     * A stream whose noise falls and rises while its ceiling learns: each window's interval is
     * about the share that noise has changed in it, which is a draw itself. Truth on a tenth.
     */
    @Test
    void windowsOfAChangingStreamCoverTheirOwnShare() {
        SplittableRandom random = new SplittableRandom(0);
        int covered = 0;
        int coveredRate = 0;
        double width = 0;
        for (int w = 0; w < WINDOWS; w++) {
            double rate = .2 + .1 * Math.sin(w / 20.);
            double ceiling = .05 + .15 / (1 + w % 50);
            long[] sums = new long[6];
            long changed = 0;
            for (int i = 0; i < WINDOW; i++) {
                int wrong = random.nextDouble() < rate ? 1 : 0;
                int differ = random.nextDouble() < ceiling ? 1 - wrong : wrong; // of two classes
                changed += wrong;
                if (random.nextDouble() < .1) {
                    sums[0]++;
                    sums[1] += wrong;
                    sums[2] += differ;
                    sums[3] += wrong & differ;
                } else {
                    sums[4]++;
                    sums[5] += differ;
                }
            }
            WindowEstimate found =
                    WindowEstimate.of(
                            w,
                            w + 1,
                            new Counts(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]),
                            (double) changed / WINDOW);
            covered += Boolean.TRUE.equals(found.covers()) ? 1 : 0;
            PredictionPowered powered = requireNonNull(found.powered());
            coveredRate += Draws.holds(powered.rate(), rate) ? 1 : 0;
            width += powered.relativeWidth();
        }
        System.out.printf(
                "of %d windows %d hold the share injected, %d the rate; width %.2f%n",
                WINDOWS, covered, coveredRate, width / WINDOWS);
        assertTrue(coveredRate >= .94 * WINDOWS, "rate " + coveredRate);
        // the share among the examples of the window is nearer to the estimate than the rate is
        assertTrue(covered >= coveredRate, "share " + covered);
        assertTrue(width < .85 * WINDOWS, "width " + width);
    }
}
