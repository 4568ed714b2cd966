package dev.belay.aggregators.state;

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
 * @param pending whether something was merged that has not been emitted yet
 * @param emittedAs which comparison was last emitted, and as what; empty before the first
 * @param pgr as last emitted; null if it was undefined or nothing was emitted
 * @param agreement of student and supervisor over the whole holdout, as last emitted
 * @param tested the gate when the row was first complete; null: not yet, or it has none
 * @param passed event time up to which the stream has passed, by partition; empty but for the row
 *     that counts a student's stream from the beginning
 */
public record MetricsRow(
        boolean pending,
        String emittedAs,
        @Nullable Figure pgr,
        @Nullable Figure agreement,
        @Nullable Tested tested,
        Map<Key, Tally> tallies,
        Map<Integer, Long> passed) {
    public static final MetricsRow EMPTY =
            new MetricsRow(false, "", null, null, null, Map.of(), Map.of());

    /**
     * @param classes that the task was taken to have: shards don't all learn at once when its owner
     *     says that it has others, so what each has counted is kept apart
     */
    record Key(Comparison comparison, int classes) {
        public static Key of(Comparison comparison, Tally tally) {
            return new Key(comparison, tally.table().classes());
        }
    }

    /**
     * A figure that was emitted.
     *
     * @param n examples it rests on; 0: not known, emitted by release 0.1.0
     */
    public record Figure(double value, long n) {
        public static @Nullable Figure of(@Nullable Estimate estimate) {
            return estimate == null ? null : new Figure(estimate.getValue(), estimate.getN());
        }
    }

    /**
     * The first result of a checkpoint's gate. Never replaced: later results can only withdraw it.
     *
     * @param k number of the gate, from 1
     * @param low lower limit of the gain; +∞: not known, tested by release 0.1.0
     */
    public record Tested(long k, double low) {}

    public MetricsRow {
        tallies = Map.copyOf(tallies);
        passed = Map.copyOf(passed);
    }

    public MetricsRow merge(Map<Comparison, Tally> changes) {
        Map<Key, Tally> merged = new LinkedHashMap<>(tallies);
        changes.forEach((c, change) -> merged.merge(Key.of(c, change), change, Tally::merge));
        return new MetricsRow(true, emittedAs, pgr, agreement, tested, merged, passed);
    }

    public MetricsRow passed(Map<Integer, Long> now) {
        return new MetricsRow(pending, emittedAs, pgr, agreement, tested, tallies, now);
    }

    public MetricsRow tested(@Nullable Tested first) {
        return new MetricsRow(pending, emittedAs, pgr, agreement, first, tallies, passed);
    }

    public MetricsRow emitted(String as, PairMetrics metrics) {
        return new MetricsRow(
                false,
                as,
                Figure.of(metrics.getPgr()),
                Figure.of(metrics.getLabelAgreement()),
                tested,
                tallies,
                passed);
    }

    /**
     * The first of some comparisons that can be emitted: it is complete and has as many of the
     * student's predictions as any other of the row. One that has fewer is still on its way from
     * some partitions, or was begun when they had let the student's sweep go.
     */
    public @Nullable Comparison tellable(List<Comparison> candidates, int classes) {
        for (Comparison candidate : candidates) {
            Tally tally = tally(candidate, classes);
            if (tally != null && tally.complete() && !isInPart(tally)) {
                return candidate;
            }
        }
        return null;
    }

    /** What was counted of a comparison, in so many classes; null: nothing. */
    public @Nullable Tally tally(Comparison comparison, int classes) {
        return tallies.get(new Key(comparison, classes));
    }

    private boolean isInPart(Tally tally) {
        return tallies.values().stream()
                .filter(other -> other.table().classes() == tally.table().classes())
                .anyMatch(other -> other.student().rows() > tally.student().rows());
    }

    /** Whether it has been emitted. */
    public boolean isEmitted() {
        return !emittedAs.isEmpty();
    }

    /** One of its comparisons: they differ in the ceiling only. */
    public Comparison any() {
        return tallies.keySet().iterator().next().comparison();
    }
}
