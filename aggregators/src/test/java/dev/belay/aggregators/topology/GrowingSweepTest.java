package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sweeps of unknown size that are watched while they grow, by students that are no better. */
class GrowingSweepTest {
    private static final int PAIRS = 60;
    private static final int EXAMPLES = 150;

    @Test
    void whoeverWatchesSweepsOfUnknownSizeSeesNoFixedSampleIntervalMiss() {
        // Given FINISHED models, whose predictions are still to come
        NullPairs runs = new NullPairs(PAIRS, EXAMPLES, "minilm", 1, List.of(1L), 0);
        Set<Integer> missed = new HashSet<>();
        Set<Integer> passed = new HashSet<>();
        Set<Integer> anytimeMissed = new HashSet<>();
        Set<Integer> calledBetter = new HashSet<>();
        // When predictions come in blocks of one, and every row is read
        for (int e = 0; e < EXAMPLES - 1; e++) {
            runs.predict(1, 0, runs.ids.subList(e, e + 1));
            runs.cluster.metrics();
            for (int p = 0; p < PAIRS; p++) {
                PairMetrics row = runs.row(p, 1);
                assertEquals(e + 1, row.getN());
                add(missed, p, misses(row.getGain()));
                add(passed, p, row.getGate() != null && row.getGate().getPassed());
                add(anytimeMissed, p, misses(requireNonNull(row.getAnytimeGain())));
                add(calledBetter, p, requireNonNull(row.getLogEvidence()) >= Math.log(20));
                assertNull(row.getStudentAccuracy().getLow());
            }
        }
        // Then
        assertEquals(0, missed.size(), "pairs whose fixed-sample interval missed, of " + PAIRS);
        assertEquals(0, passed.size(), "pairs whose gate passed, of " + PAIRS);
        assertTrue(anytimeMissed.size() <= atMost(0.05), "missed at any time " + anytimeMissed);
        assertTrue(calledBetter.size() <= atMost(0.05), "called better " + calledBetter);
        // When the last block says how many there are
        runs.predict(1, EXAMPLES, runs.ids.subList(EXAMPLES - 1, EXAMPLES));
        runs.cluster.metrics();
        for (int p = 0; p < PAIRS; p++) {
            PairMetrics row = runs.row(p, 1);
            assertNotNull(row.getGain().getLow());
            assertNotNull(row.getStudentAccuracy().getLow());
            assertEquals(1, requireNonNull(row.getGate()).getLook());
            assertNull(row.getAnytimeGain());
            add(missed, p, misses(row.getGain()));
            add(passed, p, row.getGate().getPassed());
        }
        // Then intervals and gates err as often as they may
        assertTrue(missed.size() <= atMost(0.05), "missed " + missed);
        assertTrue(passed.size() <= atMost(0.025), "passed " + passed);
    }

    @Test
    void aSweepOfUnknownSizeIsCompleteOnceItHasAllOfOneOfKnownSize() {
        NullPairs runs = new NullPairs(1, 10, "minilm", 1, List.of(1L), 10);
        runs.predict(1, 0, runs.ids.subList(0, 9));
        runs.cluster.metrics();
        assertNull(runs.row(0, 1).getGate());
        assertEquals("no-ceiling", runs.row(0, 1).getPgrUndefined());

        runs.predict(1, 0, runs.ids.subList(9, 10));
        runs.cluster.metrics();
        assertNotNull(runs.row(0, 1).getGate());
    }

    private static boolean misses(@Nullable Estimate gain) {
        return gain != null && gain.getLow() != null && (gain.getLow() > 0 || gain.getHigh() < 0);
    }

    private static void add(Set<Integer> pairs, int pair, boolean is) {
        if (is) {
            pairs.add(pair);
        }
    }

    /** Three standard errors above the expected number of pairs. */
    private static double atMost(double rate) {
        return PAIRS * (rate + 3 * Math.sqrt(rate * (1 - rate) / PAIRS));
    }
}
