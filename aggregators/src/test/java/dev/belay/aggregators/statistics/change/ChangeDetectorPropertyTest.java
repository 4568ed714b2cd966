package dev.belay.aggregators.statistics.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class ChangeDetectorPropertyTest {
    private static final double RUN_LENGTH = 1000;

    @Property(seed = "1", tries = 40)
    void anAlarmIsTheMostLikelyOfTheCutsAboveTheirThreshold(
            @ForAll @IntRange(min = 2, max = 5) int categories,
            @ForAll @IntRange(min = 1, max = 40) int largestBatch,
            @ForAll long seed) {
        Draws draws = new Draws(seed);
        ChangeDetector detector = new ChangeDetector(categories, RUN_LENGTH);
        Buckets buckets = new Buckets(categories);
        double[] shares = shares(draws, categories);
        for (int batch = 0; batch < 200; batch++) {
            if (draws.below(60) == 0) {
                shares = shares(draws, categories);
            }
            long[] counts = draws.batch(shares, draws.below(largestBatch + 1));
            Change change = detector.add(counts, batch, -batch);

            buckets.append(counts, batch, -batch);
            buckets.compact();
            int cut = bestCut(buckets);
            if (cut == 0) {
                assertNull(change);
            } else {
                assertNotNull(change);
                assertEquals(buckets.timeMs(cut), change.sinceMs());
                assertEquals(buckets.position(cut), change.fromPosition());
                assertArrayEquals(mean(buckets, 0, cut), change.before(), 1e-12);
                assertArrayEquals(mean(buckets, cut, buckets.size()), change.after(), 1e-12);
                buckets.dropBefore(cut);
            }
        }
    }

    @Property(seed = "2", tries = 40)
    void aRunThatIsCutAnywhereContinuesIdentically(
            @ForAll @IntRange(min = 2, max = 5) int categories, @ForAll long seed) {
        Draws draws = new Draws(seed);
        ChangeDetector whole = new ChangeDetector(categories, RUN_LENGTH);
        ChangeDetector cut = new ChangeDetector(categories, RUN_LENGTH);
        for (int batch = 0; batch < 200; batch++) {
            long[] counts = draws.batch(shares(draws, categories), draws.below(30));
            counts[0] -= draws.below(3);
            long timeMs = draws.below(1_000_000) - 500_000L;
            if (draws.below(5) == 0) {
                cut = ChangeDetector.fromBytes(cut.toBytes(), categories, RUN_LENGTH);
            }
            Change expected = whole.add(counts, timeMs, Long.MAX_VALUE - batch);
            assertSame(expected, cut.add(counts, timeMs, Long.MAX_VALUE - batch));
            assertArrayEquals(whole.toBytes(), cut.toBytes());
        }
    }

    @Property(seed = "3", tries = 40)
    void bucketsAreFewAndBordersNearTheStartOfEachWindow(
            @ForAll @IntRange(min = 1, max = 300) int largestBatch, @ForAll long seed) {
        Draws draws = new Draws(seed);
        Buckets buckets = new Buckets(2);
        long n = 0;
        for (int batch = 0; batch < 2000; batch++) {
            long[] counts = draws.batch(Draws.rate(.3), 1 + draws.below(largestBatch));
            buckets.append(counts, batch, batch);
            buckets.compact();
            n += counts[0] + counts[1];
        }
        assertEquals(n, buckets.examples());
        double resolution = Buckets.RESOLUTION;
        double most = 2 * (resolution + 1 + Math.log((double) n) / Math.log1p(1 / resolution));
        assertTrue(buckets.size() <= most, buckets.size() + " buckets of " + n);
        long newer = 0;
        long[] sum = new long[2];
        for (int bucket = buckets.size() - 1; bucket >= 0; bucket--) {
            long examples = buckets.examples(bucket);
            assertTrue(examples <= Math.max(largestBatch, newer / resolution));
            newer += examples;
            buckets.addTo(sum, bucket);
        }
        assertEquals(n, newer);
        assertArrayEquals(buckets.totals(), sum);
    }

    /** From the definition: n₀·KL(p₀‖p) + n₁·KL(p₁‖p) at each border. */
    private static int bestCut(Buckets buckets) {
        double most = 0;
        int best = 0;
        double[] all = mean(buckets, 0, buckets.size());
        for (int cut = 1; cut < buckets.size(); cut++) {
            double n0 = examples(buckets, 0, cut);
            double n1 = examples(buckets, cut, buckets.size());
            double ratio =
                    n0 * divergence(mean(buckets, 0, cut), all)
                            + n1 * divergence(mean(buckets, cut, buckets.size()), all);
            double threshold = new Threshold(all.length, RUN_LENGTH).of(n0 * n1 / (n0 + n1));
            if (ratio >= threshold && ratio > most + 1e-9) {
                most = ratio;
                best = cut;
            }
        }
        return best;
    }

    private static double divergence(double[] p, double[] q) {
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += p[k] == 0 ? 0 : p[k] * (Math.log(p[k]) - Math.log(q[k]));
        }
        return sum;
    }

    private static double[] mean(Buckets buckets, int from, int to) {
        double[] mean = new double[buckets.totals().length];
        for (int bucket = from; bucket < to; bucket++) {
            for (int k = 0; k < mean.length; k++) {
                mean[k] += buckets.count(bucket, k) / examples(buckets, from, to);
            }
        }
        return mean;
    }

    private static double examples(Buckets buckets, int from, int to) {
        double sum = 0;
        for (int bucket = from; bucket < to; bucket++) {
            sum += buckets.examples(bucket);
        }
        return sum;
    }

    private static double[] shares(Draws draws, int categories) {
        double[] shares = new double[categories];
        Arrays.setAll(shares, k -> draws.below(10)); // some are 0
        shares[0]++;
        double sum = Arrays.stream(shares).sum();
        Arrays.setAll(shares, k -> shares[k] / sum);
        return shares;
    }

    private static void assertSame(@Nullable Change expected, @Nullable Change found) {
        if (expected == null || found == null) {
            assertEquals(expected, found);
            return;
        }
        assertArrayEquals(expected.before(), found.before(), 0);
        assertArrayEquals(expected.after(), found.after(), 0);
        assertEquals(expected.sinceMs(), found.sinceMs());
        assertEquals(expected.fromPosition(), found.fromPosition());
        assertEquals(expected.toPosition(), found.toPosition());
        assertEquals(expected.examplesBefore(), found.examplesBefore());
        assertEquals(expected.examplesAfter(), found.examplesAfter());
    }
}
