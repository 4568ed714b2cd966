package dev.belay.aggregators.merge;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Slices;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.events.CheckpointRanks;
import dev.belay.aggregators.events.MetricsEvent;
import dev.belay.aggregators.events.Selection;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.schemas.events.PairMetrics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The rows of slices. The first {@value #MOST} slices of each student have rows of their own;
 * counts of later ones are added to the slice {@link Slices#OTHER}. Which ones is rebuilt from the
 * rows, so a slice keeps its row over restarts.
 *
 * <p>A slice is emitted with the comparison of its whole row: shards send slices before the whole,
 * so once the whole is complete, all counts of its slices are there.
 */
final class SliceRows {
    static final int MOST = 200;

    private final Map<String, Set<String>> admitted = new HashMap<>(); // by student
    private final Map<String, Set<String>> keys = new HashMap<>(); // by the key of the whole row
    private final Map<String, String> emittedAs = new HashMap<>(); // by the same
    private final CheckpointRanks none = new CheckpointRanks();
    private final String task;
    private final Catalog catalog;
    private final ReadOnlyKeyValueStore<String, MetricsRow> rows;
    private final Emitter emitter;

    /** Emits a row unless it is as it was emitted last. */
    interface Emitter {
        @Nullable MetricsRow emit(
                String key,
                MetricsRow row,
                MetricsRow tested,
                Selection selected,
                PairMetrics metrics);
    }

    SliceRows(
            String task,
            Catalog catalog,
            ReadOnlyKeyValueStore<String, MetricsRow> rows,
            Emitter emitter) {
        this.task = task;
        this.catalog = catalog;
        this.rows = rows;
        this.emitter = emitter;
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

    /**
     * Emits the slices of a whole row that has just been emitted: those that have changed, or all
     * if the whole has another comparison or is complete now.
     *
     * @param changed keys, also of other rows
     */
    void emitted(String whole, Selection selected, PairMetrics metrics, Set<String> changed) {
        Set<String> own = keys.getOrDefault(whole, Set.of());
        if (own.isEmpty()) {
            return;
        }
        String as =
                selected.comparison().key()
                        + metrics.getProvisional()
                        + selected.closed()
                        + selected.classes();
        boolean all = !as.equals(emittedAs.put(whole, as));
        for (String key : own) {
            if (all || changed.contains(key)) {
                emit(key, selected);
            }
        }
    }

    /**
     * Emits slices whose counts have changed, unless their whole row can't be emitted yet.
     *
     * @param some keys of rows, those of slices among them
     */
    void emitChanged(Set<String> some) {
        Map<String, Set<String>> byWhole = new HashMap<>();
        for (String key : some) {
            MetricsRow row = rows.get(key);
            if (row != null && row.any().slice() != null && row.pending()) {
                byWhole.computeIfAbsent(row.any().whole().row(), w -> new HashSet<>()).add(key);
            }
        }
        byWhole.forEach(
                (whole, changed) -> {
                    MetricsRow row = rows.get(whole);
                    Selection selected = row == null ? null : Selection.of(catalog, row);
                    if (selected == null) {
                        emittedAs.remove(whole); // all of them with the whole
                    } else {
                        changed.forEach(key -> emit(key, selected));
                    }
                });
    }

    private void emit(String key, Selection whole) {
        MetricsRow row = rows.get(key);
        String slice = row == null ? null : row.any().slice();
        if (row == null || slice == null) {
            return;
        }
        Selection selected = whole.of(slice, row);
        if (row.isEmitted() || selected.base().predicted() > 0) {
            PairMetrics metrics = MetricsEvent.of(task, catalog, selected, row, none);
            MetricsRow unused = emitter.emit(key, row, row, selected, metrics);
        }
    }
}
