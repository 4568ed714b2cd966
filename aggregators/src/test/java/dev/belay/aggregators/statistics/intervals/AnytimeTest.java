package dev.belay.aggregators.statistics.intervals;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.intervals.Anytime.Models;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AnytimeTest {

    @Test
    void radiusIsWhereTheMixtureReachesItsGoal() {
        for (double squares : new double[] {0, 1, 40, 2_000, 1e6, 1e9}) {
            double radius = ConfidenceSequence.radius(squares, 0.025);

            double sum = 0;
            double weights = 0;
            for (int k = 0; k < 25; k++) {
                double lambda = 0.95 / Math.pow(Math.sqrt(2), k);
                double psi = -Math.log(1 - lambda) - lambda;
                double weight = logNormalDensity(Math.log(lambda), Math.log(0.06), 1.25);
                weights += weight;
                sum += weight * Math.exp(lambda * radius - psi * squares);
            }
            assertEquals(40, sum / weights, 1e-3 * 40, "V " + squares);
        }
    }

    @Test
    void weightsAreAMixtureOfLambdasBelowOne() {
        double sum = 0;
        for (int k = 0; k < ConfidenceSequence.LAMBDAS.length; k++) {
            double lambda = ConfidenceSequence.LAMBDAS[k];
            double weight = Math.exp(ConfidenceSequence.LOG_WEIGHTS[k]);
            assertTrue(lambda > 0 && lambda < 1 && weight > 0, lambda + ": " + weight);
            sum += weight;
        }
        assertEquals(1, sum, 1e-12); // more than 1 would spend more than alpha
    }

    @Test
    void sequencesAreAtMostSeventeenTenthsAsWideFromTenThousandExamples() {
        for (double discordant : new double[] {.1, .2, .3, .4}) {
            for (double gain : new double[] {-.05, 0, .05}) {
                String at = "discordant " + discordant + ", gain " + gain;
                assertTrue(relativeWidth(500, discordant, gain) < 2.1, at);
                assertTrue(relativeWidth(2_000, discordant, gain) < 1.85, at);
                assertTrue(relativeWidth(10_000, discordant, gain) < 1.7, at);
                assertTrue(relativeWidth(100_000, discordant, gain) < 1.74, at);
            }
        }
    }

    @Test
    void radiusGrowsWithTheDiscordantCountAndStaysSane() {
        double before = ConfidenceSequence.radius(0, 0.025);
        assertTrue(before > 0 && before < 12, "nothing discordant: " + before);
        for (double squares = 1; squares <= 1e9; squares *= 1.5) {
            double radius = ConfidenceSequence.radius(squares, 0.025);
            assertTrue(radius > before, "V " + squares);
            // the law of the iterated logarithm asks for a factor that grows; it must not run away
            assertTrue(squares < 50 || radius < 3.1 * 1.96 * Math.sqrt(squares), "V " + squares);
            before = radius;
        }
    }

    @Test
    void limitsSeldomEverMissAMeanThatIsReadAfterEachExample() {
        SplittableRandom random = new SplittableRandom(12);
        int streams = 1000;
        int missed = 0;
        for (int stream = 0; stream < streams; stream++) {
            long sum = 0;
            long squares = 0;
            boolean ever = false;
            for (int n = 1; n <= 2000 && !ever; n++) {
                double u = random.nextDouble(); // +1 in .12, -1 in .08: mean .04
                sum += u < .12 ? 1 : u < .2 ? -1 : 0;
                squares += u < .2 ? 1 : 0;
                // the limits are wider than Wald's, so they can miss only where that does
                if (Math.abs(sum - .04 * n) > 1.96 * Math.sqrt(.2 * n)) {
                    Measure limits = ConfidenceSequence.limits(sum, squares, n, 0.05);
                    ever = limits.low() > .04 || limits.high() < .04;
                }
            }
            missed += ever ? 1 : 0;
        }
        assertTrue(missed <= 0.05 * streams, missed + " of " + streams);
    }

    @Test
    void sequencesAreAboutTwiceAsWideAsIntervalsThatMayBeReadOnce() {
        for (long n : new long[] {500, 5_000, 50_000}) {
            CellTable cells = table(n);
            Measure once = PairedMoments.of(cells).gain();
            Measure anytime = requireNonNull(Anytime.of(cells, cells, Models.FIXED)).gain();
            double ratio = (anytime.high() - anytime.low()) / (once.high() - once.low());
            assertTrue(ratio > 1.6 && ratio < 2.4, n + ": " + ratio);
        }
    }

    @Test
    void ratioOfFixedModelsIsNarrowerThanTheQuotientAndHoldsFiellers() {
        CellTable cells = table(20_000);
        Measure fieller = PairedMoments.of(cells).ratio();
        Measure fixed = requireNonNull(Anytime.of(cells, cells, Models.FIXED)).pgr();
        Measure changing = requireNonNull(Anytime.of(cells, cells, Models.CHANGING)).pgr();

        assertNotNull(fixed);
        assertNotNull(changing);
        assertTrue(fixed.low() < fieller.low() && fieller.high() < fixed.high());
        assertTrue(changing.low() < fixed.low() && fixed.high() < changing.high());
    }

    @Test
    void ratioIsUndefinedUntilTheGapIsShown() {
        CellTable cells = table(40);
        for (Models models : Models.values()) {
            assertNull(requireNonNull(Anytime.of(cells, cells, models)).pgr());
        }
        assertNull(Anytime.of(CellTable.EMPTY, null, Models.FIXED));
        assertNull(requireNonNull(Anytime.of(cells, null, Models.FIXED)).gap());
    }

    @Test
    void aStudentThatIsNoBetterIsSeldomEverCalledBetter() {
        // equally good all the time, but how often they differ drifts; looked at after each example
        SplittableRandom random = new SplittableRandom(6);
        int streams = 2000;
        int called = 0;
        for (int stream = 0; stream < streams; stream++) {
            long alone = 0;
            long differ = 0;
            boolean ever = false;
            for (int i = 0; i < 1000 && !ever; i++) {
                double discordant = 0.1 + 0.4 * i / 1000;
                if (random.nextDouble() < discordant) {
                    differ++;
                    alone += random.nextInt(2);
                }
                ever = Anytime.logEvidence(moments(i + 1, alone, differ - alone)) >= Math.log(20);
            }
            called += ever ? 1 : 0;
        }
        assertTrue(called <= 0.05 * streams, called + " of " + streams);
        assertTrue(called > 0);
    }

    @Test
    void aBetterStudentIsSoonCalledBetter() {
        // 24 examples alone to 5: p .0003 by the sign test
        assertTrue(Anytime.logEvidence(moments(200, 24, 5)) > Math.log(20));
        assertTrue(Anytime.logEvidence(moments(200, 5, 24)) < 0);
        assertEquals(0, Anytime.logEvidence(moments(200, 0, 0)), 1e-12);
    }

    private static double logNormalDensity(double x, double mean, double sigma) {
        return Math.exp(-Math.pow((x - mean) / sigma, 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));
    }

    /** Width of the sequence at 95 % over that of the plain Wald interval, from their formulas. */
    private static double relativeWidth(long n, double discordant, double gain) {
        double wald = 1.96 * Math.sqrt((discordant - gain * gain) / n);
        return ConfidenceSequence.radius(discordant * n, 0.025) / n / wald;
    }

    private static PairedMoments moments(long n, long studentAlone, long supervisorAlone) {
        return new PairedMoments(
                n, studentAlone - supervisorAlone, 0, studentAlone + supervisorAlone, 0, 0);
    }

    /** Supervisor .65, student .73, ceiling .85. */
    private static CellTable table(long n) {
        long[] cells = new long[16];
        cells[0b1111] = n * 56 / 100;
        cells[0b1010] = n * 6 / 100;
        cells[0b1000] = n * 3 / 100;
        cells[0b0110] = n * 15 / 100;
        cells[0b0100] = n * 2 / 100;
        cells[0b0011] = n * 8 / 100;
        cells[0b0001] = n * 10 / 100;
        return CellTable.of(cells);
    }
}
