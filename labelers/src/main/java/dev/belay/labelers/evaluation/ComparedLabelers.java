package dev.belay.labelers.evaluation;

import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The models and labelers that models of endless sources are compared with, and the sources of such
 * labelers: they predict all generations of a rolling holdout. Belongs to one thread.
 */
final class ComparedLabelers {
    private final Supplier<Map<String, ModelSpec>> models;
    private final Supplier<Map<String, LabelerSpec>> labelers;
    private Map<String, ModelSpec> ofModels = Map.of();
    private Map<String, LabelerSpec> ofLabelers = Map.of();
    private Set<String> ids = Set.of();

    /**
     * @param models current specs, another map after each change
     * @param labelers likewise
     */
    ComparedLabelers(
            Supplier<Map<String, ModelSpec>> models, Supplier<Map<String, LabelerSpec>> labelers) {
        this.models = models;
        this.labelers = labelers;
    }

    /** Whether there are none: no source is endless. */
    boolean isEmpty() {
        return ids().isEmpty();
    }

    boolean contains(String id) {
        return ids().contains(id);
    }

    private Set<String> ids() {
        Map<String, ModelSpec> nowModels = models.get();
        Map<String, LabelerSpec> nowLabelers = labelers.get();
        if (nowModels != ofModels || nowLabelers != ofLabelers) {
            ofModels = nowModels;
            ofLabelers = nowLabelers;
            ids = ids(nowModels.values(), nowLabelers);
        }
        return ids;
    }

    private static Set<String> ids(
            Collection<ModelSpec> models, Map<String, LabelerSpec> labelers) {
        Deque<String> found = new ArrayDeque<>();
        for (ModelSpec spec : models) {
            if (spec.getMaxWaitMs() > 0) { // of an endless source
                found.add(spec.getSupervisor());
                if (spec.getCeiling() != null) {
                    found.add(spec.getCeiling());
                }
                if (spec.getComparedWith() != null) {
                    found.add(spec.getComparedWith());
                }
            }
        }
        Set<String> ids = new HashSet<>();
        while (!found.isEmpty()) {
            String id = found.remove();
            LabelerSpec labeler = labelers.get(id);
            if (ids.add(id)) {
                found.addAll(labeler == null ? List.of() : labeler.getSources());
            }
        }
        return ids;
    }
}
