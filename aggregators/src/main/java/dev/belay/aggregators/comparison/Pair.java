package dev.belay.aggregators.comparison;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A student with its supervisor and ceiling. Model ids.
 *
 * @param ceiling null: the student has none
 */
public record Pair(
        String experiment, long seed, String supervisor, String student, @Nullable String ceiling) {

    /**
     * The pair that a spec defines; null for a model supervised by truth, which is not a student.
     */
    static @Nullable Pair of(ModelSpec spec) {
        return spec.getSupervisor().equals(ModelId.TRUTH)
                ? null
                : new Pair(
                        spec.getExperiment(),
                        spec.getSeed(),
                        spec.getSupervisor(),
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
