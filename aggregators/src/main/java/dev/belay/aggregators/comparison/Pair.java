package dev.belay.aggregators.comparison;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A student with its supervisor and ceiling. Model ids. A model that learned from truth and is
 * compared with another (a baseline, or one of two supervisors) takes the student's place: it is
 * compared with the checkpoint of the other that may label.
 *
 * @param ceiling null: the student has none
 */
public record Pair(
        String experiment, long seed, String supervisor, String student, @Nullable String ceiling) {

    /**
     * The pair that a spec defines; null for a model supervised by truth that is compared with no
     * other.
     */
    static @Nullable Pair of(ModelSpec spec) {
        String supervisor =
                spec.getSupervisor().equals(ModelId.TRUTH)
                        ? spec.getComparedWith()
                        : spec.getSupervisor();
        return supervisor == null
                ? null
                : new Pair(
                        spec.getExperiment(),
                        spec.getSeed(),
                        supervisor,
                        spec.getId(),
                        spec.getCeiling());
    }

    /** Supervisor, student and, if there is one, ceiling. */
    public List<String> members() {
        return ceiling == null
                ? List.of(supervisor, student)
                : List.of(supervisor, student, ceiling);
    }
}
