package dev.belay.cli.experiment;

import dev.belay.schemas.InitialCheckpoint;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Models that an installation has, and their checkpoints.
 *
 * @param specs of all runs that are not stopped
 * @param checkpoints by model id, in their order
 */
public record KnownCheckpoints(
        Collection<ModelSpec> specs, Map<String, List<Checkpoint>> checkpoints) {

    /** The newest run of a model, or null. */
    @Nullable ModelSpec newest(String experiment, String model, long seed) {
        return specs.stream()
                .filter(spec -> spec.getExperiment().equals(experiment))
                .filter(spec -> spec.getModel().equals(model) && spec.getSeed() == seed)
                .max(Comparator.comparingInt(ModelSpec::getRun))
                .orElse(null);
    }

    /**
     * A checkpoint with weights of its own, or null.
     *
     * @param number {@link InitialCheckpoint#LAST}: the one with which the model has finished
     */
    @Nullable Checkpoint find(String model, long number) {
        for (Checkpoint event : checkpoints.getOrDefault(model, List.of())) {
            if (number == InitialCheckpoint.LAST
                    ? event.getState() == State.FINISHED
                    : event.getNumber() == number && event.getState() != State.FAILED) {
                return event;
            }
        }
        return null;
    }

    /** The newest checkpoint in words. */
    String words(String model) {
        List<Checkpoint> events = checkpoints.getOrDefault(model, List.of());
        if (events.isEmpty()) {
            return "has no checkpoint yet";
        }
        Checkpoint last = events.get(events.size() - 1);
        return "has checkpoints 1 to " + last.getNumber() + ", the last one " + last.getState();
    }

    /** Names of an experiment's models, as a reference has them. */
    List<String> names(String experiment) {
        return specs.stream()
                .filter(spec -> spec.getExperiment().equals(experiment))
                .map(spec -> ModelId.parse(spec.getId()))
                .map(id -> id.experiment() + "/" + id.model() + "#" + id.seed())
                .distinct()
                .sorted()
                .toList();
    }
}
