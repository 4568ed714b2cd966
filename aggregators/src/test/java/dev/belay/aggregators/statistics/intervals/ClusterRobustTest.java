package dev.belay.aggregators.statistics.intervals;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.figures.Gate;
import dev.belay.aggregators.statistics.figures.KappaInterval;
import dev.belay.aggregators.statistics.figures.LabelFree;
import dev.belay.aggregators.statistics.figures.MeanInterval;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.aggregators.statistics.figures.Significance;
import dev.belay.aggregators.statistics.intervals.GroupedExamples.One;
import dev.belay.aggregators.statistics.intervals.GroupedExamples.Residual;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

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
     * Of d_s − θ·d_c, or of d_c where θ is NaN, with two made-up groups, a quarter of each for each
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
        // of the two made-up examples that both get wrong, half say the same
        assertShare(examples, One::same, .75, 1.25, requireNonNull(found.agreement()));
        // errors taught and not taken: only examples that the supervisor gets wrong count
        List<One> wrong = examples.all().stream().filter(one -> one.wRight() == 0).toList();
        assertShare(
                new GroupedExamples(wrong),
                One::sRight,
                .5,
                .5,
                requireNonNull(found.correctedRate()));
        // the label-free agreement is the same, if all truth is known, and has no limits else
        assertEquals(found.agreement(), LabelFree.agreement(examples.table(false), 0, 0));
        Measure part = requireNonNull(LabelFree.agreement(examples.table(false), 1, 1));
        assertEquals(Double.POSITIVE_INFINITY, part.high());
    }

    /**
     * @param yes made-up examples with x = 1, each standing for a group of size k
     * @param no those with x = 0
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
    void errorConsistencyMovesAsItsDerivativesSay() {
        // Given the variance of κ by the jackknife over groups: a different way to the same
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
    void anyPartitionIntoShardsGivesTheSameIntervals() throws IOException {
        Random random = new Random(11);
        for (int draw = 0; draw < 30; draw++) {
            GroupedExamples examples = GroupedExamples.drawn(random, 30, random.nextInt(20));
            for (boolean withCeiling : new boolean[] {false, true}) {
                PairTable whole = examples.table(withCeiling);
                int shards = 1 + random.nextInt(6);
                List<List<One>> parts = new ArrayList<>();
                for (int i = 0; i < shards; i++) {
                    parts.add(new ArrayList<>());
                }
                examples.all().forEach(one -> parts.get(random.nextInt(shards)).add(one));
                PairTable merged = PairTable.empty(GroupedExamples.CLASSES);
                for (List<One> part : parts) {
                    PairTable table = new GroupedExamples(part).table(withCeiling);
                    merged = merged.merge(copied(table));
                }
                assertEquals(whole, merged);
                assertEquals(
                        PairStatistics.of(whole, Pgr.Ceiling.COUNTED),
                        PairStatistics.of(merged, Pgr.Ceiling.COUNTED));
                PairTable first = new GroupedExamples(parts.get(0)).table(withCeiling);
                assertEquals(merged, merged.subtract(first).merge(first));
                assertEquals(
                        PairTable.empty(GroupedExamples.CLASSES), merged.subtract(copied(merged)));
            }
        }
    }

    private static PairTable copied(PairTable table) throws IOException {
        var bytes = new ByteArrayOutputStream();
        table.write(new DataOutputStream(bytes));
        return PairTable.read(
                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), true);
    }

    @Test
    void withoutGroupsNothingIsDifferent() throws IOException {
        List<One> all = GroupedExamples.drawn(new Random(2), 0, 100).all();
        PairTable table = new GroupedExamples(all).table(true);

        assertNull(table.clusters());
        assertNull(ClusterRobust.of(table));
        assertEquals(
                PairStatistics.of(table.cells(), Pgr.Ceiling.COUNTED),
                PairStatistics.of(table, Pgr.Ceiling.COUNTED));
        // and with one group among many examples nearly nothing
        List<One> nearly = new ArrayList<>(all);
        One one = all.get(0);
        nearly.set(0, new One("alone", one.truth(), one.w(), one.s(), one.c()));
        PairStatistics found =
                PairStatistics.of(new GroupedExamples(nearly).table(true), Pgr.Ceiling.COUNTED);
        Measure gain = requireNonNull(found.gain());
        Measure independent =
                requireNonNull(PairStatistics.of(table.cells(), Pgr.Ceiling.COUNTED).gain());
        double wider = (gain.high() - gain.low()) / (independent.high() - independent.low());
        assertEquals(StudentT.twoSidedQuantile(99, .95) / Measure.Z, wider, .001);
    }

    @Test
    void tooFewGroupsHaveNoLimitsAndNoPgr() {
        GroupedExamples examples = GroupedExamples.drawn(new Random(4), 6, 0);
        PairTable table = examples.table(true);
        PairStatistics found = PairStatistics.of(table, Pgr.Ceiling.COUNTED);

        assertEquals(Double.POSITIVE_INFINITY, requireNonNull(found.gain()).high());
        assertEquals(Double.NEGATIVE_INFINITY, requireNonNull(found.studentAccuracy()).low());
        assertEquals(Pgr.Undefined.TOO_FEW_GROUPS, found.pgr().undefined());
        PairedMoments moments = PairedMoments.of(table);
        assertFalse(moments.hasLimits());
        assertNull(Significance.p(moments));
        assertNull(SeedIntervals.of(List.of(moments, moments), Pgr.Ceiling.COUNTED));
        assertNull(MeanInterval.brierGain(examples.table(false)));
    }

    @Test
    void pIsBelowFivePercentWhereTheIntervalLeavesZeroOut() {
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

    /**
     * Coverage over draws of 20 to 60 groups of 1 to 5 examples: a model is right on an example if
     * √ρ·v + √(1 − ρ)·e is below a quantile, v of the model and the group, e of the example.
     */
    @Test
    void intervalsHoldTheTruthAsOftenAsTheySayAndNaiveOnesDoNot() {
        Random random = new Random(20270115);
        for (int groups : new int[] {20, 30, 60}) {
            for (double alike : new double[] {.3, .8}) {
                int draws = 600;
                int[] held = new int[4];
                for (int draw = 0; draw < draws; draw++) {
                    GroupedExamples examples = correlated(groups, alike, random);
                    PairTable table = examples.table(true);
                    PairStatistics robust = PairStatistics.of(table, Pgr.Ceiling.COUNTED);
                    PairStatistics naive = PairStatistics.of(table.cells(), Pgr.Ceiling.COUNTED);
                    held[0] += holds(robust.gain(), .08);
                    held[1] += holds(robust.gap(), .18);
                    held[2] += holds(robust.studentAccuracy(), .78);
                    held[3] += holds(naive.gain(), .08);
                }
                String what = groups + " groups, " + alike + ": " + Arrays.toString(held);
                for (int k = 0; k < 3; k++) {
                    assertTrue(held[k] >= .935 * draws, what); // .95 less 1.7 standard errors
                }
                assertTrue(held[3] <= (alike > .5 ? .85 : .92) * draws, what);
            }
        }
    }

    private static int holds(@Nullable Measure measure, double truth) {
        Measure found = requireNonNull(measure);
        return found.low() <= truth && truth <= found.high() ? 1 : 0;
    }

    /** Accuracies .70, .78 and .88: the normal quantiles .5244, .7722 and 1.1750. */
    private static GroupedExamples correlated(int groups, double alike, Random random) {
        double[] limits = {.5244, .7722, 1.1750};
        List<One> all = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            double[] v = new double[3];
            for (int model = 0; model < 3; model++) {
                v[model] = Math.sqrt(alike) * random.nextGaussian();
            }
            for (int i = random.nextInt(5); i >= 0; i--) {
                int[] says = new int[3]; // the truth is 0
                for (int model = 0; model < 3; model++) {
                    double e = Math.sqrt(1 - alike) * random.nextGaussian();
                    says[model] = v[model] + e <= limits[model] ? 0 : 1;
                }
                all.add(new One("g" + g, 0, row(says[0]), row(says[1]), says[2]));
            }
        }
        return new GroupedExamples(all);
    }

    private static float[] row(int says) {
        return says == 0 ? new float[] {.8f, .1f, .1f} : new float[] {.1f, .8f, .1f};
    }

    /** Copies of every example: as many independent observations as before, not twice as many. */
    @Test
    void copiesAddNothing() {
        GroupedExamples once = GroupedExamples.drawn(new Random(9), 0, 300);
        List<One> twice = new ArrayList<>();
        List<One> grouped = new ArrayList<>();
        java.util.Set<Integer> taken = new java.util.HashSet<>();
        int name = 0;
        for (One one : once.all()) {
            while (!taken.add(ClusterSums.clusterOf("g" + name))) {
                name++;
            }
            One named = new One("g" + name, one.truth(), one.w(), one.s(), one.c());
            grouped.add(named);
            twice.add(named);
            twice.add(named);
        }
        PairedMoments of1 = PairedMoments.of(new GroupedExamples(grouped).table(true));
        PairedMoments of2 = PairedMoments.of(new GroupedExamples(twice).table(true));

        assertEquals(of1.gain().low(), of2.gain().low(), 1e-12);
        assertEquals(of1.gap().high(), of2.gap().high(), 1e-12);
        assertEquals(of1.ratio().low(), of2.ratio().low(), 1e-12);
        assertEquals(2, of2.design(), .02);
        // a test of the gate counts discordant examples once
        assertEquals(Gate.of(3, of1).low(), Gate.of(3, of2).low(), 1e-12);
        assertNotNull(of2.clustered());
    }

    /** Groups that share a cluster are taken as one: still whole, so still valid. */
    @Test
    void groupsOfOneClusterAreOneGroup() {
        String first = "group";
        int other = 0;
        while (ClusterSums.clusterOf("other" + other) != ClusterSums.clusterOf(first)) {
            other++;
        }
        List<One> apart = new ArrayList<>();
        List<One> together = new ArrayList<>();
        for (One one : GroupedExamples.drawn(new Random(6), 20, 0).all()) {
            apart.add(one);
            together.add(one);
        }
        for (int i = 0; i < 4; i++) {
            One one = apart.get(i);
            String name = i % 2 == 0 ? first : "other" + other;
            apart.add(new One(name, one.truth(), one.w(), one.s(), one.c()));
            together.add(new One(first, one.truth(), one.w(), one.s(), one.c()));
        }
        assertEquals(
                new GroupedExamples(together).table(false),
                new GroupedExamples(apart).table(false));
    }
}
