package dev.belay.aggregators.comparison;

import dev.belay.schemas.KeptCheckpoints;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The specs and checkpoints of one task's models received so far. Written by the global stores'
 * thread, read by all others; thread-safe. A look-up takes at most logarithmic time in the number
 * of checkpoints.
 *
 * <p>Every change has a version, so a reader can query the changes since a version. A spec is never
 * removed (a tombstone stops the model, its figures remain); a failed checkpoint is ignored, since
 * it has no weights. Checkpoints are never evicted: about 300 bytes each.
 */
public class Catalog {
    private static final Comparator<TaskOwner> FIRST =
            Comparator.comparingLong(TaskOwner::sinceMs).thenComparing(TaskOwner::model);

    private static final Retention NONE_IN_PARTICULAR = new Retention(0, 0, false);

    private final String task;
    private final Map<String, ModelSpec> specs = new HashMap<>();
    private final Map<String, CheckpointHistory> histories = new HashMap<>();
    // of each model the last of each kind: there are many more checkpoints than models
    private final NavigableMap<Integer, Change> changes = new TreeMap<>(); // by version
    private final Map<Change, Integer> changedAt = new HashMap<>();
    private final Set<String> failed = new HashSet<>();
    private final Map<String, ModelSpec> newestRuns = new HashMap<>(); // of the task, by labeler
    private final Map<String, Integer> stoppedRuns = new HashMap<>(); // by labeler
    private final Map<String, TaskOwner> candidates = new HashMap<>(); // by labeler
    private @Nullable TaskOwner owner;
    private int version;

    private record Change(String model, boolean redefines) {}

    /**
     * What has changed.
     *
     * @param models whose spec or checkpoints have changed
     * @param redefined those of them whose spec or a checkpoint before the last has changed:
     *     settled results may be invalid
     */
    public record Changes(Set<String> models, Set<String> redefined) {
        /** Whether anything about a pair has changed. */
        public boolean touch(Pair pair) {
            return pair.members().stream().anyMatch(models::contains);
        }

        /** Whether settled results of a pair may be invalid. */
        public boolean redefine(Pair pair) {
            return pair.members().stream().anyMatch(redefined::contains);
        }
    }

    public Catalog(String task) {
        this.task = task;
    }

    /**
     * Adds a spec; of specs of other tasks only that fact is kept.
     *
     * @param timestampMs of its record
     */
    public synchronized void add(ModelSpec spec, long timestampMs) {
        String model = ModelId.labelerOf(spec.getId());
        specs.put(spec.getId(), spec);
        if (spec.getTask().equals(task)) {
            newestRuns.merge(model, spec, (a, b) -> b.getRun() >= a.getRun() ? b : a);
            candidates.merge(model, TaskOwner.of(spec, timestampMs), TaskOwner::then);
            owner = Collections.min(candidates.values(), FIRST);
        }
        stoppedRuns.computeIfPresent(
                model, (labeler, run) -> run >= spec.getRun() ? spec.getRun() - 1 : run);
        changed(new Change(spec.getId(), true));
    }

    /** Restores the stored owner of the task; classes in specs are newer. */
    public synchronized void own(TaskOwner stored) {
        candidates.merge(ModelId.labelerOf(stored.model()), stored, (known, s) -> s.then(known));
        owner = Collections.min(candidates.values(), FIRST);
    }

    /** Applies a tombstone: it stops this run of the model and earlier ones. */
    public synchronized void stop(String model) {
        try {
            ModelId id = ModelId.parse(model);
            stoppedRuns.merge(id.labeler(), id.run(), Math::max);
        } catch (IllegalArgumentException e) {
            return; // there is no such model to be stopped
        }
    }

    /** Adds a checkpoint; the newest event of a number wins. */
    public synchronized void add(Checkpoint checkpoint) {
        if (checkpoint.getState() == State.FAILED) {
            if (failed.add(checkpoint.getModel())) {
                changed(new Change(checkpoint.getModel(), false)); // nothing waits for it now
            }
            return;
        }
        String model = checkpoint.getModel();
        CheckpointHistory history = histories.computeIfAbsent(model, m -> new CheckpointHistory());
        WrittenCheckpoint written = WrittenCheckpoint.of(checkpoint);
        if (!written.equals(history.get(written.number()))) {
            changed(new Change(model, !history.isNext(written)));
            history.put(written);
        }
    }

    /** Number of changes so far. */
    public synchronized int version() {
        return version;
    }

    private void changed(Change change) {
        changes.put(++version, change);
        Integer before = changedAt.put(change, version);
        if (before != null) {
            changes.remove(before);
        }
    }

    /** What changed after a version. */
    public synchronized Changes changedSince(int earlier) {
        Set<String> models = new HashSet<>();
        Set<String> redefined = new HashSet<>();
        for (Change change : changes.tailMap(earlier, false).values()) {
            models.add(change.model());
            if (change.redefines()) {
                redefined.add(change.model());
            }
        }
        return new Changes(models, redefined);
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

    /** The model that decides the task's classes; null while no spec of the task is known. */
    public synchronized @Nullable TaskOwner owner() {
        return owner;
    }

    /** {@link TaskOwner#number} of the task's owner; 0 while no spec of the task is known. */
    public synchronized int classes() {
        return owner == null ? 0 : owner.number();
    }

    /** The same by a model's own spec; 0 while that is unknown. */
    public synchronized int classes(String model) {
        ModelSpec spec = specs.get(model);
        return spec == null ? 0 : TaskOwner.number(spec.getClasses());
    }

    /**
     * Why a model's predictions are refused, or null: its spec has other classes, or another order
     * of them, than the task's owner.
     */
    public synchronized @Nullable String refusal(String model) {
        ModelSpec spec = specs.get(model);
        if (spec == null
                || owner == null
                || !spec.getTask().equals(task)
                || spec.getClasses().equals(owner.classes())) {
            return null;
        }
        return "the spec of %s has the classes %s, but task %s has %s by the spec of %s: expected the same classes, or another task"
                .formatted(
                        model,
                        described(spec.getClasses()),
                        task,
                        described(owner.classes()),
                        owner.model());
    }

    private static String described(List<String> classes) {
        return classes.isEmpty() ? "[] (kind choice)" : classes.toString();
    }

    /** The models of the task of which a spec is known. */
    public synchronized List<String> models() {
        return specs.values().stream()
                .filter(spec -> spec.getTask().equals(task))
                .map(ModelSpec::getId)
                .toList();
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
    public synchronized @Nullable WrittenCheckpoint checkpoint(String model, long number) {
        CheckpointHistory history = histories.get(model);
        return history == null ? null : history.get(number);
    }

    /** The model's last checkpoint so far; null before the first. */
    public synchronized @Nullable WrittenCheckpoint last(String model) {
        CheckpointHistory history = histories.get(model);
        return history == null ? null : history.last();
    }

    /** Number of the first checkpoint that may label. */
    public synchronized OptionalLong firstLabelling(String model) {
        CheckpointHistory history = histories.get(model);
        return history == null ? OptionalLong.empty() : history.firstLabelling();
    }

    /**
     * Of the checkpoints that are swept (every n-th by the spec, and the last), the last that had
     * learned from at most so many examples; null if there is none.
     */
    public synchronized @Nullable WrittenCheckpoint sweptBy(String model, long examplesSeen) {
        CheckpointHistory history = histories.get(model);
        ModelSpec spec = specs.get(model);
        int every = spec == null ? 1 : Math.max(1, spec.getEvaluateEvery());
        return history == null ? null : history.sweptBy(examplesSeen, every);
    }

    /** Whether a newer run of the same model is known, so that this one has ended. */
    public synchronized boolean superseded(String model) {
        ModelSpec spec = specs.get(model);
        ModelSpec newest = spec == null ? null : newestRuns.get(ModelId.labelerOf(model));
        return spec != null && newest != null && newest.getRun() > spec.getRun();
    }

    /** Whether a tombstone has stopped the model. */
    public synchronized boolean stopped(String model) {
        ModelSpec spec = specs.get(model);
        return spec != null
                && stoppedRuns.getOrDefault(ModelId.labelerOf(model), -1) >= spec.getRun();
    }

    /**
     * Numbers of the checkpoints that the model's spec keeps, except the best; null: all. Of a
     * stopped model those that every policy keeps, of a superseded one none.
     */
    public synchronized @Nullable Set<Long> kept(String model) {
        ModelSpec spec = specs.get(model);
        CheckpointHistory history = histories.get(model);
        if (spec == null) {
            return null;
        }
        if (superseded(model)) {
            return Set.of();
        }
        if (history == null) {
            return null; // a labeler without checkpoints has only its one sweep
        }
        boolean stopped = stopped(model);
        if (!stopped && !KeptCheckpoints.limits(spec.getRetention())) {
            return null;
        }
        return KeptCheckpoints.of(
                stopped ? NONE_IN_PARTICULAR : spec.getRetention(),
                spec.getLabelPolicy(),
                history.numbered());
    }

    /** Whether a model has finished or failed. */
    public synchronized boolean over(String model) {
        WrittenCheckpoint last = last(model);
        return failed.contains(model) || (last != null && last.finished());
    }
}
