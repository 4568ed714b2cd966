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
 * State of one metrics row: the tallies, of all partitions, of all comparisons that are candidates
 * for it.
 *
 * @param pending whether merged changes have not been emitted yet
 * @param emittedAs comparison and content that were last emitted, see {@link
 *     dev.belay.aggregators.events.MetricsEvent#emittedAs}; empty before the first
 * @param pgr as last emitted; null if it was undefined or nothing was emitted
 * @param agreement of student and supervisor over the whole holdout, as last emitted
 * @param tested result of the gate when the row was first complete; null: not yet, or it has none
 * @param expiredMs event time up to which the stream has expired, by partition; empty except in the
 *     row that counts a student's stream from the beginning
 */
public record MetricsRow(
        boolean pending,
        String emittedAs,
        @Nullable Figure pgr,
        @Nullable Figure agreement,
        @Nullable Tested tested,
        Map<Key, Tally> tallies,
        Map<Integer, Long> expiredMs) {
    public static final MetricsRow EMPTY =
            new MetricsRow(false, "", null, null, null, Map.of(), Map.of());

    /**
     * @param classes number of classes the shard counted with: shards do not all learn of a change
     *     of the task's classes at once, so their counts are kept apart
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
        expiredMs = Map.copyOf(expiredMs);
    }

    public MetricsRow merge(Map<Comparison, Tally> changes) {
        Map<Key, Tally> merged = new LinkedHashMap<>(tallies);
        changes.forEach((c, change) -> merged.merge(Key.of(c, change), change, Tally::merge));
        return new MetricsRow(true, emittedAs, pgr, agreement, tested, merged, expiredMs);
    }

    public MetricsRow expired(Map<Integer, Long> now) {
        return new MetricsRow(pending, emittedAs, pgr, agreement, tested, tallies, now);
    }

    public MetricsRow tested(@Nullable Tested first) {
        return new MetricsRow(pending, emittedAs, pgr, agreement, first, tallies, expiredMs);
    }

    public MetricsRow emitted(String as, PairMetrics metrics) {
        return new MetricsRow(
                false,
                as,
                Figure.of(metrics.getPgr()),
                Figure.of(metrics.getLabelAgreement()),
                tested,
                tallies,
                expiredMs);
    }

    /**
     * The first of some comparisons that can be emitted: it is complete and has as many of the
     * student's predictions as any other of the row. One that has fewer misses deltas of some
     * partitions, or was opened after they had evicted the student's sweep.
     */
    public @Nullable Comparison emittable(List<Comparison> candidates, int classes) {
        for (Comparison candidate : candidates) {
            Tally tally = tally(candidate, classes);
            if (tally != null && tally.complete() && !isInPart(tally)) {
                return candidate;
            }
        }
        return null;
    }

    /** The tally of a comparison, counted with this number of classes; null: none. */
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
