package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.Outcome;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** The closed form against its definition, example by example; and its coverage. */
class SeedIntervalsPropertyTest {
    private static final double Z = 1.959963984540054;
    private static final double[] T = {12.706204736, 4.302652730, 3.182446305, 2.776445105};

    @Property(seed = "21", tries = 200)
    void ratioHoldsExactlyTheThetasThatAreNotRejected(
            @ForAll @IntRange(min = 2, max = 5) int count,
            @ForAll @IntRange(max = 10_000) int draw) {
        List<List<Outcome>> seeds = seeds(count, 150, 0.05, new SplittableRandom(draw));
        SeedIntervals found = of(seeds);
        Measure gap = requireNonNull(found.gap());
        Measure ratio = found.pgr().measure();

        assertEquals(gap.low() > 0, ratio != null);
        assertEquals(rejected(seeds, 0, 1), gap.low() > 0 || gap.high() < 0);
        assertEquals(rejected(seeds, 1, 0), found.gain().low() > 0 || found.gain().high() < 0);
        if (ratio == null) {
            return;
        }
        double width = ratio.high() - ratio.low();
        for (int i = -40; i <= 80; i++) {
            double theta = ratio.low() + width * (i + 0.5) / 40;
            boolean inside = ratio.low() <= theta && theta <= ratio.high();
            assertEquals(inside, !rejected(seeds, 1, -theta), () -> "theta " + theta);
        }
    }

    @Property(seed = "22", tries = 100)
    void covarianceFromSharedExamplesIsAtMostTheMeanVariance(
            @ForAll @IntRange(min = 2, max = 5) int count,
            @ForAll @IntRange(max = 10_000) int draw) {
        // what the interval puts in the place of the covariance that single seeds do not show
        List<List<Outcome>> seeds = seeds(count, 100, 0.05, new SplittableRandom(draw));
        double covariance = 0;
        double variance = 0;
        for (int r = 0; r < count; r++) {
            variance += covariance(seeds.get(r), seeds.get(r)) / count;
            for (int q = 0; q < r; q++) {
                covariance += 2 * covariance(seeds.get(r), seeds.get(q)) / count / (count - 1);
            }
        }
        assertTrue(covariance <= variance + 1e-12, covariance + " and " + variance);
    }

    @Example
    void aSeedWithoutPgrCountsLikeTheOthers() {
        // gaps of .30, .30 and .01: the third seed's own PGR is undefined
        CellTable wide = cells(200, 40, 20, 40);
        CellTable none = cells(200, 3, 3, 2);
        assertNull(Pgr.of(PairedMoments.of(none), Pgr.Ceiling.COUNTED).measure());

        SeedIntervals two = requireNonNull(intervals(List.of(wide, wide), Pgr.Ceiling.COUNTED));
        SeedIntervals three =
                requireNonNull(intervals(List.of(wide, wide, none), Pgr.Ceiling.COUNTED));

        assertEquals(3, three.seeds());
        assertTrue(three.gain().value() < two.gain().value());
        assertTrue(requireNonNull(three.gap()).value() < requireNonNull(two.gap()).value());
        // two equal seeds, a third far from them: nothing can be said of the ratio
        assertEquals(Pgr.Undefined.GAP_NOT_RESOLVED, three.pgr().undefined());
        assertNotNull(two.pgr().measure());
    }

    @Example
    void equalSeedsHaveTheIntervalOfOne() {
        CellTable one = cells(600, 90, 40, 130);
        SeedIntervals all = requireNonNull(intervals(List.of(one, one, one), Pgr.Ceiling.COUNTED));
        PairStatistics alone = PairStatistics.of(one, Pgr.Ceiling.COUNTED);

        assertSame(requireNonNull(alone.gain()), all.gain());
        assertSame(requireNonNull(alone.gap()), requireNonNull(all.gap()));
        assertSame(requireNonNull(alone.pgr().measure()), requireNonNull(all.pgr().measure()));
    }

    @Example
    void oneSeedHasNoSpreadAndNoInterval() {
        CellTable one = cells(600, 90, 40, 130);

        assertNull(intervals(List.of(one), Pgr.Ceiling.COUNTED));
        assertNull(intervals(List.of(), Pgr.Ceiling.COUNTED));
        assertNull(intervals(List.of(one, CellTable.EMPTY), Pgr.Ceiling.COUNTED));
    }

    @Example
    void withoutAllCeilingsThereIsTheGainAlone() {
        CellTable one = cells(600, 90, 40, 130);
        SeedIntervals found = requireNonNull(intervals(List.of(one, one), Pgr.Ceiling.PENDING));

        assertNull(found.gap());
        assertEquals(Pgr.Undefined.CEILING_NOT_READY, found.pgr().undefined());
    }

    @Example
    void intervalsCoverSeedsAndExamples() {
        // accuracies .70, .76, .85 that a seed moves by ± .04
        SplittableRandom random = new SplittableRandom(23);
        for (int count : new int[] {2, 3, 5}) {
            int draws = 1500;
            int gain = 0;
            int ratio = 0;
            for (int draw = 0; draw < draws; draw++) {
                List<List<Outcome>> seeds = seeds(count, 200, 0.04, random);
                SeedIntervals found = of(seeds);
                Measure pgr = found.pgr().measure();
                gain += holds(found.gain(), 0.06) ? 1 : 0;
                // where it is undefined Fieller's set is unbounded
                ratio += pgr == null ? rejected(seeds, 1, -0.4) ? 0 : 1 : holds(pgr, 0.4) ? 1 : 0;
            }
            assertTrue(gain >= 0.94 * draws, count + " seeds, gain: " + gain);
            assertTrue(ratio >= 0.94 * draws, count + " seeds, ratio: " + ratio);
        }
    }

    private static SeedIntervals of(List<List<Outcome>> seeds) {
        return requireNonNull(
                intervals(seeds.stream().map(Outcome::table).toList(), Pgr.Ceiling.COUNTED));
    }

    private static void assertSame(Measure expected, Measure found) {
        assertEquals(expected.value(), found.value(), 1e-12);
        assertEquals(expected.low(), found.low(), 1e-12);
        assertEquals(expected.high(), found.high(), 1e-12);
    }

    /** Student and ceiling alone right, the supervisor alone right, the ceiling alone right. */
    private static CellTable cells(
            long n, long bothRight, long supervisorAlone, long ceilingAlone) {
        long[] cells = new long[CellTable.SIZE];
        cells[0b0110] = bothRight;
        cells[0b1000] = supervisorAlone;
        cells[0b0011] = ceilingAlone;
        cells[0b1111] = n - bothRight - supervisorAlone - ceilingAlone;
        return CellTable.of(cells);
    }

    /**
     * Seeds on shared examples of two classes: an example is as hard for all as u says, and a model
     * is right where u and its own draw, half each, are below its accuracy of this seed.
     */
    private static List<List<Outcome>> seeds(
            int count, int n, double spread, SplittableRandom random) {
        double[] hard = random.doubles(n).toArray();
        List<List<Outcome>> seeds = new ArrayList<>();
        for (int seed = 0; seed < count; seed++) {
            double w = 0.70 + spread * (random.nextInt(3) - 1);
            double s = 0.76 + spread * (random.nextInt(3) - 1);
            double c = 0.85 + spread * (random.nextInt(3) - 1);
            List<Outcome> all = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                all.add(
                        new Outcome(
                                1,
                                right(hard[i], w, random),
                                right(hard[i], s, random),
                                right(hard[i], c, random)));
            }
            seeds.add(all);
        }
        return seeds;
    }

    private static int right(double hard, double accuracy, SplittableRandom random) {
        return (random.nextBoolean() ? hard : random.nextDouble()) < accuracy ? 1 : 0;
    }

    private static double difference(Outcome o, double a, double b) {
        int w = o.supervisor() == o.truth() ? 1 : 0;
        int s = o.student() == o.truth() ? 1 : 0;
        int c = o.ceiling() == o.truth() ? 1 : 0;
        return a * (s - w) + b * (c - w);
    }

    private static double covariance(List<Outcome> x, List<Outcome> y) {
        double meanX = x.stream().mapToDouble(o -> difference(o, 1, 0)).average().orElseThrow();
        double meanY = y.stream().mapToDouble(o -> difference(o, 1, 0)).average().orElseThrow();
        double sum = 0;
        for (int i = 0; i < x.size(); i++) {
            sum += (difference(x.get(i), 1, 0) - meanX) * (difference(y.get(i), 1, 0) - meanY);
        }
        return sum / x.size();
    }

    private static boolean holds(Measure measure, double truth) {
        return measure.low() <= truth && truth <= measure.high();
    }

    /** Whether 0 is outside mean(X) ± √(t²·S²/R + z²·v), X = a·d_s + b·d_c. */
    private static boolean rejected(List<List<Outcome>> seeds, double a, double b) {
        int count = seeds.size();
        double[] means = new double[count];
        double within = 0;
        for (int r = 0; r < count; r++) {
            // the made-up examples: a quarter in each outcome
            double m = seeds.get(r).size() + 2;
            double sum = 0;
            double squares = 0;
            for (Outcome o : seeds.get(r)) {
                sum += difference(o, a, b);
                squares += Math.pow(difference(o, a, b), 2);
            }
            for (int bits = 0; bits < 8; bits++) {
                Outcome made = new Outcome(1, bits >> 2 & 1, bits >> 1 & 1, bits & 1);
                squares += Math.pow(difference(made, a, b), 2) / 4;
            }
            means[r] = sum / m;
            within += (squares / m - means[r] * means[r]) / m / count;
        }
        double centre = Arrays.stream(means).average().orElseThrow();
        double between = 0;
        for (double each : means) {
            between += (each - centre) * (each - centre) / (count - 1);
        }
        double t = T[count - 2];
        return Math.abs(centre) > Math.sqrt(t * t * between / count + Z * Z * within);
    }

    private static @Nullable SeedIntervals intervals(List<CellTable> tables, Pgr.Ceiling ceiling) {
        return SeedIntervals.of(tables.stream().map(PairedMoments::of).toList(), ceiling);
    }
}
