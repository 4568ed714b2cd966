package dev.belay.aggregators.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.topology.RandomEvents.Known;
import dev.belay.aggregators.topology.Recount.Beyond;
import dev.belay.aggregators.topology.Recount.Sweep;
import dev.belay.aggregators.topology.Recount.Table;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was told with a recount.
 *
 * @param told rows by their keys in the metrics topic
 * @param shardOf of an example's id
 */
record RecountCheck(Map<String, PairMetrics> told, Recount recount, ToIntFunction<String> shardOf) {
    /** How late truth may come for a window. */
    static final long GRACE_MS = 3;

    /** And for what is counted from the beginning. */
    static final long HORIZON_MS = 1_000;

    /**
     * Fails unless each row that can be told was told as recounted.
     *
     * @param known the specs and checkpoints that have come
     */
    void check(Set<Known> known) {
        for (String student : List.of("naive", "free")) {
            String top = student.equals("naive") ? "top" : null;
            boolean pair = known.contains(new Known(student, 0));
            boolean supervised =
                    known.contains(new Known("weak", 0)) && known.contains(new Known("weak", 1));
            for (int k = 1; k <= 2; k++) {
                if (pair && supervised && known.contains(new Known(student, k))) {
                    boolean ceiling = top != null && known.contains(new Known("top", k));
                    compareSweep(student, k, ceiling ? top : null);
                }
            }
            if (pair) {
                for (long from = -2; from <= 8; from += 2) {
                    for (long size : new long[] {2, 4}) {
                        String key =
                                Specs.id(student)
                                        + "|any|PROGRESSIVE|"
                                        + from
                                        + "-"
                                        + (from + size);
                        compareStream(
                                told.get(key), student, top, new Span(from, from + size, GRACE_MS));
                    }
                }
                compareStream(
                        newest(student),
                        student,
                        top,
                        new Span(Long.MIN_VALUE, Long.MAX_VALUE, HORIZON_MS));
            }
        }
    }

    private void compareSweep(String student, long k, @Nullable String top) {
        // a shard tells of a row once the student has predicted there, and of the others no sooner
        Set<Integer> shards =
                recount.predicted(student, k).stream()
                        .map(shardOf::applyAsInt)
                        .collect(Collectors.toSet());
        Predicate<String> seen = id -> shards.contains(shardOf.applyAsInt(id));
        Table expected = Table.EMPTY;
        boolean ceiling = false;
        Sweep weak = new Sweep("weak", 1);
        Sweep own = new Sweep(student, k);
        if (recount.tellable(seen, List.of(weak, own))) {
            expected = recount.holdout("weak", 1, student, k, null, 0);
        }
        if (top != null && recount.tellable(seen, List.of(weak, own, new Sweep(top, k)))) {
            Table with = recount.holdout("weak", 1, student, k, top, k);
            ceiling = !with.empty();
            expected = ceiling ? with : expected;
        }
        PairMetrics row = told.get(Specs.id(student) + "|" + k + "|HOLDOUT|cumulative");
        assertTold(expected, row);
        if (row != null) {
            assertEquals(ceiling ? (Long) k : null, row.getCeilingCheckpoint());
            assertEquals(1, row.getSupervisorCheckpoint());
            assertTold(recount.holdoutBeyond("weak", 1, student, k), row);
        }
    }

    /** Of event times of the student's predictions, and how much later truth may come. */
    private record Span(long fromMs, long toMs, long lateMs) {
        boolean has(long timeMs) {
            return timeMs >= fromMs && timeMs < toMs;
        }
    }

    private void compareStream(
            @Nullable PairMetrics row, String student, @Nullable String top, Span span) {
        Table with = recount.progressive("weak", student, top, span::has, span.lateMs());
        Table without = recount.progressive("weak", student, null, span::has, span.lateMs());
        assertTold(with.empty() ? without : with, row);
        if (row != null) {
            assertEquals(
                    recount.tooLate(
                            "weak", student, with.empty() ? null : top, span::has, span.lateMs()),
                    row.getTooLate());
            assertTold(recount.progressiveBeyond("weak", student, span::has, span.lateMs()), row);
        }
    }

    /** The PROGRESSIVE rows' keys name the newest checkpoint that has predicted. */
    private @Nullable PairMetrics newest(String student) {
        return told.values().stream()
                .filter(m -> m.getStudent().equals(Specs.id(student)))
                .filter(m -> m.getPhase() == Phase.PROGRESSIVE && m.getWindowStartMs() == null)
                .max(Comparator.comparingLong(PairMetrics::getCheckpoint))
                .orElse(null);
    }

    private static void assertTold(Table expected, @Nullable PairMetrics row) {
        Table counted =
                row == null ? Table.EMPTY : new Table(row.getCells(), row.getWithoutTruth());
        assertEquals(expected, counted, () -> row == null ? "not told" : row.getStudent());
    }

    private static void assertTold(Beyond expected, PairMetrics row) {
        Map<String, Long> confusion = new HashMap<>();
        row.getConfusion()
                .forEach(c -> confusion.put(c.getTruth() + " " + c.getSaid(), c.getCount()));
        assertEquals(expected.confusion(), confusion);
        Map<Integer, Long> says = new HashMap<>();
        for (int k = 0; k < row.getByClass().size(); k++) {
            long count = row.getByClass().get(k).getStudentSays();
            if (count > 0) {
                says.put(k, count);
            }
        }
        assertEquals(expected.studentSays(), says);
        if (expected.n() > 0) {
            double n = expected.n();
            assertEquals(expected.supervisorBrier() / n, row.getSupervisorCalibration().getBrier());
            assertEquals(expected.studentBrier() / n, row.getStudentCalibration().getBrier());
            assertEquals(expected.misfit() / n, row.getBrierGain().getMisfit());
        }
        if (expected.predicted() > 0) {
            assertEquals(
                    (double) expected.same() / expected.predicted(),
                    row.getLabelAgreement().getValue());
        }
    }
}
