package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.events.CheckpointRanks;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.SparseCounts;
import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Numbers of gates, and that all of a student's together keep their level in any order. */
class GateNumbersTest {
    private static final int RUNS = 400;
    private static final int EXAMPLES = 100;
    private static final List<Long> NUMBERS = LongStream.rangeClosed(1, 40).boxed().toList();

    @Test
    void sweepsThatArriveInReverseKeepTheLevelOfAllGatesTogether() {
        List<Long> reversed = new ArrayList<>(NUMBERS);
        Collections.reverse(reversed);
        assertLevelIsKept("minilm", reversed);
    }

    @Test
    void sweepsThatArriveInRandomOrderKeepTheLevelOfAllGatesTogether() {
        List<Long> shuffled = new ArrayList<>(NUMBERS);
        Collections.shuffle(shuffled, new Random(3));
        assertLevelIsKept("minilm", shuffled);
    }

    @Test
    void checkpointsOutsideAnyScheduleKeepTheLevelToo() {
        List<Long> steps = new ArrayList<>(NUMBERS.stream().map(k -> 1000 * k).toList());
        Collections.shuffle(steps, new Random(3));
        assertLevelIsKept("none", steps);
    }

    /** Students are no better than their supervisor: each is right with probability .7. */
    private static void assertLevelIsKept(String encoder, List<Long> order) {
        Catalog catalog = new Catalog(Specs.TASK);
        catalog.add(spec("naive", "weak", null, encoder, LabelPolicy.FIRST_READY), 0);
        Random random = new Random(7);
        int passed = 0;
        for (int run = 0; run < RUNS; run++) {
            CheckpointRanks standing = new CheckpointRanks();
            int[] supervisor = predict(random);
            boolean any = false;
            for (long number : order) {
                Tally tally = tally(supervisor, predict(random), number);
                var sweep =
                        new Comparison(Phase.HOLDOUT, id("naive"), number, id("weak"), 1, null, -1);
                MetricsRow row =
                        standing.test(catalog, MetricsRow.EMPTY.merge(Map.of(sweep, tally)), tally);
                any |= requireNonNull(CheckpointRanks.gate(row, tally)).passed();
                standing.add(
                        new MetricsRow(
                                false,
                                "emitted",
                                null,
                                null,
                                row.tested(),
                                row.tallies(),
                                Map.of()));
            }
            passed += any ? 1 : 0;
        }
        double rate = 0.05;
        assertTrue(
                passed <= RUNS * (rate + 3 * Math.sqrt(rate * (1 - rate) / RUNS)),
                "runs in which a gate passed: " + passed + " of " + RUNS);
    }

    private static int[] predict(Random random) {
        return random.doubles(EXAMPLES).mapToInt(u -> u < 0.7 ? 0 : 1).toArray();
    }

    /** Of two complete sweeps; the truth of all examples is 0. */
    private static Tally tally(int[] supervisor, int[] student, long number) {
        float[][] rows = {{0.75f, 0.25f}, {0.25f, 0.75f}};
        PairCounter counter = new PairCounter(2);
        for (int i = 0; i < EXAMPLES; i++) {
            int w = supervisor[i];
            int s = student[i];
            counter.pair(0, rows[w], 0, w, rows[s], 0, s, 1);
        }
        return new Tally(
                counter.table(),
                0,
                0,
                0,
                0,
                0,
                new Tally.Coverage(EXAMPLES, EXAMPLES, 1),
                new Tally.Coverage(EXAMPLES, EXAMPLES, number),
                Tally.Coverage.NONE,
                10,
                SparseCounts.EMPTY);
    }

    @Test
    void checkpointsOutsideAnyScheduleAreNumberedOnceInTheOrderOfCompletion() {
        List<Long> steps = List.of(1000L, 2000L, 3000L, 4000L);
        NullPairs runs = new NullPairs(1, 10, "none", 1, steps, 10);
        List<Long> order = List.of(3000L, 1000L, 4000L, 2000L);
        for (int i = 0; i < order.size(); i++) {
            // one that grows has no number yet
            runs.predict(order.get(i), 0, runs.ids.subList(0, 5));
            runs.cluster.metrics();
            assertNull(runs.row(0, order.get(i)).getGate());
            runs.predict(order.get(i), 10, runs.ids.subList(5, 10));
            runs.cluster.restart();
            runs.cluster.metrics();
            for (int j = 0; j <= i; j++) {
                GateFigures gate = requireNonNull(runs.row(0, order.get(j)).getGate());
                assertEquals(j + 1, gate.getLook());
                assertEquals(0.05 / ((j + 1) * (j + 2)), gate.getLevel(), 1e-12);
            }
        }
    }

    @Test
    void theLastCheckpointHasItsOwnNumberAndOthersOffScheduleHaveNoGate() {
        List<Long> numbers = List.of(0L, 4L, 5L, 8L, 10L);
        NullPairs runs = new NullPairs(1, 10, "minilm", 4, numbers, 10);
        for (long number : numbers) {
            runs.predict(number, 10, runs.ids);
        }
        runs.cluster.metrics();
        assertNull(runs.row(0, 0).getGate());
        assertEquals(1, runs.row(0, 4).getGate().getLook());
        assertNull(runs.row(0, 5).getGate());
        assertEquals(2, runs.row(0, 8).getGate().getLook());
        assertEquals(3, runs.row(0, 10).getGate().getLook());
    }

    @Test
    void aCorrectionWithdrawsAPassAndGrantsNone() {
        // Given a supervisor that is always wrong, a student that is always right
        NullPairs runs = new NullPairs(1, 40, "minilm", 1, List.of(1L), 40);
        int[] right = new int[40];
        int[] wrong = IntStream.generate(() -> 1).limit(40).toArray();
        runs.cluster.block(Blocks.sweep("weak0", 1, 40, 11, runs.ids, wrong));
        sweep(runs, 20, right);
        assertTrue(gate(runs).getPassed());
        // When
        sweep(runs, 30, wrong);
        // Then
        assertEquals(1, gate(runs).getLook());
        assertFalse(gate(runs).getPassed());
        // And corrected back, over a restart, it is the first result again
        sweep(runs, 40, right);
        runs.cluster.restart();
        assertTrue(gate(runs).getPassed());

        // Given a student that was no better when it was first complete
        NullPairs other = new NullPairs(1, 40, "minilm", 1, List.of(1L), 40);
        other.cluster.block(Blocks.sweep("weak0", 1, 40, 11, other.ids, wrong));
        sweep(other, 20, wrong);
        double first = gate(other).getLow();
        // When
        sweep(other, 30, right);
        // Then
        assertEquals(1, other.row(0, 1).getStudentAccuracy().getValue());
        assertEquals(first, gate(other).getLow());
        assertFalse(gate(other).getPassed());
    }

    private static void sweep(NullPairs runs, long timeMs, int[] predicted) {
        runs.cluster.block(Blocks.sweep("naive0", 1, 40, timeMs, runs.ids, predicted));
        runs.cluster.metrics();
    }

    private static GateFigures gate(NullPairs runs) {
        runs.cluster.metrics();
        return requireNonNull(runs.row(0, 1).getGate());
    }
}
