package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MeanIntervalTest {
    private static final int TRIALS = 4000;

    @Test
    void quantilesAreThoseOfStudentsDistribution() {
        // from published tables
        assertEquals(2.04523, MeanInterval.t(29), 1e-5);
        assertEquals(2.00958, MeanInterval.t(49), 1e-5);
        assertEquals(1.98422, MeanInterval.t(99), 1e-5);
        assertEquals(1.95996, MeanInterval.t(10_000_000), 1e-5);
    }

    @Test
    void limitsFollowFromTheExamples() {
        // Given
        Random random = new Random(3);
        int n = 30;
        PairCounter counter = new PairCounter(2);
        double[] gains = new double[n];
        double[] losses = new double[n];
        for (int i = 0; i < n; i++) {
            float w = random.nextFloat();
            float s = random.nextFloat();
            pair(counter, i % 2, w, s);
            double ofW = i % 2 == 0 ? w : 1 - w;
            double ofS = i % 2 == 0 ? s : 1 - s;
            gains[i] = 2 * (1 - ofW) * (1 - ofW) - 2 * (1 - ofS) * (1 - ofS);
            losses[i] = -Math.log(ofS);
        }
        // When
        Measure gain = requireNonNull(MeanInterval.brierGain(counter.table()));
        Measure loss = requireNonNull(MeanInterval.logLoss(counter.table(), Side.STUDENT));
        // Then
        double half = 2.04523 * error(gains);
        assertEquals(mean(gains), gain.value(), 1e-6);
        assertEquals(mean(gains) - half, gain.low(), 1e-5);
        assertEquals(mean(gains) + half, gain.high(), 1e-5);
        assertEquals(n, gain.n());
        double factor = Math.exp(2.04523 * error(losses) / mean(losses));
        assertEquals(mean(losses), loss.value(), 1e-6);
        assertEquals(mean(losses) / factor, loss.low(), 1e-5);
        assertEquals(mean(losses) * factor, loss.high(), 1e-5);
    }

    @Test
    void fewExamplesAndEqualOnesHaveNoInterval() {
        PairCounter counter = new PairCounter(2);
        for (int i = 0; i < MeanInterval.LEAST - 1; i++) {
            pair(counter, 0, .5f + .01f * i, .9f);
        }
        assertNull(MeanInterval.brierGain(counter.table()));
        pair(counter, 0, .5f, .9f);
        assertTrue(requireNonNull(MeanInterval.brierGain(counter.table())).low() > 0);
        // the student says the same of all
        assertNull(MeanInterval.logLoss(counter.table(), Side.STUDENT));
        assertNull(MeanInterval.brierGain(PairTable.empty(2)));
    }

    @Test
    void calibratedModelsAreCovered() {
        assertCovered("calibrated", 1.5, 0, 1, .935);
    }

    @Test
    void overconfidentModelsAreCovered() {
        assertCovered("overconfident", 1.5, 0, 3, .93);
    }

    @Test
    void confidentModelsOfWhichFewExamplesDecideAreCoveredLess() {
        assertCovered("confident", 2, 4, 1, .90);
    }

    /**
     * Share of intervals that hold the mean, which is that of a million draws.
     *
     * @param spread standard deviation of the log-odds of class 0 being right
     * @param sharpness the student's log-odds are so many times the right ones
     */
    private static void assertCovered(
            String name, double spread, double centre, double sharpness, double least) {
        Random random = new Random(5);
        double logLoss = 0;
        double brierGain = 0;
        int draws = 1_000_000;
        for (int i = 0; i < draws; i++) {
            Draw draw = Draw.of(random, spread, centre, sharpness);
            logLoss -= Math.log(Math.max(1e-7, draw.s)) / draws;
            brierGain += 2 * (Math.pow(1 - draw.w, 2) - Math.pow(1 - draw.s, 2)) / draws;
        }
        for (int n : new int[] {200, 1000}) {
            int losses = 0;
            int gains = 0;
            int trials = n == 200 ? TRIALS : TRIALS / 4;
            for (int trial = 0; trial < trials; trial++) {
                PairCounter counter = new PairCounter(2);
                for (int i = 0; i < n; i++) {
                    Draw draw = Draw.of(random, spread, centre, sharpness);
                    pair(counter, 0, draw.w, draw.s);
                }
                PairTable table = counter.table();
                losses += covers(MeanInterval.logLoss(table, Side.STUDENT), logLoss);
                gains += covers(MeanInterval.brierGain(table), brierGain);
            }
            double loss = losses / (double) trials;
            double gain = gains / (double) trials;
            String found =
                    String.format(
                            Locale.ROOT,
                            "%s, n = %d: log loss %.3f, Brier gain %.3f",
                            name,
                            n,
                            loss,
                            gain);
            System.out.println(found);
            assertTrue(loss >= least && loss < .975, found);
            assertTrue(gain >= Math.min(least, .93) && gain < .975, found);
        }
    }

    /** What both give to the class that is right. */
    private record Draw(float w, float s) {
        static Draw of(Random random, double spread, double centre, double sharpness) {
            double odds = centre + spread * random.nextGaussian();
            // the class that is more likely is right so often; of a far centre always class 0
            boolean right = centre > 0 || random.nextDouble() < sigmoid(odds);
            double sign = right ? 1 : -1;
            double blurred = odds / 2 + random.nextGaussian();
            return new Draw(
                    (float) sigmoid(sign * blurred), (float) sigmoid(sign * sharpness * odds));
        }

        private static double sigmoid(double x) {
            return 1 / (1 + Math.exp(-x));
        }
    }

    private static void pair(PairCounter counter, int truth, float w, float s) {
        float[] ofW = {w, 1 - w};
        float[] ofS = {s, 1 - s};
        counter.pair(truth, ofW, 0, w < .5f ? 1 : 0, ofS, 0, s < .5f ? 1 : 0, 1);
    }

    private static int covers(@Nullable Measure interval, double value) {
        return interval != null && interval.low() <= value && value <= interval.high() ? 1 : 0;
    }

    private static double mean(double[] x) {
        double sum = 0;
        for (double value : x) {
            sum += value;
        }
        return sum / x.length;
    }

    /** Standard error of the mean. */
    private static double error(double[] x) {
        double squares = 0;
        for (double value : x) {
            squares += (value - mean(x)) * (value - mean(x));
        }
        return Math.sqrt(squares / (x.length - 1) / x.length);
    }
}
