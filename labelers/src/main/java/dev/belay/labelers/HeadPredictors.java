package dev.belay.labelers;

import dev.belay.models.CheckpointStore;
import dev.belay.models.Device;
import dev.belay.models.Encoder;
import dev.belay.models.Encoders;
import dev.belay.models.Head;
import dev.belay.models.MalformedCheckpointException;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints of Belay's own models: a frozen encoder, shared by the whole process, and a head from
 * the store.
 *
 * @param cacheDir where encoded texts are kept
 */
record HeadPredictors(CheckpointStore store, Device device, Path cacheDir) implements Predictors {
    /** Texts encoded at a time: bounds the memory of wide features. */
    private static final int BLOCK = 256;

    @Override
    public Predictor open(ModelSpec spec, Checkpoint checkpoint) {
        try {
            Encoder encoder = Encoders.open(spec.getEncoderName(), device, cacheDir);
            byte[] weights = store.get(checkpoint.getWeightsUri(), checkpoint.getWeightsSha256());
            Head head = Head.read(weights, device);
            if (head.shape().inputs() != encoder.dimensions()
                    || head.shape().classes() != spec.getClasses().size()) {
                head.close();
                throw unusable(
                        checkpoint,
                        "its head has the shape "
                                + head.shape()
                                + ", expected "
                                + encoder.dimensions()
                                + " inputs and "
                                + spec.getClasses().size()
                                + " classes",
                        null);
            }
            return new HeadPredictor(encoder, head);
        } catch (MalformedCheckpointException
                | UncheckedIOException
                | IllegalArgumentException e) { // the last: an unknown encoder
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

    private record HeadPredictor(Encoder encoder, Head head) implements Predictor {
        @Override
        public List<float[]> predict(List<String> texts) {
            List<float[]> rows = new ArrayList<>(texts.size());
            for (int from = 0; from < texts.size(); from += BLOCK) {
                int to = Math.min(from + BLOCK, texts.size());
                rows.addAll(List.of(head.predict(encoder.encode(texts.subList(from, to)))));
            }
            return rows;
        }

        @Override
        public void close() {
            head.close();
        }
    }
}
