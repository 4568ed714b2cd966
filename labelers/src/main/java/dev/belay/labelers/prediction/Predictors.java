package dev.belay.labelers.prediction;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;

/** Opens checkpoints. */
@FunctionalInterface
public interface Predictors {
    /**
     * @throws UnusableCheckpointException when the checkpoint's file is missing, altered, or does
     *     not fit the spec
     * @throws java.io.UncheckedIOException when the store can't be read now
     */
    Predictor open(ModelSpec spec, Checkpoint checkpoint);
}
