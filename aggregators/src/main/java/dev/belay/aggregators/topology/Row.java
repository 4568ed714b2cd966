package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Tally;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the merger knows of one metrics row: the tallies of all comparisons that are candidates for
 * it, over all partitions.
 *
 * @param pending whether something was merged that has not been told yet
 * @param emittedAs which comparison was last told, and as what; empty before the first
 */
record Row(boolean pending, String emittedAs, Map<Comparison, Tally> tallies) {
    static final Row EMPTY = new Row(false, "", Map.of());

    Row {
        tallies = Map.copyOf(tallies);
    }

    Row merge(Flow.Delta delta) {
        Map<Comparison, Tally> merged = new LinkedHashMap<>(tallies);
        merged.merge(delta.comparison(), delta.change(), Tally::merge);
        return new Row(true, emittedAs, merged);
    }

    Row emitted(String as) {
        return new Row(false, as, tallies);
    }
}
