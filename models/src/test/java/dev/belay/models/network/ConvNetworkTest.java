package dev.belay.models.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.chess.ChessPlanes;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.image.TestImages;
import dev.belay.models.input.Input;
import dev.belay.models.loss.Gradient;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConvNetworkTest {
    private static final Path NONE = Path.of("unused");
    private static final Networks NETWORKS = Networks.of(Device.CPU, NONE, NONE);
    private static final NetworkDesign SMALL = design(Map.of("size", "12", "channels", "1"));
    private static final NetworkDesign LARGE =
            design(Map.of("size", "12", "channels", "1", "filters", "32", "blocks", "2"));

    @Test
    void weightsAreCountedWithoutOpeningIt() {
        // 3 blocks of 16, 32, 64 filters; 1 x 1 x 64 features; 2 classes
        long convolutions = 9 * (16 + 16 * 32 + 32 * 64) + 16 + 32 + 64;
        assertEquals(convolutions + 2 * 64 + 2, SMALL.parameters(NONE));
        assertEquals(SMALL.parameters(NONE), SMALL.learning(NONE));
        assertEquals(SMALL.parameters(NONE), NETWORKS.learning(SMALL));
        assertEquals(Set.of(Input.Kind.CONTENT), Encoders.accepts("cnn"));
        try (Network<?> network = NETWORKS.fresh(SMALL, 1, false)) {
            long trained = network.sizes().values().stream().mapToLong(n -> n).sum();
            assertEquals(SMALL.parameters(NONE), trained);
        }
        var tooDeep = design(Map.of("size", "4", "blocks", "3"));
        assertThrows(IllegalArgumentException.class, () -> tooDeep.parameters(NONE));
    }

    @Test
    void anImageHasTheSameBitsAloneAndInAnyPlaceAndCompany() {
        for (NetworkDesign design : List.of(SMALL, LARGE))
            try (Network<?> network = NETWORKS.fresh(design, 1, false)) {
                List<Input> images = new ArrayList<>();
                for (int i = 0; i < 100; i++) images.add(TestImages.bar(12, i % 2, i));
                float[][] together = predict(network, images);
                List<Input> rotated = new ArrayList<>(images);
                Collections.rotate(rotated, 23);
                float[][] moved = predict(network, rotated);
                for (int i = 0; i < 100; i++) assertArrayEquals(together[i], moved[(i + 23) % 100]);
                for (int i = 0; i < 100; i += 9)
                    assertArrayEquals(together[i], predict(network, images.subList(i, i + 1))[0]);
                network.probe();
            }
    }

    @Test
    void itLearnsWhatNeedsConvolutionsAndContinuesFromItsBytesBitForBit() {
        var adam = new Adam(0.01);
        try (Network<?> one = NETWORKS.fresh(SMALL, 1, false)) {
            for (int i = 0; i < 100; i++) learn(one, adam, i);
            var restored = new Adam(0.01);
            try (Network<?> two = NETWORKS.read(one.write(Map.of("model", "m")), SMALL)) {
                restored.restore(SafeTensors.of(Map.of(), adam.state()), two.sizes());
                for (int i = 100; i < 110; i++)
                    assertEquals(learn(one, adam, i), learn(two, restored, i));
                assertArrayEquals(one.write(Map.of()), two.write(Map.of()));
                try (Network<?> judge = NETWORKS.read(one.write(Map.of()), SMALL.encoder())) {
                    List<Input> images = new ArrayList<>();
                    for (int i = 0; i < 200; i++) images.add(TestImages.bar(12, i % 2, 9_000 + i));
                    float[][] rows = predict(judge, images);
                    assertArrayEquals(predict(one, images), rows);
                    int right = 0;
                    for (int i = 0; i < 200; i++) if (rows[i][i % 2] > .5f) right++;
                    assertTrue(right > 180, right + " of 200 right");
                }
            }
            byte[] bytes = one.write(Map.of());
            assertThrows(MalformedCheckpointException.class, () -> NETWORKS.read(bytes, LARGE));
        }
    }

    /** Recomputed by loops over squares, filters and planes. */
    @Test
    void withoutPoolingABlockAddsItsInput() {
        var design =
                new NetworkDesign(
                        new EncoderRef("chess-cnn", Map.of("filters", "3", "blocks", "3"), ""),
                        HeadShape.Kind.LINEAR,
                        0,
                        2,
                        ConvNetwork.ALL);
        long weights = 9L * 3 * (16 + 3 + 3) + 9 + 2 * 3 * 64 + 2;
        assertEquals(weights, design.parameters(NONE));
        Input input =
                Input.of("r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R b kq - 0 1");
        try (Network<?> network = NETWORKS.fresh(design, 3, false)) {
            assertEquals("chess-cnn", network.encoder());
            SafeTensors file = SafeTensors.read(network.write(Map.of()));
            float[] x = ChessPlanes.INSTANCE.apply(input);
            for (int block = 0; block < 3; block++) x = block(file, block, x);
            float[] head = file.tensor("output.weight").floats();
            double[] logits = new double[2];
            for (int k = 0; k < 2; k++) {
                logits[k] = file.tensor("output.bias").floats()[k];
                for (int i = 0; i < x.length; i++)
                    logits[k] += (double) head[k * x.length + i] * x[i];
            }
            double first = 1 / (1 + Math.exp(logits[1] - logits[0]));
            assertEquals(first, predict(network, List.of(input))[0][0], 1e-5);
        }
    }

    /** relu(convolution), plus the input from the second block on. */
    private static float[] block(SafeTensors file, int block, float[] x) {
        float[] kernel = file.tensor("conv." + block + ".weight").floats();
        int planes = x.length / 64;
        float[] y = new float[3 * 64];
        for (int filter = 0; filter < 3; filter++)
            for (int rank = 0; rank < 8; rank++)
                for (int column = 0; column < 8; column++) {
                    double sum = file.tensor("conv." + block + ".bias").floats()[filter];
                    for (int plane = 0; plane < planes; plane++)
                        for (int i = 0; i < 9; i++) {
                            int r = rank + i / 3 - 1;
                            int c = column + i % 3 - 1;
                            if (r >= 0 && r < 8 && c >= 0 && c < 8)
                                sum +=
                                        (double) kernel[(filter * planes + plane) * 9 + i]
                                                * x[plane * 64 + r * 8 + c];
                        }
                    int at = filter * 64 + rank * 8 + column;
                    y[at] = (float) Math.max(0, sum) + (block == 0 ? 0 : x[at]);
                }
        return y;
    }

    @Test
    void itIsTrainedInFull() {
        var head =
                new NetworkDesign(
                        SMALL.encoder(),
                        HeadShape.Kind.LINEAR,
                        0,
                        2,
                        new FineTune(FineTune.Scope.LAST, 1, false, false));
        assertThrows(IllegalArgumentException.class, () -> NETWORKS.fresh(head, 1, false));
    }

    private static NetworkDesign design(Map<String, String> parameters) {
        return new NetworkDesign(
                new EncoderRef("cnn", parameters, ""),
                HeadShape.Kind.LINEAR,
                0,
                2,
                ConvNetwork.ALL);
    }

    private static <I> float[][] predict(Network<I> network, List<Input> images) {
        return network.predict(network.inputs(images));
    }

    private static <I> Step learn(Network<I> network, Adam adam, int step) {
        List<Input> images = new ArrayList<>();
        for (int i = 0; i < 16; i++) images.add(TestImages.bar(12, i % 2, 16L * step + i));
        return network.learn(
                network.inputs(images),
                probabilities -> {
                    float[][] slopes = new float[16][2];
                    double loss = 0;
                    for (int i = 0; i < 16; i++) {
                        loss -= Math.log(probabilities[i][i % 2]) / 16;
                        for (int k = 0; k < 2; k++)
                            slopes[i][k] = (probabilities[i][k] - (k == i % 2 ? 1 : 0)) / 16;
                    }
                    return new Gradient(loss, slopes);
                },
                adam,
                new Update(3e-3, 3e-3, 0, 1));
    }
}
