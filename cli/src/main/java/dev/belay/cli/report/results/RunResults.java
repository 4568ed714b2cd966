package dev.belay.cli.report.results;

import dev.belay.aggregators.counting.Slices;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one run of an experiment, collected from its events: the newest of each key.
 *
 * <p>Only models whose specs were added belong to the run; events of others (the topics are shared
 * by a whole installation) are kept out. Events of one key must be added in log order; otherwise
 * any order will do. Safe for use by several threads.
 */
public final class RunResults {
    /**
     * What {@code belay.metrics} is keyed by. A window has one row, whatever checkpoints it saw.
     */
    private record RowKey(
            String student,
            @Nullable Long checkpoint,
            Phase phase,
            @Nullable Long windowStartMs,
            @Nullable Long windowEndMs) {

        static RowKey of(PairMetrics row) {
            return new RowKey(
                    row.getStudent(),
                    isCumulative(row) ? (Long) row.getCheckpoint() : null,
                    row.getPhase(),
                    row.getWindowStartMs(),
                    row.getWindowEndMs());
        }
    }

    private final String experiment;
    private final String task;
    private final Map<String, ModelSpec> specs = new LinkedHashMap<>();
    private final Map<String, LabelerSpec> labelers = new HashMap<>(); // that are no models, by id
    private final Map<String, TreeMap<Long, Checkpoint>> checkpoints = new HashMap<>();
    private final Map<RowKey, PairMetrics> rows = new HashMap<>();
    private final Map<String, PairMetrics> newestOfStream = new HashMap<>();
    // A final row replaces the provisional one, and with it the ceiling's younger checkpoint: the
    // ceiling's learning curve would be lost if accuracies weren't kept by model and checkpoint.
    private final Map<String, TreeMap<Long, Estimate>> accuracies = new HashMap<>();
    private final Map<String, Map<String, PairMetrics>> slices = new HashMap<>(); // by student
    private final TaskCounts counts = new TaskCounts();
    private final List<Alert> alerts = new ArrayList<>();

    public RunResults(String experiment, String task) {
        this.experiment = experiment;
        this.task = task;
    }

    public String experiment() {
        return experiment;
    }

    public String task() {
        return task;
    }

    /** Takes a model into the run; the order of first adding is the order of all output. */
    public synchronized void add(ModelSpec spec) {
        specs.put(spec.getId(), spec);
    }

    /** Takes in a labeler that is no model. */
    public synchronized void add(LabelerSpec spec) {
        labelers.put(spec.getId(), spec);
    }

    /** The labelers that one reads; none of a model. */
    public synchronized List<String> sources(String labeler) {
        LabelerSpec spec = labelers.get(labeler);
        return spec == null ? List.of() : spec.getSources();
    }

    /** The labeler of this id; null for models and unknown ids. */
    public synchronized @Nullable LabelerSpec labeler(String id) {
        return labelers.get(id);
    }

    public synchronized void add(Checkpoint checkpoint) {
        checkpoints
                .computeIfAbsent(checkpoint.getModel(), model -> new TreeMap<>())
                .put(checkpoint.getNumber(), checkpoint);
    }

    public synchronized void add(PairMetrics row) {
        if (row.getSlice() != null) {
            addSlice(row.getSlice(), row);
            return;
        }
        if (isEndless(row.getStudent())
                && row.getPhase() == Phase.PROGRESSIVE
                && isCumulative(row)) { // a row a micro-epoch, without end
            newestOfStream.merge(
                    row.getStudent(), row, (a, b) -> a.getCheckpoint() > b.getCheckpoint() ? a : b);
            return;
        }
        rows.put(RowKey.of(row), row);
        if (row.getPhase() == Phase.HOLDOUT && isCumulative(row)) {
            keep(row.getSupervisor(), row.getSupervisorCheckpoint(), row.getSupervisorAccuracy());
            keep(row.getStudent(), row.getCheckpoint(), row.getStudentAccuracy());
            keep(row.getCeiling(), row.getCeilingCheckpoint(), row.getCeilingAccuracy());
        }
    }

    /** Takes in an alert; each must be added once. */
    public synchronized void add(Alert alert) {
        alerts.add(alert);
    }

    /** The alerts about the run's pairs, in the order of their log. */
    public synchronized List<Alert> alerts() {
        return alerts.stream().filter(alert -> specs.containsKey(alert.getStudent())).toList();
    }

    /** Of each slice only the newest checkpoint's holdout row is kept: there may be hundreds. */
    private void addSlice(String slice, PairMetrics row) {
        if (row.getPhase() == Phase.HOLDOUT) {
            slices.computeIfAbsent(row.getStudent(), s -> new HashMap<>())
                    .merge(slice, row, (a, b) -> a.getCheckpoint() > b.getCheckpoint() ? a : b);
        }
    }

    /**
     * The rows of the slices of a student's newest holdout row: those of most examples first, the
     * slice {@code other} last. Empty for older rows.
     */
    public synchronized List<PairMetrics> slices(PairMetrics whole) {
        return slices.getOrDefault(whole.getStudent(), Map.of()).entrySet().stream()
                .filter(slice -> slice.getValue().getCheckpoint() == whole.getCheckpoint())
                .sorted(
                        Comparator.comparing(
                                        (Map.Entry<String, PairMetrics> slice) ->
                                                slice.getKey().equals(Slices.OTHER))
                                .thenComparing(slice -> -slice.getValue().getN())
                                .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Counts of the task's data. */
    public TaskCounts counts() {
        return counts;
    }

    /** The run's models, in the order they were added. */
    public synchronized List<ModelSpec> specs() {
        return List.copyOf(specs.values());
    }

    /** Whether a model's task is of kind choice, so that there are no figures by class. */
    public synchronized boolean isChoice(String model) {
        ModelSpec spec = specs.get(model);
        return spec != null && TaskKind.of(spec) == TaskKind.CHOICE;
    }

    /** The model's newest checkpoint; null before its first. */
    public synchronized @Nullable Checkpoint newestCheckpoint(String model) {
        TreeMap<Long, Checkpoint> found = checkpoints.get(model);
        return found == null ? null : found.lastEntry().getValue();
    }

    /** Examples that the model has learned from, each of which it had predicted before. */
    public long examplesSeen(String model) {
        Checkpoint newest = newestCheckpoint(model);
        return newest == null ? 0 : newest.getExamplesSeen();
    }

    /**
     * All rows, in the order of models, then by phase; first those over everything so far, by
     * checkpoint, then those of windows, by time. Of the first, a model without end has only the
     * newest that is PROGRESSIVE.
     */
    public synchronized List<PairMetrics> rows() {
        Map<String, Integer> order = new HashMap<>();
        specs.keySet().forEach(id -> order.put(id, order.size()));
        return Stream.concat(rows.values().stream(), newestOfStream.values().stream())
                .filter(row -> order.containsKey(row.getStudent()))
                .sorted(
                        Comparator.comparing((PairMetrics row) -> order.get(row.getStudent()))
                                .thenComparing(PairMetrics::getPhase)
                                .thenComparing(
                                        PairMetrics::getWindowStartMs,
                                        Comparator.nullsFirst(Comparator.naturalOrder()))
                                .thenComparing(
                                        PairMetrics::getWindowEndMs,
                                        Comparator.nullsFirst(Comparator.naturalOrder()))
                                .thenComparing(PairMetrics::getCheckpoint))
                .toList();
    }

    /** Rows over the whole holdout, all checkpoints. */
    public List<PairMetrics> holdoutRows() {
        return rows().stream()
                .filter(row -> row.getPhase() == Phase.HOLDOUT && isCumulative(row))
                .toList();
    }

    /** The newest row of each student over all that it predicted before it learned from it. */
    public List<PairMetrics> streamRows() {
        Map<String, PairMetrics> newest = new LinkedHashMap<>();
        rows().stream()
                .filter(row -> row.getPhase() == Phase.PROGRESSIVE && isCumulative(row))
                .forEach(row -> newest.put(row.getStudent(), row)); // ascending checkpoints
        return List.copyOf(newest.values());
    }

    /** Those of students alone, without models on truth that are compared with another. */
    public List<PairMetrics> studentRows() {
        return holdoutRows().stream().filter(row -> !isBeside(row.getStudent())).toList();
    }

    /** The holdout row of each student's newest compared checkpoint, provisional or not. */
    public List<PairMetrics> newestRows() {
        return newest(studentRows());
    }

    /** The same of models on truth that are compared with another: baselines, supervisors. */
    public List<PairMetrics> besideRows() {
        return newest(holdoutRows().stream().filter(row -> isBeside(row.getStudent())).toList());
    }

    private static List<PairMetrics> newest(List<PairMetrics> ascending) {
        Map<String, PairMetrics> newest = new LinkedHashMap<>();
        ascending.forEach(row -> newest.put(row.getStudent(), row));
        return List.copyOf(newest.values());
    }

    /** Whether a model learned from truth: a row of it is no student's. */
    public synchronized boolean isBeside(String model) {
        ModelSpec spec = specs.get(model);
        return spec != null && spec.getSupervisor().equals(ModelId.TRUTH);
    }

    /** Id of the labeler that rows compare a model with; null: it has none. */
    public static @Nullable String comparedTo(ModelSpec spec) {
        return spec.getSupervisor().equals(ModelId.TRUTH)
                ? spec.getComparedWith()
                : spec.getSupervisor();
    }

    /**
     * For each name of a student its holdout rows that can be set side by side, one a seed: the
     * final ones once all are, before that those at the last count of examples that every seed has
     * reached. Without names that have no such count; seeds that FAILED are left out.
     */
    public synchronized Map<String, List<PairMetrics>> levelRows() {
        return LevelRows.of(this);
    }

    /** The rows that count: over the holdout, of students that FINISHED, against final ceilings. */
    public List<PairMetrics> finalRows() {
        return settled(newestRows());
    }

    /** The same of models on truth that are compared with another. */
    public List<PairMetrics> finalBesideRows() {
        return settled(besideRows());
    }

    private synchronized List<PairMetrics> settled(List<PairMetrics> newest) {
        return newest.stream()
                .filter(row -> !row.getProvisional())
                .filter(
                        row -> {
                            Checkpoint last = newestCheckpoint(row.getStudent());
                            return last != null
                                    && last.getState() == State.FINISHED
                                    && last.getNumber() == row.getCheckpoint();
                        })
                .toList();
    }

    /** The final rows and, of students without end, the newest. */
    public synchronized List<PairMetrics> reportedRows() {
        List<PairMetrics> reported = new ArrayList<>(finalRows());
        newestRows().stream().filter(row -> isEndless(row.getStudent())).forEach(reported::add);
        return reported;
    }

    /** Whether the model has no budget. */
    public synchronized boolean isEndless(String model) {
        ModelSpec spec = specs.get(model);
        return spec != null && spec.getBudget() == 0;
    }

    /**
     * Whether there is a student, and every model that is compared has its final row; external
     * models aside, which have no checkpoints and so no final rows.
     */
    public synchronized boolean complete() {
        List<ModelSpec> compared =
                specs.values().stream()
                        .filter(spec -> comparedTo(spec) != null)
                        .filter(spec -> !LabelerSpecs.isExternal(spec))
                        .toList();
        long students =
                compared.stream()
                        .filter(spec -> !spec.getSupervisor().equals(ModelId.TRUTH))
                        .count();
        return students > 0
                && finalRows().size() == students
                && finalBesideRows().size() == compared.size() - students;
    }

    /** The newest event of each model that FAILED. */
    public synchronized List<Checkpoint> failures() {
        List<Checkpoint> failed = new ArrayList<>();
        for (String id : specs.keySet()) {
            Checkpoint newest = newestCheckpoint(id);
            if (newest != null && newest.getState() == State.FAILED) {
                failed.add(newest);
            }
        }
        return failed;
    }

    /** The rows gathered by names of supervisor, student and ceiling: one group a median. */
    public Collection<List<PairMetrics>> byNames(Collection<PairMetrics> some) {
        Map<List<Object>, List<PairMetrics>> groups = new LinkedHashMap<>();
        for (PairMetrics row : some) {
            String ceiling = row.getCeiling();
            List<Object> names =
                    List.of(
                            name(row.getSupervisor()),
                            name(row.getStudent()),
                            ceiling == null ? "" : name(ceiling));
            groups.computeIfAbsent(names, key -> new ArrayList<>()).add(row);
        }
        return groups.values();
    }

    /** Medians over seeds of the given rows. */
    public List<PairMedian> medians(Collection<PairMetrics> some) {
        return byNames(some).stream().map(group -> PairMedian.of(group, this)).toList();
    }

    /** Accuracy on the holdout by examples seen; empty for models that were never compared. */
    public synchronized Map<Long, Estimate> accuracyBySeen(String model) {
        Map<Long, Estimate> bySeen = new TreeMap<>();
        Map<Long, Checkpoint> known = checkpoints.getOrDefault(model, new TreeMap<>());
        accuracies
                .getOrDefault(model, new TreeMap<>())
                .forEach(
                        (number, accuracy) -> {
                            Checkpoint checkpoint = known.get(number);
                            if (checkpoint != null) {
                                bySeen.put(checkpoint.getExamplesSeen(), accuracy);
                            }
                        });
        return bySeen;
    }

    /** Accuracy on the holdout of its newest compared checkpoint; null: it was never compared. */
    public synchronized @Nullable Estimate accuracy(String model) {
        TreeMap<Long, Estimate> known = accuracies.get(model);
        return known == null ? null : known.lastEntry().getValue();
    }

    /** The name in the experiment file; the id itself where no spec is known. */
    public synchronized String name(String id) {
        ModelSpec spec = specs.get(id);
        if (spec != null) {
            return spec.getModel();
        }
        return labelers.containsKey(id) ? ModelId.parse(id).model() : id;
    }

    /** The settings of the model of this id; null where no spec is known. */
    public synchronized @Nullable ModelSpec spec(String id) {
        return specs.get(id);
    }

    /** Weights of the model of this id; null where not known. */
    synchronized @Nullable Long parameters(String id) {
        ModelSpec spec = specs.get(id);
        return spec == null ? null : spec.getParameters();
    }

    private static boolean isCumulative(PairMetrics row) {
        return row.getWindowStartMs() == null;
    }

    private void keep(
            @Nullable String model, @Nullable Long checkpoint, @Nullable Estimate accuracy) {
        if (model != null && checkpoint != null && accuracy != null) {
            accuracies.computeIfAbsent(model, id -> new TreeMap<>()).put(checkpoint, accuracy);
        }
    }
}
