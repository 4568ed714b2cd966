package dev.belay.aggregators.merge;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Slices;
import dev.belay.aggregators.counting.Tally;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which slices have rows of their own: the first {@value #MOST} of each student. Counts of later
 * ones are added to the slice {@link Slices#OTHER}. Rebuilt from the rows, so a slice keeps its row
 * over restarts.
 */
final class SliceRows {
    static final int MOST = 200;

    private final Map<String, Set<String>> admitted = new HashMap<>(); // by student
    private final Map<String, Set<String>> keys = new HashMap<>(); // by the key of the whole row
    private final Map<String, String> emittedAs = new HashMap<>(); // by the same

    void clear() {
        admitted.clear();
        keys.clear();
        emittedAs.clear();
    }

    /** Registers the row of a slice. */
    void add(String key, Comparison any, String slice) {
        keys.computeIfAbsent(any.whole().row(), w -> new HashSet<>()).add(key);
        if (!slice.equals(Slices.OTHER)) {
            admitted.computeIfAbsent(any.student(), s -> new HashSet<>()).add(slice);
        }
    }

    /**
     * Changes as they are counted: of their own slice, or of {@link Slices#OTHER}.
     *
     * @param changes of one row
     */
    Map<Comparison, Tally> admit(String student, String slice, Map<Comparison, Tally> changes) {
        Set<String> own = admitted.getOrDefault(student, Set.of());
        if (own.contains(slice) || own.size() < MOST || slice.equals(Slices.OTHER)) {
            return changes;
        }
        Map<Comparison, Tally> other = new LinkedHashMap<>();
        changes.forEach((comparison, tally) -> other.put(comparison.of(Slices.OTHER), tally));
        return other;
    }

    /** The keys of the slices' rows of a whole row. */
    Set<String> of(String whole) {
        return keys.getOrDefault(whole, Set.of());
    }

    /**
     * Whether all slices of a whole row may have to be emitted, whether their counts have changed
     * or not.
     *
     * @param as what the slices' events have of the whole
     */
    boolean isNew(String whole, String as) {
        return !as.equals(emittedAs.put(whole, as));
    }

    /** Slices of a whole row could not be emitted yet: the next time all of them are due. */
    void retry(String whole) {
        emittedAs.remove(whole);
    }
}
