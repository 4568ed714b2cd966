package dev.belay.aggregators.statistics.change;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Examples from a change to its alarm, at the run length of one of a thousand detectors. */
class DetectionDelayTest {
    private static final double RUN_LENGTH = 3e8;
    private static final int BASELINE = 2000;
    private static final int NEVER = 1_000_000;
    private static final int RUNS = 1000;

    @Test
    void aRateThatDoublesIsDetectedWithinAThousandExamples() {
        assertTrue(within(1000, jump(.1, .2, 1)) >= .9 * RUNS);
        assertTrue(within(1000, jump(.1, .2, 20)) >= .9 * RUNS);
        // only after a fourth batch
        assertTrue(within(1200, jump(.1, .2, 300)) >= .9 * RUNS);
    }

    @Test
    void largerChangesAreDetectedSooner() {
        assertTrue(within(400, jump(.1, .3, 20)) >= .9 * RUNS);
        assertTrue(within(400, jump(.3, .1, 20)) >= .9 * RUNS);
        assertTrue(within(700, jump(.05, .15, 20)) >= .9 * RUNS);
        jump(.5, .6, 20);
    }

    /** A slice's detector has eight times the run length of one of the whole stream. */
    @Test
    void aChangeInASliceIsDetectedWithASixthMoreOfItsExamples() {
        int[] whole = jump(.1, .2, 20);
        int[] slice = delays("slice, .1 to .2", 20, n -> n < 0 ? .1 : .2, 8 * RUN_LENGTH);
        assertTrue(slice[RUNS / 2] <= 1.2 * whole[RUNS / 2]);
        assertTrue(within(1100, slice) >= .9 * RUNS);
    }

    @Test
    void aSlowDriftIsDetected() {
        // from .1 to .2 over 5,000 examples, then .2
        int[] delays =
                delays("drift .1 to .2", 20, n -> .1 + .1 * Math.min(1, Math.max(0, n) / 5000.));

        assertTrue(within(6000, delays) >= .9 * RUNS);
    }

    private static int[] jump(double before, double after, int batch) {
        return delays(before + " to " + after, batch, n -> n < 0 ? before : after);
    }

    /**
     * Sorted delays.
     *
     * @param rate by the number of the example, 0 the first after the baseline
     */
    private static int[] delays(String name, int batch, IntToDoubleFunction rate) {
        return delays(name, batch, rate, RUN_LENGTH);
    }

    private static int[] delays(
            String name, int batch, IntToDoubleFunction rate, double runLength) {
        int[] delays = new int[RUNS];
        Arrays.fill(delays, NEVER);
        for (int run = 0; run < RUNS; run++) {
            Draws draws = new Draws(run);
            ChangeDetector detector = new ChangeDetector(2, runLength);
            for (int n = -BASELINE / batch * batch; n < 10_000; n += batch) {
                double[] shares = Draws.rate(rate.applyAsDouble(n));
                if (detector.add(draws.batch(shares, batch), n, n) != null) {
                    assertTrue(n >= 0, name + ": false alarm");
                    delays[run] = n + batch;
                    break;
                }
            }
        }
        Arrays.sort(delays);
        System.out.printf(
                Locale.ROOT,
                "%s, batches of %d: median %d, 90%% %d, most %d; within 1000: %.3f%n",
                name,
                batch,
                delays[RUNS / 2],
                delays[RUNS * 9 / 10 - 1],
                delays[RUNS - 1],
                (double) within(1000, delays) / RUNS);
        return delays;
    }

    private static int within(int examples, int[] delays) {
        return (int) Arrays.stream(delays).filter(delay -> delay <= examples).count();
    }
}
