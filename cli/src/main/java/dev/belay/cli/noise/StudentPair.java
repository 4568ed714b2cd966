package dev.belay.cli.noise;

import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A student, and who gives it labels.
 *
 * @param sources ids of the labelers that the supervisor reads, without truth; none of a model
 * @param noise whether the supervisor is a labeler of kind noise
 * @param finished whether the student and, where it has one, its ceiling learn no more
 */
public record StudentPair(
        ModelSpec student,
        ModelSpec supervisor,
        List<String> sources,
        boolean noise,
        boolean finished) {
    public StudentPair {
        sources = List.copyOf(sources);
    }

    /** Which examples have truth; null: it is not declared to be a sample. */
    public @Nullable TruthDraw draw() {
        return TruthDraw.of(student);
    }

    /**
     * Id of the ceiling whose predictions are read: it predicts all examples only where truth is a
     * sample. Null: none is.
     */
    public @Nullable String ceiling() {
        return draw() == null ? null : student.getCeiling();
    }
}
