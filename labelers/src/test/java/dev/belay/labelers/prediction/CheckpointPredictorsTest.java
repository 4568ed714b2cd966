package dev.belay.labelers.prediction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.network.HeadShape;
import dev.belay.models.network.Network;
import dev.belay.models.network.NetworkDesign;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointPredictorsTest {
    private static final List<Input> TEXTS = Input.texts(List.of("good film", "bad film"));

    @TempDir Path cache;

    @Test
    void eachCheckpointIsOpenedByTheFormatOfItsFile() {
        // Given: a network of two classes as Belay writes it, and a file of another format
        byte[] weights;
        float[][] expected;
        try (Network<?> network = networks().fresh(design(2), 3, false)) {
            weights = network.write(Map.of());
            expected = predicted(network);
        }
        var files = new HashMap<String, byte[]>();
        files.put("file:a.safetensors", weights);
        files.put("file:b.constant", "0.25".getBytes(StandardCharsets.UTF_8));
        // When, Then
        try (Predictor ours = open(files, "file:a.safetensors");
                Predictor other = open(files, "file:b.constant")) {
            assertArrayEquals(expected, ours.predict(TEXTS).rows().toArray());
            assertArrayEquals(new float[] {.25f, .75f}, other.predict(TEXTS).rows().get(1));
        }
    }

    @Test
    void whatDoesNotFitIsUnusableWithItsReason() {
        byte[] three;
        try (Network<?> network = networks().fresh(design(3), 3, false)) {
            three = network.write(Map.of());
        }
        Map<String, byte[]> files =
                Map.of(
                        "file:a.onnx",
                        new byte[4],
                        "file:b.constant",
                        "x".getBytes(StandardCharsets.UTF_8),
                        "file:c.safetensors",
                        three,
                        "file:d.safetensors",
                        new byte[4]);
        says(files, "file:a.onnx", "ends in one of [safetensors, constant]");
        says(files, "file:b.constant", "found 'x', expected a number");
        says(files, "file:c.safetensors", "has 3 logits, expected 2");
        says(files, "file:d.safetensors", "can't be used");
        says(files, "file:absent.safetensors", "absent");
    }

    private void says(Map<String, byte[]> files, String uri, String what) {
        var e = assertThrows(UnusableCheckpointException.class, () -> open(files, uri));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("checkpoint 1 of test/m#0@1 can't be used"), message);
        assertTrue(message.contains(what), message);
    }

    private Predictor open(Map<String, byte[]> files, String uri) {
        ModelSpec spec = Events.spec("test/m#0@1", "truth", LabelPolicy.LATEST, 1);
        Checkpoint checkpoint =
                Checkpoint.newBuilder(Events.checkpoint(spec.getId(), 1, State.READY))
                        .setWeightsUri(uri)
                        .build();
        return new CheckpointPredictors(new Files(files), networks()).open(spec, checkpoint);
    }

    private static <I> float[][] predicted(Network<I> network) {
        return network.predict(network.inputs(TEXTS));
    }

    private Networks networks() {
        return new Networks(ref -> Encoders.open(ref.name(), Device.CPU, cache), Device.CPU);
    }

    private static NetworkDesign design(int classes) {
        return new NetworkDesign(
                new EncoderRef("hashing"), HeadShape.Kind.LINEAR, 0, classes, FineTune.HEAD);
    }

    private record Files(Map<String, byte[]> byUri) implements CheckpointStore {
        @Override
        public StoredFile put(String modelId, long number, Kind kind, byte[] bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] get(String uri, String sha256) {
            assertEquals("00", sha256);
            byte[] bytes = byUri.get(uri);
            if (bytes == null)
                throw new UncheckedIOException(uri + " is absent", new NoSuchFileException(uri));
            return bytes;
        }

        @Override
        public List<StoredFile> list(String modelId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String uri) {
            throw new UnsupportedOperationException();
        }
    }
}
