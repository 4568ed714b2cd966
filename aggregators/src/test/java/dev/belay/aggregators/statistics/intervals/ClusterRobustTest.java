package dev.belay.aggregators.statistics.intervals;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.figures.KappaInterval;
import dev.belay.aggregators.statistics.figures.LabelFree;
import dev.belay.aggregators.statistics.figures.MeanInterval;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.Significance;
import dev.belay.aggregators.statistics.intervals.GroupedExamples.One;
import dev.belay.aggregators.statistics.intervals.GroupedExamples.Residual;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Cluster-robust intervals equal their definitions, computed from the single examples. */
class ClusterRobustTest {
    private static final double EXACT = 1e-9;

    @Test
    void gainGapAndPgrAreThoseOfTheDefinition() {
        int defined = 0;
        for (int seed = 0; seed < 20; seed++) {
            GroupedExamples examples = GroupedExamples.drawn(new Random(seed), 40 + seed, 3 * seed);
            PairStatistics found = PairStatistics.of(examples.table(true), Pgr.Ceiling.COUNTED);

            assertDifference(examples, 0, requireNonNull(found.gain()));
            assertDifference(examples, Double.NaN, requireNonNull(found.gap()));
            Measure pgr = found.pgr().measure();
            if (pgr == null) {
                assertEquals(Pgr.Undefined.GAP_NOT_RESOLVED, found.pgr().undefined());
                continue;
            }
            defined++;
            // Fieller: the limits are the ratios at which the interval begins or ends to hold 0
            for (double theta : new double[] {pgr.low(), pgr.high()}) {
                double[] of = meanAndHalf(examples, theta);
                assertEquals(Math.abs(of[0]), of[1], EXACT);
            }
            double[] inside = meanAndHalf(examples, pgr.value());
            assertTrue(Math.abs(inside[0]) < inside[1]);
        }
        assertTrue(defined >= 10, "defined " + defined);
    }

    private static void assertDifference(GroupedExamples examples, double theta, Measure found) {
        double[] of = meanAndHalf(examples, theta);
        assertEquals(of[0] - of[1], found.low(), EXACT);
        assertEquals(of[0] + of[1], found.high(), EXACT);
    }

    /**
     * Of d_s − θ·d_c, or of d_c where θ is NaN, with two pseudo-groups, a quarter of each in each
     * of eight outcomes.
     */
    private static double[] meanAndHalf(GroupedExamples examples, double theta) {
        ToDoubleFunction<One> x =
                one -> difference(one.wRight(), one.sRight(), one.cRight(), theta);
        double k = examples.k();
        double total = examples.n() + 2 * k;
        double mean = examples.all().stream().mapToDouble(x).sum() / total;
        List<Residual> added = new ArrayList<>();
        for (int w = 0; w < 2; w++) {
            for (int s = 0; s < 2; s++) {
                for (int c = 0; c < 2; c++) {
                    double u = difference(w, s, c, theta) - mean;
                    added.add(new Residual(u, k / 2)); // a quarter of the square
                }
            }
        }
        double variance = examples.variance(x, mean, added, total);
        return new double[] {mean, examples.t() * Math.sqrt(variance)};
    }

    private static double difference(double w, double s, double c, double theta) {
        return Double.isNaN(theta) ? c - w : s - w - theta * (c - w);
    }

    @Test
    void logLossAndBrierGainAreThoseOfTheDefinition() {
        GroupedExamples examples = GroupedExamples.drawn(new Random(3), 60, 30);
        PairTable table = examples.table(false);

        ToDoubleFunction<One> logLoss = one -> -Math.log(one.s()[one.truth()]);
        double mean = mean(examples, logLoss);
        double half = examples.t() * Math.sqrt(examples.variance(logLoss, mean));
        Measure found = requireNonNull(MeanInterval.logLoss(table, Side.STUDENT));
        assertEquals(mean * Math.exp(-half / mean), found.low(), 1e-5);
        assertEquals(mean * Math.exp(half / mean), found.high(), 1e-5);

        ToDoubleFunction<One> gain =
                one -> brier(one.w(), one.truth()) - brier(one.s(), one.truth());
        mean = mean(examples, gain);
        half = examples.t() * Math.sqrt(examples.variance(gain, mean));
        found = requireNonNull(MeanInterval.brierGain(table));
        assertEquals(mean - half, found.low(), 1e-5);
        assertEquals(mean + half, found.high(), 1e-5);
    }

    private static double mean(GroupedExamples examples, ToDoubleFunction<One> x) {
        return examples.all().stream().mapToDouble(x).sum() / examples.n();
    }

    private static double brier(float[] p, int truth) {
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += Math.pow(p[k] - (k == truth ? 1 : 0), 2);
        }
        return sum;
    }

    @Test
    void sharesAreWilsonsForAsManyExamplesAsTheyAreWorth() {
        GroupedExamples examples = GroupedExamples.drawn(new Random(5), 120, 20);
        PairStatistics found = PairStatistics.of(examples.table(false), Pgr.Ceiling.NONE);

        assertShare(examples, One::sRight, 1, 1, requireNonNull(found.studentAccuracy()));
        // on half of the two pseudo-examples that both get wrong they predict the same class
        assertShare(examples, One::same, .75, 1.25, requireNonNull(found.agreement()));
        // corrected errors: only examples that the supervisor gets wrong count
        List<One> wrong = examples.all().stream().filter(one -> one.wRight() == 0).toList();
        assertShare(
                new GroupedExamples(wrong),
                One::sRight,
                .5,
                .5,
                requireNonNull(found.correctedRate()));
        // the label-free agreement is the same without missing truth, and has no limits otherwise
        assertEquals(found.agreement(), LabelFree.agreement(examples.table(false), 0, 0));
        Measure part = requireNonNull(LabelFree.agreement(examples.table(false), 1, 1));
        assertEquals(Double.POSITIVE_INFINITY, part.high());
    }

    /**
     * @param yes pseudo-examples with x = 1, each of the weight of a group of size k
     * @param no pseudo-examples with x = 0
     */
    private static void assertShare(
            GroupedExamples examples,
            ToDoubleFunction<One> x,
            double yes,
            double no,
            Measure found) {
        double k = examples.k();
        double total = examples.n() + (yes + no) * k;
        double share = mean(examples, x);
        double p = (share * examples.n() + yes * k) / total;
        List<Residual> added =
                List.of(
                        new Residual(1 - p, k * Math.sqrt(yes)),
                        new Residual(-p, k * Math.sqrt(no)));
        double effect = examples.variance(x, p, added, total) * total / (p * (1 - p));
        double worth = examples.n() / Math.max(1, effect) * Math.pow(Measure.Z / examples.t(), 2);
        assertEquals(share, found.value(), EXACT);
        assertTrue(found.low() > 0 && found.high() < 1, found::toString);
        assertEquals(worth, worth(share, found.low()), worth * 1e-6);
        assertEquals(worth, worth(share, found.high()), worth * 1e-6);
    }

    /** n of (p̂ − p)² = z²·p(1 − p)/n. */
    private static double worth(double share, double limit) {
        return Measure.Z * Measure.Z * limit * (1 - limit) / ((share - limit) * (share - limit));
    }

    @Test
    void errorConsistencyHasTheWidthOfTheJackknife() {
        // the variance of κ by the jackknife over groups, an independent method
        GroupedExamples examples = GroupedExamples.drawn(new Random(8), 400, 200);
        Measure found = requireNonNull(KappaInterval.errorConsistency(examples.table(false)));
        double sum = 0;
        for (List<One> left : examples.groups()) {
            List<One> others = new ArrayList<>(examples.all());
            left.forEach(one -> others.remove(others.indexOf(one)));
            sum += Math.pow(kappa(others) - kappa(examples.all()), 2);
        }
        double half = examples.t() * Math.sqrt(sum);
        assertEquals(kappa(examples.all()), found.value(), EXACT);
        assertEquals(2 * half, found.high() - found.low(), 2 * half * .05);
        assertNull(KappaInterval.cohen(examples.table(false)));
    }

    private static double kappa(List<One> all) {
        double w = all.stream().mapToDouble(One::wRight).average().orElseThrow();
        double s = all.stream().mapToDouble(One::sRight).average().orElseThrow();
        double alike =
                all.stream().filter(o -> o.wRight() == o.sRight()).count() / (double) all.size();
        double chance = w * s + (1 - w) * (1 - s);
        return (alike - chance) / (1 - chance);
    }

    @Test
    void pIsBelowFivePercentIfTheIntervalExcludesZero() {
        int below = 0;
        for (int seed = 0; seed < 60; seed++) {
            PairedMoments moments =
                    PairedMoments.of(GroupedExamples.drawn(new Random(seed), 30, 5).table(true));
            Measure gain = moments.gain();
            boolean out = gain.low() > 0 || gain.high() < 0;
            assertEquals(out, requireNonNull(Significance.p(moments)) < .05);
            below += out ? 1 : 0;
        }
        assertTrue(below > 0 && below < 60, "" + below);
    }
}
