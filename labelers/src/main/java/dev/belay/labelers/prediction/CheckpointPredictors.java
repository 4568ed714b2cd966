package dev.belay.labelers.prediction;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.torch.Device;
import dev.belay.plugins.Plugins;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;

/**
 * Checkpoints from the store, each opened by the {@link PredictorFormat} of its media type, which
 * as the ending of its file's name says.
 */
public record CheckpointPredictors(CheckpointStore store, Networks networks) implements Predictors {
    /** With the device and the folders that the settings name. */
    public static CheckpointPredictors of(Settings settings, CheckpointStore store) {
        Device device = Device.parse(settings.device());
        return new CheckpointPredictors(
                store, Networks.of(device, settings.cache(), settings.encoders()));
    }

    @Override
    public Predictor open(ModelSpec spec, Checkpoint checkpoint) {
        try {
            PredictorFormat format = format(checkpoint.getWeightsUri());
            byte[] weights = store.get(checkpoint.getWeightsUri(), checkpoint.getWeightsSha256());
            return format.open(weights, spec, networks);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                throw unusable(checkpoint, e);
            }
            throw e;
        } catch (MalformedCheckpointException | IllegalArgumentException e) {
            throw unusable(checkpoint, e);
        }
    }

    private static PredictorFormat format(String uri) {
        Collection<PredictorFormat> formats = Plugins.load(PredictorFormat.class).values();
        return formats.stream()
                .filter(format -> uri.endsWith("." + format.extension()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "found the file "
                                                + uri
                                                + ", expected a name that ends in one of "
                                                + formats.stream()
                                                        .map(PredictorFormat::extension)
                                                        .toList()));
    }

    private static UnusableCheckpointException unusable(
            Checkpoint checkpoint, RuntimeException why) {
        return new UnusableCheckpointException(
                "checkpoint "
                        + checkpoint.getNumber()
                        + " of "
                        + checkpoint.getModel()
                        + " can't be used: "
                        + why.getMessage(),
                why);
    }
}
