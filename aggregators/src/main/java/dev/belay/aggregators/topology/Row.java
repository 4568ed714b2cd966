package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Tally;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the merger knows of one metrics row: the tallies of all comparisons that are candidates for
 * it, over all partitions.
 *
 * @param pending whether something was merged that has not been told yet
 * @param emittedAs which comparison was last told, and as what; empty before the first
 * @param pgr as last told; null if it was undefined or nothing was told
 * @param agreement of student and supervisor over the whole holdout, as last told
 * @param tested the gate when the row was first complete; null: not yet, or it has none
 * @param passed event time up to which the stream has passed, by partition; empty but for the row
 *     that counts a student's stream from the beginning
 */
record Row(
        boolean pending,
        String emittedAs,
        @Nullable Figure pgr,
        @Nullable Figure agreement,
        @Nullable Tested tested,
        Map<Key, Tally> tallies,
        Map<Integer, Long> passed) {
    static final Row EMPTY = new Row(false, "", null, null, null, Map.of(), Map.of());

    /**
     * @param classes that the task was taken to have: shards don't all learn at once when its owner
     *     says that it has others, so what each has counted is kept apart
     */
    record Key(Comparison comparison, int classes) {
        static Key of(Comparison comparison, Tally tally) {
            return new Key(comparison, tally.table().classes());
        }
    }

    /**
     * A figure that was emitted.
     *
     * @param n examples it rests on; 0: not known, emitted by release 0.1.0
     */
    record Figure(double value, long n) {
        static @Nullable Figure of(@Nullable Estimate estimate) {
            return estimate == null ? null : new Figure(estimate.getValue(), estimate.getN());
        }
    }

    /**
     * The first result of a checkpoint's gate. Never replaced: later results can only withdraw it.
     *
     * @param k number of the gate, from 1
     * @param low lower limit of the gain; +∞: not known, tested by release 0.1.0
     */
    record Tested(long k, double low) {}

    Row {
        tallies = Map.copyOf(tallies);
        passed = Map.copyOf(passed);
    }

    Row merge(Map<Comparison, Tally> changes) {
        Map<Key, Tally> merged = new LinkedHashMap<>(tallies);
        changes.forEach((c, change) -> merged.merge(Key.of(c, change), change, Tally::merge));
        return new Row(true, emittedAs, pgr, agreement, tested, merged, passed);
    }

    Row passed(Map<Integer, Long> now) {
        return new Row(pending, emittedAs, pgr, agreement, tested, tallies, now);
    }

    Row tested(@Nullable Tested first) {
        return new Row(pending, emittedAs, pgr, agreement, first, tallies, passed);
    }

    Row emitted(String as, PairMetrics metrics) {
        return new Row(
                false,
                as,
                Figure.of(metrics.getPgr()),
                Figure.of(metrics.getLabelAgreement()),
                tested,
                tallies,
                passed);
    }

    /**
     * The first of some comparisons that can be told: it is complete and has as many of the
     * student's predictions as any other of the row. One that has fewer is still on its way from
     * some partitions, or was begun when they had let the student's sweep go.
     */
    @Nullable Comparison tellable(List<Comparison> candidates, int classes) {
        for (Comparison candidate : candidates) {
            Tally tally = tally(candidate, classes);
            if (tally != null && tally.complete() && !isInPart(tally)) {
                return candidate;
            }
        }
        return null;
    }

    /** What was counted of a comparison, in so many classes; null: nothing. */
    @Nullable Tally tally(Comparison comparison, int classes) {
        return tallies.get(new Key(comparison, classes));
    }

    private boolean isInPart(Tally tally) {
        return tallies.values().stream()
                .filter(other -> other.table().classes() == tally.table().classes())
                .anyMatch(other -> other.student().rows() > tally.student().rows());
    }

    /** Whether it has been told. */
    boolean told() {
        return !emittedAs.isEmpty();
    }

    /** One of its comparisons: they differ in the ceiling only. */
    Comparison any() {
        return tallies.keySet().iterator().next().comparison();
    }
}
