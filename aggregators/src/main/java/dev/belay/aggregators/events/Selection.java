package dev.belay.aggregators.events;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.schemas.events.Phase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of a metrics row that can be emitted.
 *
 * @param preferred whether none of the row is preferred to it
 * @param tally of the comparison
 * @param base of the same without a ceiling: all that no ceiling is needed for
 * @param closed whether no more examples are expected, see {@link Tally#closed}
 * @param baseClosed the same of {@code base}
 * @param classes number of the task's classes
 */
public record Selection(
        Pair pair,
        Comparison comparison,
        boolean preferred,
        Tally tally,
        Tally base,
        boolean closed,
        boolean baseClosed,
        int classes) {

    /** The first of the row's candidates that is complete; null: there is none. */
    public static @Nullable Selection of(Catalog catalog, MetricsRow row) {
        Comparison any = row.any();
        Pair pair = catalog.pairOf(any.student());
        if (pair == null) {
            return null;
        }
        int classes = catalog.classes(any.student());
        List<Comparison> candidates = candidates(catalog, pair, any);
        Comparison found = row.emittable(candidates, classes);
        if (found == null && row.isEmitted() && any.phase() == Phase.PROGRESSIVE) {
            // a correction moved its last example to another window: it is empty again
            found = candidates.get(candidates.size() - 1);
        }
        Tally tally = found == null ? null : row.tally(found, classes);
        if (found == null || tally == null) {
            return null;
        }
        Tally without = row.tally(found.with(null, Comparison.ANY), classes);
        Tally base = without == null ? tally : without;
        return new Selection(
                pair,
                found,
                found.equals(candidates.get(0)),
                tally,
                base,
                tally.closed(),
                base.closed(),
                classes);
    }

    /**
     * The same comparison of a slice of this row, so that a slice is compared with the same
     * checkpoints as the whole, and is complete when the whole is. A tally that is not there is
     * empty: shards send none of a slice in which nothing is counted.
     */
    public Selection of(String slice, MetricsRow row) {
        Comparison part = comparison.of(slice);
        Tally counted = row.tally(part, classes);
        Tally without = row.tally(part.with(null, Comparison.ANY), classes);
        Tally of = counted == null ? Tally.empty(classes) : counted;
        return new Selection(
                pair,
                part,
                preferred,
                of.within(tally),
                (without == null ? of : without).within(base),
                closed,
                baseClosed,
                classes);
    }

    private static List<Comparison> candidates(Catalog catalog, Pair pair, Comparison any) {
        if (any.phase() == Phase.HOLDOUT) {
            return Comparisons.holdout(catalog, pair, any.checkpoint());
        }
        Window window = any.window();
        return Comparisons.progressive(pair).stream().map(c -> c.in(window)).toList();
    }
}
