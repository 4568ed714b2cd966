package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.intervals.StudentT;
import dev.belay.schemas.events.ClusterFigures;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples with groups: from the truth event, over several shards, to the metrics event. */
class GroupsTest {
    private static final Lateness LATENESS =
            new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7));

    /**
     * @param w class predicted by the supervisor
     * @param s class predicted by the student
     */
    private record Example(String id, @Nullable String group, int truth, int w, int s) {}

    private static List<Example> examples(int seed, int groups, int alone) {
        Random random = new Random(seed);
        List<Example> all = new ArrayList<>();
        Set<Integer> taken = new HashSet<>();
        for (int g = 0; taken.size() < groups; g++) {
            if (!taken.add(ClusterSums.clusterOf("g" + g))) {
                continue;
            }
            boolean good = random.nextBoolean();
            for (int i = random.nextInt(5); i >= 0; i--) {
                all.add(example("e" + all.size(), "g" + g, good ? 9 : 4, random));
            }
        }
        for (int i = 0; i < alone; i++) {
            all.add(example("e" + all.size(), null, 7, random));
        }
        return all;
    }

    private static Example example(
            String id, @Nullable String group, int studentRight, Random random) {
        int truth = random.nextInt(2);
        int w = random.nextInt(10) < 6 ? truth : 1 - truth;
        int s = random.nextInt(10) < studentRight ? truth : 1 - truth;
        return new Example(id, group, truth, w, s);
    }

    private static Cluster cluster(int shards) {
        Cluster cluster = new Cluster(shards, LATENESS);
        cluster.spec(Specs.spec("weak", "truth", null));
        cluster.spec(Specs.spec("naive", "weak", null));
        cluster.checkpoint(Specs.checkpoint("weak", 1, State.FINISHED, 500));
        cluster.checkpoint(Specs.checkpoint("naive", 1, State.FINISHED, 500));
        return cluster;
    }

    private static void truths(Cluster cluster, List<Example> all) {
        all.forEach(e -> cluster.truth(e.id(), e.truth(), 5, e.group()));
    }

    private static void sweeps(Cluster cluster, List<Example> all) {
        sweeps(all).forEach(cluster::block);
    }

    /** The sweeps of supervisor and student. */
    private static List<PredictionBlock> sweeps(List<Example> all) {
        List<String> ids = all.stream().map(Example::id).toList();
        return List.of(
                Blocks.sweep("weak", 1, all.size(), 10, ids, classes(all, Example::w)),
                Blocks.sweep("naive", 1, all.size(), 10, ids, classes(all, Example::s)));
    }

    private static int[] classes(List<Example> all, ToIntFunction<Example> predicted) {
        return all.stream().mapToInt(predicted).toArray();
    }

    private static PairMetrics row(Cluster cluster) {
        String key = Specs.id("naive") + "|1|HOLDOUT|cumulative";
        return requireNonNull(cluster.metrics().get(key), key);
    }

    @Test
    void anEventHasTheClusterRobustIntervalHoweverExamplesAreSharded() {
        List<Example> all = examples(1, 40, 15);
        Map<Integer, PairMetrics> events = new HashMap<>();
        for (int shards : new int[] {1, 2, 5}) {
            Cluster cluster = cluster(shards);
            truths(cluster, all.subList(0, 30));
            sweeps(cluster, all);
            truths(cluster, all.subList(30, all.size())); // truth may be received later
            events.put(shards, row(cluster));
        }
        PairMetrics event = requireNonNull(events.get(1));
        assertEquals(event, events.get(2));
        assertEquals(event, events.get(5));
        assertIsOf(all, event);
        assertEquals(all.stream().filter(e -> e.group() != null).count(), event.getGrouped());
        assertNull(event.getCohensKappaInterval());
        assertNotNull(event.getCohensKappa());
        assertNotNull(event.getStudentLogLossInterval());
        assertNotNull(requireNonNull(event.getLabelAgreement()).getLow());
        assertNotNull(event.getGate());
    }

    /**
     * Asserts the interval of the definition, for the mean of d_s over n examples and two
     * pseudo-groups of size k.
     */
    private static void assertIsOf(List<Example> all, PairMetrics event) {
        Map<String, double[]> sums = new HashMap<>(); // Σ d_s, n
        for (Example e : all) {
            double[] sum =
                    sums.computeIfAbsent(
                            e.group() == null ? "alone " + e.id() : e.group(), g -> new double[2]);
            sum[0] += (e.s() == e.truth() ? 1 : 0) - (e.w() == e.truth() ? 1 : 0);
            sum[1]++;
        }
        double gain = 0;
        double squares = 0;
        double fourths = 0;
        for (double[] sum : sums.values()) {
            gain += sum[0];
            squares += Math.pow(sum[1], 2);
            fourths += Math.pow(sum[1], 4);
        }
        double k = squares / all.size();
        double total = all.size() + 2 * k;
        double mean = gain / total;
        double variance = k * k * (1 + 2 * mean * mean); // of the pseudo-groups: Σ (d − mean)²
        for (Map.Entry<String, double[]> group : sums.entrySet()) {
            double[] sum = group.getValue();
            double u = sum[0] - mean * sum[1];
            variance += u * u / (group.getKey().startsWith("alone") ? 1 : 1 - sum[1] / total);
        }
        int degrees = (int) (squares * squares / fourths - 1);
        double half = StudentT.twoSidedQuantile(degrees, .95) * Math.sqrt(variance) / total;
        Estimate found = requireNonNull(event.getGain());
        assertEquals(mean - half, requireNonNull(found.getLow()), 1e-12);
        assertEquals(mean + half, requireNonNull(found.getHigh()), 1e-12);
        ClusterFigures clusters = requireNonNull(event.getClusters());
        assertEquals(sums.size(), clusters.getClusters());
        assertEquals(degrees, clusters.getDegrees());
    }

    @Test
    void aCorrectedGroupCountsAndARestartChangesNothing() {
        List<Example> all = examples(2, 30, 0);
        Cluster cluster = cluster(3);
        truths(cluster, all);
        sweeps(cluster, all);
        assertIsOf(all, row(cluster));
        // When the first example goes to another group, with a truth that is newer
        Example first = all.get(0);
        Example moved =
                new Example(
                        first.id(),
                        all.get(all.size() - 1).group(),
                        first.truth(),
                        first.w(),
                        first.s());
        cluster.truth(moved.id(), moved.truth(), 6, moved.group());
        cluster.truth(first.id(), first.truth(), 4, "of an older truth");
        List<Example> after = new ArrayList<>(all);
        after.set(0, moved);
        assertIsOf(after, row(cluster));
        // Then a restart emits nothing
        int events = cluster.events();
        cluster.restart();
        assertIsOf(after, row(cluster));
        assertEquals(events, cluster.events());
        // And without groups the row is that of examples that never had any
        after.forEach(e -> cluster.truth(e.id(), e.truth(), 9, null));
        PairMetrics without = row(cluster);
        assertNull(without.getClusters());
        assertEquals(0, without.getGrouped());
        Cluster never = cluster(3);
        after.forEach(e -> never.truth(e.id(), e.truth(), 9));
        sweeps(never, after);
        // except for the gate, whose first result stays
        assertEquals(ungated(row(never)), ungated(without));
    }

    private static PairMetrics ungated(PairMetrics row) {
        return PairMetrics.newBuilder(row).setGate(null).build();
    }

    @Test
    void aGroupedSweepThatIsNotCompleteHasNoLimits() {
        List<Example> all = examples(3, 30, 0);
        Cluster cluster = cluster(2);
        truths(cluster, all.subList(1, all.size()));
        sweeps(cluster, all);
        PairMetrics event = row(cluster);

        assertEquals(1, event.getWithoutTruth());
        assertNull(requireNonNull(event.getGain()).getLow());
        assertNull(event.getAnytimeGain());
        assertNull(event.getLogEvidence());
        assertNotNull(event.getClusters()); // for figures over seeds
        assertNull(requireNonNull(event.getLabelAgreement()).getLow());
    }

    @Test
    void tooFewGroupsHaveNoLimitsAndNoGate() {
        List<Example> all = examples(4, 5, 0);
        Cluster cluster = cluster(2);
        truths(cluster, all);
        sweeps(cluster, all);
        PairMetrics event = row(cluster);

        assertNull(requireNonNull(event.getGain()).getLow());
        assertNull(requireNonNull(event.getStudentAccuracy()).getHigh());
        assertEquals("no-ceiling", event.getPgrUndefined());
        assertNull(event.getGate());
        assertTrue(requireNonNull(event.getClusters()).getDegrees() < 8);
    }

    /** The topology itself: truth events, also in the wrong partition. */
    @Test
    void groupsAreInTheTruthAndTravelWithStrays(@TempDir Path folder) {
        List<Example> all = examples(5, 25, 5);
        try (Harness topology = new Harness(folder, 3)) {
            topology.spec(Specs.spec("weak", "truth", null));
            topology.spec(Specs.spec("naive", "weak", null));
            topology.checkpoint(Specs.checkpoint("weak", 1, State.FINISHED, 500));
            topology.checkpoint(Specs.checkpoint("naive", 1, State.FINISHED, 500));
            all.forEach(e -> topology.truth(e.id(), e.truth(), 5, e.group()));
            sweeps(all).forEach(topology::block);
            assertIsOf(all, topology.metrics("naive", 1, Phase.HOLDOUT));
            assertEquals(List.of(), topology.deadLetters());
            assertTrue(topology.counter("belay.strays") > 0);

            // the stream: conditional figures, no test
            List<String> ids = all.stream().map(Example::id).toList();
            topology.block(Blocks.progressive("weak", 1, 10, ids, classes(all, Example::w)));
            topology.block(Blocks.progressive("naive", 1, 10, ids, classes(all, Example::s)));
            PairMetrics stream = topology.metrics("naive", 1, Phase.PROGRESSIVE);
            assertEquals(all.stream().filter(e -> e.group() != null).count(), stream.getGrouped());
            assertNotNull(stream.getAnytimeGain());
            assertNull(stream.getLogEvidence());
            assertNull(stream.getClusters());
        }
    }

    @Test
    void aRowOfOlderFormulasIsEmittedAgainOnce() {
        List<Example> all = examples(6, 20, 0);
        Cluster cluster = cluster(1);
        truths(cluster, all);
        sweeps(cluster, all);
        PairMetrics now = row(cluster);
        assertEquals(2, now.getFiguresVersion());
        int events = cluster.events();
        // Given a row emitted by a release with older formulas, or by one without versions
        for (String version : new String[] {"|1", ""}) {
            cluster.replaceEmittedAs("\\|2$", version);
            // When the application starts again
            cluster.restart();
            // Then
            assertEquals(now, row(cluster));
            assertEquals(++events, cluster.events());
            cluster.restart();
            cluster.metrics();
            assertEquals(events, cluster.events());
        }
    }
}
