package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Normal;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

class SignificanceTest {
    @Test
    void pIsTheShareOfOutcomesAtLeastAsUneven() {
        for (int d = 0; d <= 60; d++) {
            for (int a = 0; a <= d; a++) {
                assertEquals(enumerated(a, d - a), mcNemar(a, d - a), 1e-12, a + " of " + d);
            }
        }
    }

    @Test
    void pIsExactForManyDiscordantExamplesAndSmallValuesToo() {
        for (int[] discordant : new int[][] {{480, 520}, {400, 600}, {0, 900}, {1, 900}}) {
            double expected = enumerated(discordant[0], discordant[1]);
            assertEquals(1, mcNemar(discordant[0], discordant[1]) / expected, 1e-9);
        }
        assertEquals(0, mcNemar(0, 1_000_000));
        // the normal approximation with continuity correction: z = (1,000,000 − 998,000 − 1)/√…
        double z = (1_001_000 - 999_000 - 1) / Math.sqrt(2_000_000);
        assertEquals(2 * Normal.upperTail(z), mcNemar(999_000, 1_001_000), 1e-6);
    }

    @Test
    void noDiscordantExampleAndEvenlyManySayNothing() {
        assertEquals(1, mcNemar(0, 0));
        assertEquals(1, mcNemar(7, 7));
        assertEquals(1, mcNemar(7, 8));
    }

    /**
     * Under equal accuracies p ≤ α in at most α of all outcomes, whatever the number discordant.
     */
    @Test
    void levelIsKept() {
        for (int d = 1; d <= 60; d++) {
            double rejected = 0;
            for (int a = 0; a <= d; a++) {
                rejected += mcNemar(a, d - a) <= .05 ? binomial(d, a) : 0;
            }
            assertTrue(rejected <= .05, d + ": " + rejected);
        }
    }

    /**
     * Exact: all outcomes of n examples with their probabilities. Where fewer than five discordant
     * examples are to be expected, nearly all of them A's or B's, it covers less than its level.
     */
    @Test
    void differenceCoversItsLevel() {
        double sum = 0;
        int settings = 0;
        for (int n : new int[] {20, 50, 100}) {
            for (double discordant : new double[] {.05, .1, .2, .4}) {
                for (double share : new double[] {.5, .7, .9}) {
                    double covered = coverage(n, discordant * share, discordant * (1 - share));
                    double least = n * discordant < 5 ? .89 : .93;
                    assertTrue(covered > least, n + " " + discordant + " " + share + " " + covered);
                    sum += covered;
                    settings++;
                }
            }
        }
        System.out.printf("difference of accuracies, mean exact coverage: %.3f%n", sum / settings);
        assertTrue(sum / settings >= .95 && sum / settings < .985, "" + sum / settings);
    }

    private static double coverage(int n, double onlyA, double onlyB) {
        double covered = 0;
        for (int a = 0; a <= n; a++) {
            for (int b = 0; a + b <= n; b++) {
                Measure found = new PairedMoments(n, a - b, 0, a + b, 0, 0).gain();
                if (found.low() <= onlyA - onlyB && onlyA - onlyB <= found.high()) {
                    covered +=
                            Math.exp(
                                    logFactorial(n)
                                            - logFactorial(a)
                                            - logFactorial(b)
                                            - logFactorial(n - a - b)
                                            + a * Math.log(onlyA)
                                            + b * Math.log(onlyB)
                                            + (n - a - b) * Math.log1p(-onlyA - onlyB));
                }
            }
        }
        return covered;
    }

    private static double logFactorial(int n) {
        double sum = 0;
        for (int i = 2; i <= n; i++) {
            sum += Math.log(i);
        }
        return sum;
    }

    private static double mcNemar(long a, long b) {
        return requireNonNull(Significance.p(new PairedMoments(8 + a + b, a - b, 0, a + b, 0, 0)));
    }

    /** Of the 2ᵈ ways in which d examples can be A's or B's, those as far from d/2 as a is. */
    private static double enumerated(int a, int b) {
        int d = a + b;
        BigInteger count = BigInteger.ZERO;
        BigInteger ways = BigInteger.ONE; // C(d, i)
        for (int i = 0; i <= d; i++) {
            if (Math.abs(2 * i - d) >= Math.abs(a - b)) {
                count = count.add(ways);
            }
            ways = ways.multiply(BigInteger.valueOf(d - i)).divide(BigInteger.valueOf(i + 1));
        }
        return new BigDecimal(count)
                .divide(new BigDecimal(BigInteger.TWO.pow(d)), MathContext.DECIMAL64)
                .doubleValue();
    }

    private static double binomial(int d, int a) {
        return Math.exp(logFactorial(d) - logFactorial(a) - logFactorial(d - a) - d * Math.log(2));
    }
}
