package dev.belay.labelers.prediction;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.encoder.FailingTexts;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import dev.belay.models.network.Network;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checkpoints of Belay's own models: networks from the store. */
public record NetworkPredictors(CheckpointStore store, Networks networks) implements Predictors {
    /** Features held at a time, 16 MB: how many inputs that are depends on how wide they are. */
    private static final int FLOATS = 1 << 22;

    /** Inputs predicted at a time, while those after them are being encoded. */
    private static final int MOST = 1_024;

    /** With the device and the folders that the settings name. */
    public static NetworkPredictors of(Settings settings, CheckpointStore store) {
        Device device = Device.parse(settings.device());
        return new NetworkPredictors(
                store, Networks.of(device, settings.cache(), settings.encoders()));
    }

    @Override
    public Predictor open(ModelSpec spec, Checkpoint checkpoint) {
        try {
            byte[] weights = store.get(checkpoint.getWeightsUri(), checkpoint.getWeightsSha256());
            Network<?> network =
                    networks.read(weights, spec.getEncoderName(), spec.getEncoderSha256());
            int classes = network.head().classes();
            if (classes != spec.getClasses().size()) {
                network.close();
                throw unusable(
                        checkpoint,
                        "it tells "
                                + classes
                                + " classes apart, expected "
                                + spec.getClasses().size(),
                        null);
            }
            return new NetworkPredictor<>(network);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                throw unusable(checkpoint, String.valueOf(e.getMessage()), e);
            }
            throw e;
        } catch (MalformedCheckpointException | IllegalArgumentException e) {
            throw unusable(checkpoint, String.valueOf(e.getMessage()), e);
        }
    }

    private static UnusableCheckpointException unusable(
            Checkpoint checkpoint, String why, @Nullable Throwable cause) {
        String message =
                "checkpoint "
                        + checkpoint.getNumber()
                        + " of "
                        + checkpoint.getModel()
                        + " can't be used: "
                        + why;
        return cause == null
                ? new UnusableCheckpointException(message)
                : new UnusableCheckpointException(message, cause);
    }

    private record NetworkPredictor<I>(Network<I> network) implements Predictor {
        @Override
        public void expect(List<Input> inputs) {
            network.expect(inputs);
        }

        @Override
        public Rows<float[]> predict(List<Input> inputs) {
            List<float[]> rows = new ArrayList<>(inputs.size());
            var rejected = new TreeMap<Integer, String>();
            int block = Math.max(1, Math.min(MOST, FLOATS / network.head().inputs()));
            for (int from = 0; from < inputs.size(); from += block) {
                int to = Math.min(from + block, inputs.size());
                // the next ones too: at a block's end no core waits for another
                network.expect(inputs.subList(from, Math.min(to + block, inputs.size())));
                Rows<float[]> part =
                        FailingTexts.compute(
                                inputs.subList(from, to),
                                some -> List.of(network.predict(network.inputs(some))),
                                network::probe);
                rows.addAll(part.rows());
                int first = from;
                part.rejected().forEach((i, reason) -> rejected.put(first + i, reason));
            }
            return new Rows<>(rows, rejected);
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
