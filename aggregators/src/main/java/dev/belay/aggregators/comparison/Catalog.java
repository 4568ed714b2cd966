package dev.belay.aggregators.comparison;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The specs and checkpoints of one task's models, as far as they have come. Written by the global
 * stores' thread, read by all others; thread-safe.
 *
 * <p>Every change has a version, so that a reader can ask what has changed since it last looked. A
 * spec stays once it was seen (a tombstone stops the model, its figures stand); a failed checkpoint
 * changes nothing, since it brings no weights.
 */
public final class Catalog {
    private final String task;
    private final Map<String, ModelSpec> specs = new HashMap<>();
    private final Map<String, NavigableMap<Long, Written>> checkpoints = new HashMap<>();
    private final List<String> changes = new ArrayList<>();
    private int classes;

    public Catalog(String task) {
        this.task = task;
    }

    /** Takes in a spec; those of other tasks are remembered only as such. */
    public synchronized void add(ModelSpec spec) {
        specs.put(spec.getId(), spec);
        if (spec.getTask().equals(task)) {
            classes = spec.getClasses().size();
        }
        changes.add(spec.getId());
    }

    /** Takes in a checkpoint; the newest event of a number wins. */
    public synchronized void add(Checkpoint checkpoint) {
        if (checkpoint.getState() == State.FAILED) {
            return;
        }
        checkpoints
                .computeIfAbsent(checkpoint.getModel(), m -> new TreeMap<>())
                .put(checkpoint.getNumber(), Written.of(checkpoint));
        changes.add(checkpoint.getModel());
    }

    /** Number of changes so far. */
    public synchronized int version() {
        return changes.size();
    }

    /** Models whose spec or checkpoints changed after {@code version}. */
    public synchronized Set<String> changedSince(int version) {
        return new HashSet<>(changes.subList(version, changes.size()));
    }

    /** The spec of a model, of whichever task; null while unknown. */
    public synchronized @Nullable ModelSpec spec(String model) {
        return specs.get(model);
    }

    /** Whether the model is known to belong to another task. */
    public synchronized boolean foreign(String model) {
        ModelSpec spec = specs.get(model);
        return spec != null && !spec.getTask().equals(task);
    }

    /** Number of the task's classes; 0 while no spec of the task is known. */
    public synchronized int classes() {
        return classes;
    }

    /** All pairs of the task. */
    public synchronized Collection<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (ModelSpec spec : specs.values()) {
            Pair pair = spec.getTask().equals(task) ? Pair.of(spec) : null;
            if (pair != null) {
                pairs.add(pair);
            }
        }
        return pairs;
    }

    /** The pair of a student; null if its spec is unknown, of another task, or no student's. */
    public synchronized @Nullable Pair pairOf(String student) {
        ModelSpec spec = specs.get(student);
        return spec != null && spec.getTask().equals(task) ? Pair.of(spec) : null;
    }

    /** A checkpoint; null while unknown. */
    public synchronized @Nullable Written checkpoint(String model, long number) {
        return checkpoints.getOrDefault(model, new TreeMap<>()).get(number);
    }

    /** All checkpoints of a model known so far, by rising number. */
    public synchronized List<Written> checkpoints(String model) {
        NavigableMap<Long, Written> known = checkpoints.get(model);
        return known == null ? List.of() : List.copyOf(known.values());
    }
}
