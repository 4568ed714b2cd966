package dev.belay.aggregators.statistics.intervals;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.figures.Gate;
import dev.belay.aggregators.statistics.figures.MeanInterval;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.aggregators.statistics.figures.Significance;
import dev.belay.aggregators.statistics.intervals.GroupedExamples.One;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Groups, clusters and shards: what a partition of the examples changes and what it does not. */
class ClusterPartitionsTest {
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
    void withoutGroupsIntervalsAreThoseOfIndependentExamples() throws IOException {
        List<One> all = GroupedExamples.drawn(new Random(2), 0, 100).all();
        PairTable table = new GroupedExamples(all).table(true);

        assertNull(table.clusters());
        assertNull(ClusterRobust.of(table));
        assertEquals(
                PairStatistics.of(table.cells(), Pgr.Ceiling.COUNTED),
                PairStatistics.of(table, Pgr.Ceiling.COUNTED));
        // and with one group among many examples almost the same
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

    /** Copying every example within its group does not add independent observations. */
    @Test
    void copiesAddNothing() {
        GroupedExamples once = GroupedExamples.drawn(new Random(9), 0, 300);
        List<One> twice = new ArrayList<>();
        List<One> grouped = new ArrayList<>();
        Set<Integer> taken = new HashSet<>();
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

    /** Groups that share a cluster count as one group: clusters are still independent. */
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
