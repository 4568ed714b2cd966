package dev.belay.labelers.labeling;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that may label: of each model the first and the newest one that was READY or
 * FINISHED, in the order of the topic.
 */
public final class ReadyCheckpoints {
    private final Map<String, Checkpoint> first = new HashMap<>();
    private final Map<String, Checkpoint> newest = new HashMap<>();

    /** Takes in the next event of a model's checkpoints; null, a tombstone, changes nothing. */
    void take(String model, @Nullable Checkpoint checkpoint) {
        if (checkpoint == null
                || (checkpoint.getState() != State.READY
                        && checkpoint.getState() != State.FINISHED)) {
            return;
        }
        first.putIfAbsent(model, checkpoint);
        newest.put(model, checkpoint);
    }

    /** The checkpoint by which the model labels now, or null while it may not. */
    public @Nullable Checkpoint of(ModelSpec spec) {
        return spec.getLabelPolicy() == LabelPolicy.LATEST
                ? newest.get(spec.getId())
                : first.get(spec.getId());
    }
}
