package dev.belay.labelers.prediction;

import dev.belay.models.network.Networks;
import dev.belay.plugins.Plugin;
import dev.belay.schemas.events.ModelSpec;

/**
 * A format of checkpoints that can predict: an extension point, see {@link dev.belay.plugins}. Its
 * name is its media type.
 */
public interface PredictorFormat extends Plugin {
    /** How the names of its files end, without the dot; unique among the formats. */
    String extension();

    /**
     * Opens a checkpoint.
     *
     * @param weights the checkpoint's file; its SHA-256 is the one of the checkpoint event
     * @param networks encoders of this process
     * @throws dev.belay.models.checkpoint.MalformedCheckpointException if the file is malformed or
     *     does not fit the spec
     * @throws IllegalArgumentException if the spec's encoder is unknown
     */
    Predictor open(byte[] weights, ModelSpec spec, Networks networks);
}
