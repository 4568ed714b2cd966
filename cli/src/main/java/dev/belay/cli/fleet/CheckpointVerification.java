package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.cli.fleet.CheckpointFiles.Finding;
import dev.belay.cli.fleet.CheckpointFiles.Verdict;
import dev.belay.cli.table.TextTable;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.models.store.Provenance;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the files of a model's committed checkpoints. A missing file is not a fault if the model's
 * retention policy does not keep it. Files that no checkpoint names are reported, and are not a
 * fault either: a trainer may be about to commit them, and removes them otherwise.
 */
final class CheckpointVerification {
    private final CheckpointStore store;
    private final Fleet fleet;
    private final Collection<PairMetrics> metrics;
    private final TextTable table = new TextTable("checkpoint", "file", "verdict", "detail");
    private int checked;
    private int removed;
    private int orphans;
    private int wrong;

    CheckpointVerification(CheckpointStore store, Fleet fleet, Collection<PairMetrics> metrics) {
        this.store = store;
        this.fleet = fleet;
        this.metrics = metrics;
    }

    /** Checks all checkpoints of a model. */
    void check(String model) {
        List<Checkpoint> events = fleet.checkpoints().getOrDefault(model, List.of());
        Set<String> going = removable(model, events);
        Set<String> named = new HashSet<>();
        for (Checkpoint event : events) {
            named.addAll(
                    List.of(event.getWeightsUri(), event.getStateUri(), event.getProvenanceUri()));
            if (event.getState() == State.FAILED) {
                continue; // its files are those of the one before
            }
            say(
                    event,
                    "weights",
                    event.getWeightsUri(),
                    CheckpointFiles.tensors(store, event.getWeightsUri(), event.getWeightsSha256()),
                    going);
            say(
                    event,
                    "state",
                    event.getStateUri(),
                    CheckpointFiles.tensors(store, event.getStateUri(), event.getStateSha256()),
                    going);
            say(
                    event,
                    "provenance",
                    event.getProvenanceUri(),
                    CheckpointFiles.provenance(store, event),
                    Set.of());
        }
        for (StoredFile file : store.list(model)) {
            if (!named.contains(file.uri())) {
                orphans++;
                table.add(model, file.uri(), "orphan", "no committed checkpoint names it");
            }
        }
    }

    /** What is not as it should be, or worth knowing. */
    TextTable table() {
        return table;
    }

    String summary() {
        return "%d files checked, %d removed by retention, %d orphans, %d wrong"
                .formatted(checked, removed, orphans, wrong);
    }

    boolean isSound() {
        return wrong == 0;
    }

    private void say(
            Checkpoint event, String file, String uri, Finding finding, Set<String> going) {
        checked++;
        if (finding.verdict() == Verdict.OK) {
            return;
        }
        if (finding.verdict() == Verdict.MISSING && going.contains(uri)) {
            removed++;
            return;
        }
        wrong++;
        table.add(
                event.getModel() + ":" + event.getNumber(),
                file,
                finding.verdict().name().toLowerCase(Locale.ROOT),
                finding.detail());
    }

    /** URIs of files that the model's policy does not keep. */
    private Set<String> removable(String model, List<Checkpoint> events) {
        Map<Long, Double> accuracy = new HashMap<>();
        for (PairMetrics row : metrics) {
            if (row.getStudent().equals(model)
                    && row.getPhase() == Phase.HOLDOUT
                    && row.getWindowStartMs() == null
                    && row.getStudentAccuracy() != null) {
                accuracy.put(row.getCheckpoint(), row.getStudentAccuracy().getValue());
            }
        }
        List<dev.belay.trainers.checkpoints.Retention.Known> known =
                events.stream()
                        .map(
                                e ->
                                        new dev.belay.trainers.checkpoints.Retention.Known(
                                                e.getNumber(),
                                                e.getState(),
                                                e.getWeightsUri(),
                                                e.getStateUri(),
                                                true))
                        .toList();
        ModelSpec spec = fleet.all().get(model);
        if (spec != null) {
            return dev.belay.trainers.checkpoints.Retention.removable(
                    spec.getRetention(), spec.getLabelPolicy(), known, accuracy);
        }
        JsonNode stopped = lastSpec(events);
        return stopped == null
                ? Set.of()
                : dev.belay.trainers.checkpoints.Retention.removable(
                        new Retention(
                                stopped.path("retention").path("every").intValue(),
                                stopped.path("retention").path("newest").intValue(),
                                stopped.path("retention").path("best").booleanValue()),
                        stopped.path("labelPolicy").asText().equals(LabelPolicy.LATEST.name())
                                ? LabelPolicy.LATEST
                                : LabelPolicy.FIRST_READY,
                        known,
                        accuracy);
    }

    /** A stopped model's spec, out of the newest provenance that can be read. */
    private @Nullable JsonNode lastSpec(List<Checkpoint> events) {
        for (int i = events.size() - 1; i >= 0; i--) {
            Provenance found = CheckpointFiles.find(store, events.get(i));
            if (found != null) {
                return found.spec();
            }
        }
        return null;
    }
}
