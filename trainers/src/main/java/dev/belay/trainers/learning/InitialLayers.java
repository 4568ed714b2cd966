package dev.belay.trainers.learning;

import dev.belay.schemas.events.ModelSpec;
import java.nio.file.Path;
import java.util.List;

/** What a model can take from another one that it starts from. */
public final class InitialLayers {
    private InitialLayers() {}

    /**
     * Names of the layers that both train, with the same shape; none if their encoders differ.
     * Cheap: opens no model.
     *
     * @param encodersDir where the folders of encoders {@code hf:NAME} are
     * @throws IllegalArgumentException if an encoder is unknown, or its folder is invalid
     */
    public static List<String> shared(ModelSpec spec, ModelSpec from, Path encodersDir) {
        return SpecDesigns.of(spec).sharedLayers(SpecDesigns.of(from), encodersDir);
    }
}
