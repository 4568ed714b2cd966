package dev.belay.aggregators.statistics;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.Anytime.Models;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AnytimeTest {

    @Test
    void radiusIsWhereTheMixtureReachesItsGoal() {
        for (double squares : new double[] {0, 1, 40, 2_000, 1e6, 1e9}) {
            double radius = ConfidenceSequence.radius(squares, 0.025);

            double sum = 0;
            for (double lambda : ConfidenceSequence.LAMBDAS) {
                double psi = -Math.log(1 - lambda) - lambda;
                sum +=
                        Math.exp(lambda * radius - psi * squares)
                                / ConfidenceSequence.LAMBDAS.length;
            }
            assertEquals(40, sum, 1e-3 * 40, "V " + squares);
        }
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
