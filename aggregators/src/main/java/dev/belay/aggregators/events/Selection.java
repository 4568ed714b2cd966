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
 * @param classes number of the task's classes
 */
public record Selection(
        Pair pair, Comparison comparison, boolean preferred, Tally tally, Tally base, int classes) {

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
        return new Selection(
                pair,
                found,
                found.equals(candidates.get(0)),
                tally,
                without == null ? tally : without,
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
