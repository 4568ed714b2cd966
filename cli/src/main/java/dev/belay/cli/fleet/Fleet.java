package dev.belay.cli.fleet;

import dev.belay.cli.noise.StudentPair;
import dev.belay.plugins.Nearest;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The state of all models in the topics, read once.
 *
 * @param current the specs of the newest runs that are not stopped, by model id
 * @param all the specs of all runs
 * @param labelers of these, those that are not trained models, by id, in their newest version
 * @param partitions of the specs of all runs, see {@link TopicTable#partitions}
 * @param checkpoints of each model that has some, in their order; of stopped ones too
 */
record Fleet(
        Map<String, ModelSpec> current,
        Map<String, ModelSpec> all,
        Map<String, LabelerSpec> labelers,
        Map<String, Set<Integer>> partitions,
        Map<String, List<Checkpoint>> checkpoints) {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);
    private static final Comparator<ModelId> ORDER =
            Comparator.comparing(ModelId::experiment)
                    .thenComparing(ModelId::model)
                    .thenComparing(ModelId::seed)
                    .thenComparing(ModelId::run);

    static Fleet read(Clients clients) {
        Map<String, List<Checkpoint>> checkpoints = new TreeMap<>();
        try (Admin admin = clients.admin();
                ModelTable models = new ModelTable(clients);
                LabelerTable labelers = new LabelerTable(clients);
                var events =
                        new TopicTable<>(
                                clients,
                                clients.topics().checkpoints(),
                                Checkpoint.class,
                                (model, event) -> {
                                    if (event != null) {
                                        checkpoints
                                                .computeIfAbsent(model, m -> new ArrayList<>())
                                                .add(event);
                                    }
                                })) {
            // a command that has ended may have left its transaction to be completed by the broker
            models.catchUpPastOpenTransactions(admin, CATCH_UP);
            labelers.catchUpPastOpenTransactions(admin, CATCH_UP);
            events.catchUp(CATCH_UP);
            Map<String, ModelSpec> current = new TreeMap<>(models.current());
            Map<String, ModelSpec> all = new TreeMap<>(models.all());
            labelers.current().forEach((id, spec) -> current.put(id, LabelerSpecs.asModel(spec)));
            labelers.all().forEach((id, spec) -> all.put(id, LabelerSpecs.asModel(spec)));
            Map<String, Set<Integer>> partitions = new TreeMap<>();
            models.all().keySet().forEach(id -> partitions.put(id, models.partitions(id)));
            labelers.all().keySet().forEach(id -> partitions.put(id, labelers.partitions(id)));
            return new Fleet(current, all, new TreeMap<>(labelers.all()), partitions, checkpoints);
        }
    }

    /** The newest comparison rows there are. */
    static Collection<PairMetrics> metrics(Clients clients) {
        try (var metrics =
                new TopicTable<>(clients, clients.topics().metrics(), PairMetrics.class)) {
            metrics.catchUp(CATCH_UP);
            return List.copyOf(metrics.values());
        }
    }

    /** Of every model that was ever declared or trained, as far as the topics remember. */
    SortedSet<ModelId> ids() {
        SortedSet<ModelId> ids = new TreeSet<>(ORDER);
        all.keySet().forEach(id -> ids.add(ModelId.parse(id)));
        checkpoints.keySet().forEach(id -> ids.add(ModelId.parse(id)));
        return ids;
    }

    /**
     * The models that a reference means: of each (model, seed) the newest run, or the one named.
     *
     * @throws IllegalArgumentException when there is none, with those that may have been meant
     */
    List<ModelId> find(CheckpointReference reference, Collection<ModelId> among) {
        Map<String, ModelId> newest = new TreeMap<>();
        for (ModelId id : among) {
            if (reference.covers(id)) {
                newest.merge(id.labeler(), id, (a, b) -> a.run() >= b.run() ? a : b);
            }
        }
        if (newest.isEmpty()) {
            throw new IllegalArgumentException(unknown(reference, among));
        }
        return newest.values().stream().sorted(ORDER).toList();
    }

    /**
     * The one model that a reference means.
     *
     * @throws IllegalArgumentException when there is none, or several
     */
    ModelId model(CheckpointReference reference) {
        List<ModelId> found = find(reference, ids());
        if (found.size() > 1) {
            throw new IllegalArgumentException(
                    "several models are meant, name one of them: " + words(found));
        }
        return found.get(0);
    }

    /**
     * The student that a reference means, and who gives it labels.
     *
     * @throws IllegalArgumentException when it is not known, or learns from truth
     */
    StudentPair student(CheckpointReference reference) {
        if (reference.model() == null) {
            throw new IllegalArgumentException(
                    "'%s' names an experiment, expected EXPERIMENT/STUDENT"
                            .formatted(reference.experiment()));
        }
        ModelSpec student = spec(model(reference).toString());
        if (student.getSupervisor().equals(ModelId.TRUTH)) {
            throw new IllegalArgumentException(
                    student.getId()
                            + " learns from truth, expected a student of another supervisor");
        }
        ModelSpec supervisor = spec(student.getSupervisor());
        LabelerSpec labeler = labelers.get(supervisor.getId());
        List<String> sources =
                labeler == null
                        ? List.of()
                        : labeler.getSources().stream()
                                .filter(source -> !source.equals(ModelId.TRUTH))
                                .toList();
        String ceiling = student.getCeiling();
        return new StudentPair(
                student,
                supervisor,
                sources,
                labeler != null && labeler.getMethod().getName().equals(LabelerSpecs.NOISE),
                isFinished(student.getId()) && (ceiling == null || isFinished(ceiling)));
    }

    private boolean isFinished(String model) {
        Checkpoint last = checkpoint(model, null);
        return last != null && last.getState() == State.FINISHED;
    }

    private ModelSpec spec(String model) {
        @Nullable ModelSpec spec = all.get(model);
        if (spec == null) {
            throw new IllegalArgumentException(
                    model + " was stopped: without its spec its task is not known");
        }
        return spec;
    }

    /**
     * The checkpoint that a reference means.
     *
     * @throws IllegalArgumentException when there is none, or several models have one
     */
    Checkpoint checkpoint(CheckpointReference reference) {
        String model = model(reference).toString();
        List<Checkpoint> events = checkpoints.getOrDefault(model, List.of());
        Checkpoint event = checkpoint(model, reference.number());
        if (event == null) {
            throw new IllegalArgumentException(
                    events.isEmpty()
                            ? model + " has no checkpoint yet"
                            : model
                                    + " has no checkpoint "
                                    + reference.number()
                                    + "; it has "
                                    + events.get(0).getNumber()
                                    + " to "
                                    + events.get(events.size() - 1).getNumber());
        }
        return event;
    }

    /**
     * A checkpoint of a model, or null.
     *
     * @param number null: the last
     */
    @Nullable Checkpoint checkpoint(String model, @Nullable Long number) {
        Checkpoint found = null;
        for (Checkpoint event : checkpoints.getOrDefault(model, List.of())) {
            if (number == null || event.getNumber() == number) {
                found = event;
            }
        }
        return found;
    }

    private static String unknown(CheckpointReference reference, Collection<ModelId> among) {
        String typed =
                reference.experiment()
                        + (reference.model() == null ? "" : "/" + reference.model())
                        + (reference.seed() == null ? "" : "#" + reference.seed())
                        + (reference.run() == null ? "" : "@" + reference.run());
        if (among.isEmpty()) {
            return "there is no model '" + typed + "', nor any other: 'belay models add FILE'";
        }
        List<ModelId> nearest =
                among.stream()
                        .sorted(
                                Comparator.comparingInt(
                                        id -> Nearest.distance(typed, id.toString())))
                        .limit(3)
                        .toList();
        return "there is no model '" + typed + "'; nearest: " + words(nearest);
    }

    private static String words(List<ModelId> ids) {
        return String.join(", ", ids.stream().map(ModelId::toString).toList());
    }
}
