package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.cli.table.TextTree;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.Provenance;
import dev.belay.schemas.InitialCheckpoint;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From a metric back to the examples: a checkpoint, what is known of how good it is, its files,
 * what it learned from, whose labels these were, and so on down to the truth and the source of the
 * data.
 */
final class Lineage {
    private static final int SHOWN_SUPERVISORS = 3;

    private final Fleet fleet;
    private final Collection<PairMetrics> metrics;
    private final CheckpointStore store;
    private final Topics topics;
    private final Function<String, List<String>> sources;
    private final Set<String> visited = new HashSet<>();

    /**
     * @param sources hashes of what a task's examples were made from
     */
    Lineage(
            Fleet fleet,
            Collection<PairMetrics> metrics,
            CheckpointStore store,
            Topics topics,
            Function<String, List<String>> sources) {
        this.fleet = fleet;
        this.metrics = metrics;
        this.store = store;
        this.topics = topics;
        this.sources = sources;
    }

    TextTree of(Checkpoint event) {
        TextTree tree =
                new TextTree(
                        "%s:%d  %s, %,d examples seen"
                                .formatted(
                                        event.getModel(),
                                        event.getNumber(),
                                        event.getState().name().toLowerCase(Locale.ROOT),
                                        event.getExamplesSeen()));
        if (!visited.add(event.getModel() + ":" + event.getNumber())) {
            tree.add("as above");
            return tree;
        }
        Checkpoint source = event;
        if (event.getState() == State.FAILED) {
            tree.add("failed: " + event.getReason());
            Checkpoint good = fleet.checkpoint(event.getModel(), event.getNumber() - 1);
            if (good == null) {
                return tree;
            }
            tree.add("its files are those of checkpoint " + good.getNumber());
            source = good;
        }
        Provenance provenance = CheckpointFiles.find(store, source);
        tree.add("metric: " + metric(source));
        files(tree, source, provenance);
        JsonNode spec = spec(source, provenance);
        tree.add("spec: " + words(source, spec));
        initial(tree, spec);
        labels(tree, source, provenance, spec);
        return tree;
    }

    /** A labeler that is not a trained model, in the newest version, which is the one known. */
    TextTree of(LabelerSpec labeler) {
        TextTree tree =
                new TextTree(
                        "%s, labeler of kind %s, version %d"
                                .formatted(
                                        labeler.getId(),
                                        labeler.getMethod().getName(),
                                        labeler.getVersion()));
        if (!visited.add(labeler.getId())) {
            tree.add("as above");
            return tree;
        }
        Set<String> parameters = new TreeSet<>(labeler.getMethod().getParameters().keySet());
        tree.add(
                "spec: parameters %s, hash %s"
                        .formatted(
                                parameters.isEmpty() ? "none" : String.join(", ", parameters),
                                labeler.getSpecHash()));
        for (String source : labeler.getSources()) {
            LabelerSpec below = fleet.labelers().get(source);
            TextTree reads = tree.add("reads: " + source);
            if (below != null) {
                reads.add(of(below));
            } else if (!source.equals(ModelId.TRUTH)) {
                reads.add("a model: 'belay lineage " + source + "' shows its checkpoints");
            }
        }
        examples(tree, labeler.getTask());
        return tree;
    }

    private void examples(TextTree tree, String task) {
        TextTree examples = tree.add("examples: " + topics.examples(task));
        sources.apply(task).forEach(hash -> examples.add("made from the source " + hash));
    }

    private String metric(Checkpoint event) {
        PairMetrics row = null;
        for (PairMetrics found : metrics) {
            if (found.getStudent().equals(event.getModel())
                    && found.getCheckpoint() == event.getNumber()
                    && found.getPhase() == Phase.HOLDOUT
                    && found.getWindowStartMs() == null) {
                row = found;
            }
        }
        if (row == null) {
            return "none on the holdout (not a student, not due, or not evaluated yet)";
        }
        return "holdout, n = %,d%s: accuracy %s, PGR %s, against %s:%d (%s) and %s (%s)"
                .formatted(
                        row.getN(),
                        row.getProvisional() ? ", provisional" : "",
                        estimate(row.getStudentAccuracy(), ""),
                        estimate(row.getPgr(), String.valueOf(row.getPgrUndefined())),
                        row.getSupervisor(),
                        row.getSupervisorCheckpoint(),
                        estimate(row.getSupervisorAccuracy(), "–"),
                        row.getCeiling() == null
                                ? "no ceiling"
                                : row.getCeiling() + ":" + row.getCeilingCheckpoint(),
                        estimate(row.getCeilingAccuracy(), "–"));
    }

    private void files(TextTree tree, Checkpoint event, @Nullable Provenance provenance) {
        TextTree files = tree.add("files, by software " + event.getSoftwareVersion());
        files.add("weights " + event.getWeightsUri());
        files.add("state " + event.getStateUri());
        files.add(
                event.getProvenanceUri().isEmpty()
                        ? "no provenance"
                        : "provenance "
                                + event.getProvenanceUri()
                                + (provenance == null ? " (can't be read)" : ""));
        tree.add(
                event.getNumber() == 1
                        ? "parents: none, the first"
                        : "parents: 1 … " + (event.getNumber() - 1));
    }

    /** From the file beside the weights, or else from the topic. */
    private @Nullable JsonNode spec(Checkpoint event, @Nullable Provenance provenance) {
        if (provenance != null) {
            return provenance.spec();
        }
        ModelSpec spec = fleet.all().get(event.getModel());
        return spec == null ? null : Provenance.spec(spec.toString());
    }

    private static String words(Checkpoint event, @Nullable JsonNode spec) {
        String hash = "hash " + event.getSpecHash();
        if (spec == null) {
            return hash + " (the model was stopped and has no provenance: nothing else is known)";
        }
        String sha256 = spec.path("encoderSha256").asText();
        return "%s%s, %s head, loss %s, seed %s, split %s, budget %s, %s"
                .formatted(
                        spec.path("encoderName").asText(),
                        sha256.isEmpty() ? "" : " (" + sha256 + ")",
                        spec.path("head").path("kind").asText().toLowerCase(Locale.ROOT),
                        spec.path("loss").path("kind").asText().toLowerCase(Locale.ROOT),
                        spec.path("seed").asText(),
                        spec.path("split").asText().toLowerCase(Locale.ROOT),
                        spec.path("budget").asText(),
                        hash);
    }

    /** What it started from. */
    private void initial(TextTree tree, @Nullable JsonNode spec) {
        if (spec == null || !spec.path("init").isTextual()) {
            return;
        }
        InitialCheckpoint from = InitialCheckpoint.parse(spec.path("init").asText());
        TextTree below = tree.add("started from the weights of " + from);
        Checkpoint found =
                fleet.checkpoint(from.model().toString(), from.isLast() ? null : from.number());
        if (found == null) {
            below.add("not among the checkpoints that are known");
        } else {
            below.add(of(found));
        }
    }

    private void labels(
            TextTree tree,
            Checkpoint event,
            @Nullable Provenance provenance,
            @Nullable JsonNode spec) {
        String supervisor =
                provenance != null
                        ? provenance.supervisor()
                        : spec == null ? null : spec.path("supervisor").asText();
        if (supervisor == null || spec == null) {
            return;
        }
        String task = spec.path("task").asText();
        String topic =
                provenance != null ? provenance.labels().topic() : topics.labels(task, supervisor);
        TextTree labels = tree.add("labels: " + topic + ", by partition [from, to)");
        labels.add("this micro-epoch: " + ranges(event, provenance));
        labels.add(
                "all so far: "
                        + event.getCursor().stream()
                                .map(c -> range(c.getPartition(), 0, c.getOffset()))
                                .collect(Collectors.joining(", ")));
        if (supervisor.equals(ModelId.TRUTH)) {
            examples(tree.add("supervisor: truth, " + topics.truth(task)), task);
            return;
        }
        List<Long> numbers = event.getSupervisorCheckpoints();
        LabelerSpec labeler = fleet.labelers().get(supervisor);
        if (labeler != null) {
            tree.add(
                            "supervisor: %s, versions %s"
                                    .formatted(
                                            supervisor,
                                            numbers.stream()
                                                    .map(String::valueOf)
                                                    .collect(Collectors.joining(", "))))
                    .add(of(labeler));
            return;
        }
        TextTree below =
                tree.add(
                        "supervisor: %s, %d of its checkpoints"
                                .formatted(supervisor, numbers.size()));
        int skipped = Math.max(0, numbers.size() - SHOWN_SUPERVISORS);
        if (skipped > 0) {
            below.add("and " + skipped + " earlier ones, from " + numbers.get(0));
        }
        for (long number : numbers.subList(skipped, numbers.size())) {
            Checkpoint found = fleet.checkpoint(supervisor, number);
            if (found == null) {
                below.add(supervisor + ":" + number + "  not among the checkpoints that are known");
            } else {
                below.add(of(found));
            }
        }
    }

    private String ranges(Checkpoint event, @Nullable Provenance provenance) {
        if (provenance != null) {
            return provenance.labels().ranges().stream()
                    .map(r -> range(r.partition(), r.from(), r.to()))
                    .collect(Collectors.joining(", "));
        }
        Checkpoint before = fleet.checkpoint(event.getModel(), event.getNumber() - 1);
        return event.getCursor().stream()
                .map(c -> range(c.getPartition(), from(before, c.getPartition()), c.getOffset()))
                .collect(Collectors.joining(", "));
    }

    private static long from(@Nullable Checkpoint before, int partition) {
        return before == null
                ? 0
                : before.getCursor().stream()
                        .filter(c -> c.getPartition() == partition)
                        .mapToLong(PartitionCursor::getOffset)
                        .findFirst()
                        .orElse(0);
    }

    private static String range(int partition, long from, long to) {
        return partition + " [" + from + ", " + to + ")";
    }

    private static String estimate(@Nullable Estimate estimate, String otherwise) {
        if (estimate == null) {
            return otherwise;
        }
        String value = String.format(Locale.ROOT, "%.3f", estimate.getValue());
        Double low = estimate.getLow();
        Double high = estimate.getHigh();
        return low == null && high == null
                ? value
                : value
                        + " ["
                        + (low == null ? "−∞" : String.format(Locale.ROOT, "%.3f", low))
                        + ", "
                        + (high == null ? "∞" : String.format(Locale.ROOT, "%.3f", high))
                        + "]";
    }
}
