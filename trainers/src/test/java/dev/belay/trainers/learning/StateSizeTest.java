package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.HashingEncoder;
import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateSizeTest {
    private static final Path NO_FOLDER = Path.of("no-such-folder");

    @Test
    void learnerWhoseStateNoFileCanHoldIsRefusedBeforeItIsMade() {
        // Given: 2^14 buckets times 2^16 units, four bytes for each of two moments: 8 GiB
        ModelSpec spec = mlp(65_536);
        // When
        var e =
                assertThrows(
                        CheckpointTooLargeException.class,
                        () -> Learner.fresh(spec, networks()).close());
        // Then
        long weights = (1L << 14) * 65_536 + 65_536 + 2 * 65_536 + 2;
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("the training state of test/model#3@1"), message);
        assertTrue(message.contains(8 * weights + " bytes for Adam's moments"), message);
        assertTrue(message.contains(weights + " trained weights"), message);
        assertTrue(message.contains("expected at most 2147483639"), message);
        var atFile =
                assertThrows(
                        CheckpointTooLargeException.class,
                        () -> StateSize.requireFits(spec, NO_FOLDER));
        assertEquals(message, atFile.getMessage());
    }

    @Test
    void theLargestThatFitsIsNotRefused() {
        // Given: 8 bytes a weight, 24 a remembered example with two classes, of which there are 100
        long most = (Integer.MAX_VALUE - 8 - 100 * (4 * 2 + 16)) / 8;
        ModelSpec spec = mlp(4);
        assertDoesNotThrow(() -> StateSize.requireFits(spec, most, 1));
        assertThrows(
                CheckpointTooLargeException.class, () -> StateSize.requireFits(spec, most + 1, 1));
    }

    @Test
    void rememberedExamplesCountWithTheirClasses() {
        // Given: a million examples of 1,000 classes
        List<String> classes = new ArrayList<>();
        for (int k = 0; k < 1_000; k++) classes.add("c" + k);
        ModelSpec many =
                ModelSpec.newBuilder(mlp(4))
                        .setClasses(classes)
                        .setReplayMemory(1_000_000)
                        .setBudget(0)
                        .build();
        var e =
                assertThrows(
                        CheckpointTooLargeException.class,
                        () -> StateSize.requireFits(many, NO_FOLDER));
        assertTrue(
                String.valueOf(e.getMessage())
                        .contains("4016000000 for 1000000 examples remembered with 1000 classes"),
                e.getMessage());
        // a budget of 100 examples is all there is to remember
        StateSize.requireFits(ModelSpec.newBuilder(many).setBudget(100).build(), NO_FOLDER);
    }

    @Test
    void whatIsCountedIsInTheFile() {
        // Given a learner with a full memory
        ModelSpec spec = ModelSpec.newBuilder(mlp(4)).setReplayMemory(50).setBudget(0).build();
        var random = new Rng(1);
        List<LabelledExample> examples = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            float one = random.nextInt(2);
            examples.add(new LabelledExample("", Input.of(""), 0, new float[] {one, 1 - one}));
        }
        try (Learner<?> learner = Learner.fresh(spec, networks())) {
            learner.run(examples);
            // When: without the ids and texts, which are empty
            SafeTensors state = SafeTensors.read(learner.state());
            long bytes =
                    state.tensors().values().stream()
                            .filter(
                                    t ->
                                            !t.name().contains("teps")
                                                    && !t.name().equals("microEpochs"))
                            .mapToLong(t -> t.data().remaining())
                            .sum();
            // Then
            long weights = (1L << 14) * 4 + 4 + 2 * 4 + 2;
            assertEquals(8 * weights + 50 * (4 * 2 + 16), bytes);
        }
    }

    private static ModelSpec mlp(int hidden) {
        Head head = new Head(HeadKind.MLP, hidden);
        return Specs.of("hashing", head, Specs.CROSS_ENTROPY, 2, 100, 3);
    }

    private static Networks networks() {
        return new Networks(ref -> new HashingEncoder(ref.name(), 1), Device.CPU);
    }
}
