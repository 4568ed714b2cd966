package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

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
    /** By student. */
    static final Map<String, String> SUPERVISORS =
            Map.of("naive", "weak", "free", "weak", "boot", "naive");

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
        for (String student : List.of("naive", "free", "boot")) {
            String supervisor = requireNonNull(SUPERVISORS.get(student));
            int labelling = supervisor.equals("weak") ? 1 : 2; // its first that may label
            String top = student.equals("naive") ? "top" : null;
            boolean pair = known.contains(new Known(student, 0));
            boolean supervised =
                    known.contains(new Known(supervisor, 0))
                            && known.contains(new Known(supervisor, labelling));
            for (int k = 1; k <= 2; k++) {
                if (pair && supervised && known.contains(new Known(student, k))) {
                    boolean ceiling = top != null && known.contains(new Known("top", k));
                    compareSweep(
                            new Sweep(supervisor, labelling), student, k, ceiling ? top : null);
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

    private void compareSweep(Sweep labeler, String student, long k, @Nullable String top) {
        // a shard tells of a row once the student has predicted there, and of the others no sooner
        Set<Integer> shards =
                recount.predicted(student, k).stream()
                        .map(shardOf::applyAsInt)
                        .collect(Collectors.toSet());
        Predicate<String> seen = id -> shards.contains(shardOf.applyAsInt(id));
        Table expected = Table.EMPTY;
        boolean ceiling = false;
        String supervisor = labeler.model();
        long w = labeler.checkpoint();
        Sweep own = new Sweep(student, k);
        if (recount.tellable(seen, List.of(labeler, own))) {
            expected = recount.holdout(supervisor, w, student, k, null, 0);
        }
        if (top != null && recount.tellable(seen, List.of(labeler, own, new Sweep(top, k)))) {
            Table with = recount.holdout(supervisor, w, student, k, top, k);
            ceiling = !with.empty();
            expected = ceiling ? with : expected;
        }
        PairMetrics row = told.get(Specs.id(student) + "|" + k + "|HOLDOUT|cumulative");
        assertTold(expected, row);
        if (row != null) {
            assertEquals(ceiling ? (Long) k : null, row.getCeilingCheckpoint());
            assertEquals(w, row.getSupervisorCheckpoint());
            assertTold(recount.holdoutBeyond(supervisor, w, student, k), row);
        }
        for (String slice : RandomEvents.SLICES) {
            Recount of = recount.of(slice);
            PairMetrics part =
                    told.get(Specs.id(student) + "|" + k + "|HOLDOUT|cumulative|" + key(slice));
            assertTold(
                    row == null
                            ? Table.EMPTY
                            : of.holdout(supervisor, w, student, k, ceiling ? top : null, k),
                    part);
            if (row != null && part != null) {
                assertPart(row, part);
                assertTold(of.holdoutBeyond(supervisor, w, student, k), part);
            }
        }
    }

    private static String key(String slice) {
        return slice.replace("|", "%7C");
    }

    /** A slice has the comparison of the whole, and limits only where the whole has some. */
    private static void assertPart(PairMetrics row, PairMetrics part) {
        assertEquals(row.getSupervisorCheckpoint(), part.getSupervisorCheckpoint());
        assertEquals(row.getCeilingCheckpoint(), part.getCeilingCheckpoint());
        assertEquals(row.getProvisional(), part.getProvisional());
        assertNull(part.getGate());
        assertNull(part.getBestPgr());
        assertNull(part.getBestLabelAgreement());
        if (row.getGain() != null && row.getGain().getLow() != null && part.getN() > 0) {
            assertNotNull(part.getGain().getLow());
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
        String supervisor = requireNonNull(SUPERVISORS.get(student));
        Table with = recount.progressive(supervisor, student, top, span::has, span.lateMs());
        Table without = recount.progressive(supervisor, student, null, span::has, span.lateMs());
        assertTold(with.empty() ? without : with, row);
        if (row != null) {
            assertEquals(
                    recount.tooLate(
                            supervisor,
                            student,
                            with.empty() ? null : top,
                            span::has,
                            span.lateMs()),
                    row.getTooLate());
            assertTold(
                    recount.progressiveBeyond(supervisor, student, span::has, span.lateMs()), row);
        }
        if (span.lateMs() == HORIZON_MS) {
            compareSlices(row, student, with.empty() ? null : top, span);
        }
    }

    private void compareSlices(
            @Nullable PairMetrics row, String student, @Nullable String top, Span span) {
        String supervisor = requireNonNull(SUPERVISORS.get(student));
        for (String slice : RandomEvents.SLICES) {
            Recount of = recount.of(slice);
            PairMetrics part =
                    told.get(Specs.id(student) + "|any|PROGRESSIVE|cumulative|" + key(slice));
            assertTold(
                    row == null
                            ? Table.EMPTY
                            : of.progressive(supervisor, student, top, span::has, span.lateMs()),
                    part);
            if (part != null) {
                assertEquals(
                        of.tooLate(supervisor, student, top, span::has, span.lateMs()),
                        part.getTooLate());
                assertTold(
                        of.progressiveBeyond(supervisor, student, span::has, span.lateMs()), part);
            }
        }
    }

    /** The PROGRESSIVE rows' keys name the newest checkpoint that has predicted. */
    private @Nullable PairMetrics newest(String student) {
        return told.values().stream()
                .filter(m -> m.getStudent().equals(Specs.id(student)))
                .filter(m -> m.getPhase() == Phase.PROGRESSIVE && m.getWindowStartMs() == null)
                .filter(m -> m.getSlice() == null)
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
