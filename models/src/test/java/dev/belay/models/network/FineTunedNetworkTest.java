package dev.belay.models.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.loss.Gradient;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import dev.belay.models.transformer.FineTune.Scope;
import dev.belay.models.transformer.TinyBert;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FineTunedNetworkTest {
    private static final FineTune FULL = new FineTune(Scope.FULL, 0, true, false);
    private static final FineTune LAST = new FineTune(Scope.LAST, 1, false, false);
    private static final Update UPDATE = new Update(1e-3, 1e-2, 0, 1);

    @TempDir private static Path root;

    private static String sha256 = "";

    @BeforeAll
    static void makeEncoder() throws IOException {
        TinyBert.write(root, "tiny", "bert.");
        sha256 = Encoders.sha256("hf:tiny", root);
    }

    static List<NetworkDesign> designs() {
        return List.of(
                tiny(FULL),
                tiny(new FineTune(Scope.FULL, 0, false, false)),
                tiny(LAST),
                new NetworkDesign(new EncoderRef("transformer"), HeadShape.Kind.LINEAR, 0, 2, FULL),
                new NetworkDesign(new EncoderRef("mlp"), HeadShape.Kind.MLP, 8, 2, FULL));
    }

    @ParameterizedTest
    @MethodSource("designs")
    void textHasTheSameBitsAloneAndInAnyPlaceAndCompany(NetworkDesign design) {
        try (Network<?> network = networks().fresh(design, 1, false)) {
            // Given
            List<String> texts = TinyBert.texts(60);
            float[][] together = predict(network, texts);
            // When
            var shuffled = new ArrayList<>(texts);
            Collections.rotate(shuffled, 23);
            float[][] moved = predict(network, shuffled);
            // Then
            for (int i = 0; i < 60; i++)
                assertArrayEquals(together[i], moved[(i + 23) % 60], "text " + i);
            for (int i = 0; i < 60; i += 7)
                assertArrayEquals(together[i], predict(network, texts.subList(i, i + 1))[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("designs")
    void networkReadFromItsBytesGoesOnBitForBit(NetworkDesign design) {
        // Given
        Networks networks = networks();
        var adam = new Adam(0.01);
        try (Network<?> one = networks.fresh(design, 1, false)) {
            learn(one, adam, 3);
            var restored = new Adam(0.01);
            try (Network<?> two = networks.read(one.write(Map.of("model", "m")), design)) {
                restored.restore(SafeTensors.of(Map.of(), adam.state()), two.sizes());
                // When
                Step last = learn(one, adam, 4);
                assertEquals(last, learn(two, restored, 4));
                // Then
                assertArrayEquals(one.write(Map.of()), two.write(Map.of()));
                assertArrayEquals(bytes(adam), bytes(restored));
                try (Network<?> judge = networks.read(one.write(Map.of()), design.encoder())) {
                    List<String> texts = TinyBert.texts(9);
                    assertArrayEquals(predict(one, texts), predict(judge, texts));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("designs")
    void lossFallsAsItLearns(NetworkDesign design) {
        try (Network<?> network = networks().fresh(design, 1, false)) {
            var adam = new Adam(0);
            double first = learn(network, adam, 1).loss();
            assertTrue(learn(network, adam, 25).loss() < first);
        }
    }

    @Test
    void onlyWhatLearnsIsWritten() {
        try (Network<?> network = networks().fresh(tiny(LAST), 1, false)) {
            Set<String> names = SafeTensors.read(network.write(Map.of())).tensors().keySet();
            assertEquals(18, names.size());
            for (String name : names)
                assertTrue(name.startsWith("encoder.layer.1.") || name.startsWith("output."), name);
        }
    }

    @Test
    void normIsToldBeforeClippingAndWhatMovesIsClipped() {
        try (Network<?> network = networks().fresh(tiny(FULL), 1, false)) {
            // Given
            var adam = new Adam(0);
            // When
            Step step = learn(network, adam, 1, new Update(1e-3, 1e-3, 0, 0.01));
            // Then: after one step the first moments are a tenth of the gradient
            assertTrue(step.gradientNorm() > 0.01);
            double squares = 0;
            for (Tensor tensor : adam.state())
                if (tensor.name().startsWith("adam.m."))
                    for (float m : tensor.floats()) squares += (double) m * m;
            assertEquals(0.1 * 0.01, Math.sqrt(squares), 1e-7);
        }
    }

    @Test
    void headAndTrunkLearnAtRatesOfTheirOwn() {
        try (Network<?> network = networks().fresh(tiny(LAST), 1, false)) {
            SafeTensors before = SafeTensors.read(network.write(Map.of()));
            learn(network, new Adam(0), 1, new Update(0, 1e-3, 0, 0));
            SafeTensors after = SafeTensors.read(network.write(Map.of()));
            before.tensors()
                    .forEach(
                            (name, tensor) ->
                                    assertEquals(
                                            name.startsWith("encoder."),
                                            Arrays.equals(
                                                    tensor.floats(), after.tensor(name).floats()),
                                            name));
        }
    }

    @Test
    void lossThatIsNotFiniteLeavesTheWeightsAlone() {
        try (Network<?> network = networks().fresh(tiny(FULL), 1, false)) {
            byte[] before = network.write(Map.of());
            assertFalse(Double.isFinite(stepWithNoLoss(network).gradientNorm()));
            assertArrayEquals(before, network.write(Map.of()));
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Networks networks = networks();
        NetworkDesign tooDeep = tiny(new FineTune(Scope.LAST, 3, false, false));
        says(
                assertThrows(
                        IllegalArgumentException.class, () -> networks.fresh(tooDeep, 1, false)),
                "last 3 layers of hf:tiny, which has 2");
        NetworkDesign onGpu = tiny(new FineTune(Scope.FULL, 0, false, true));
        says(
                assertThrows(IllegalStateException.class, () -> networks.fresh(onGpu, 1, false)),
                "precision bf16 is for a GPU");
        try (Network<?> network = networks.fresh(tiny(LAST), 1, false)) {
            byte[] weights = network.write(Map.of());
            says(
                    assertThrows(
                            MalformedCheckpointException.class,
                            () -> networks.read(weights, tiny(FULL))),
                    "finetune");
        }
    }

    private static NetworkDesign tiny(FineTune tune) {
        return new NetworkDesign(
                new EncoderRef("hf:tiny", Map.of(), sha256), HeadShape.Kind.LINEAR, 0, 2, tune);
    }

    private static Networks networks() {
        return Networks.of(Device.CPU, root.resolve("cache"), root);
    }

    private static <I> float[][] predict(Network<I> network, List<String> texts) {
        return network.predict(network.inputs(Input.texts(texts)));
    }

    private static Step learn(Network<?> network, Adam adam, int steps) {
        return learn(network, adam, steps, UPDATE);
    }

    private static <I> Step learn(Network<I> network, Adam adam, int steps, Update update) {
        List<String> texts = TinyBert.texts(16);
        float[][] labels = TinyBert.labels(texts);
        var step = new Step(Double.NaN, Double.NaN);
        for (int i = 0; i < steps; i++)
            step =
                    network.learn(
                            network.inputs(Input.texts(texts)),
                            p -> Gradient.crossEntropy(p, labels, ones(labels)),
                            adam,
                            update);
        return step;
    }

    private static <I> Step stepWithNoLoss(Network<I> network) {
        return network.learn(
                network.inputs(Input.texts(TinyBert.texts(4))),
                p -> new Gradient(Double.NaN, p),
                new Adam(0),
                UPDATE);
    }

    private static byte[] bytes(Adam adam) {
        return SafeTensors.of(Map.of(), adam.state()).write();
    }

    private static void says(Throwable e, String part) {
        assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    private static float[] ones(float[][] rows) {
        float[] ones = new float[rows.length];
        Arrays.fill(ones, 1);
        return ones;
    }
}
