package dev.belay.models.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Networks that start from the weights of others. */
class InitialWeightsTest {
    private static final Path NONE = Path.of("unused");
    private static final Networks NETWORKS = Networks.of(Device.CPU, NONE, NONE);

    @Test
    void layersOfTheSameNameAndShapeAreTakenAndTheOthersAreFresh() {
        NetworkDesign before = chess(2, 3, 1);
        NetworkDesign deeper = chess(2, 4, 1);
        NetworkDesign classes = chess(2, 3, 5);
        byte[] weights = weights(before, 1);
        assertEquals(
                List.of("conv.0", "conv.1", "conv.2", "output"), deeper.sharedLayers(before, NONE));
        assertEquals(List.of("conv.0", "conv.1", "conv.2"), classes.sharedLayers(before, NONE));
        for (NetworkDesign design : List.of(before, deeper, classes)) {
            List<String> shared = design.sharedLayers(before, NONE);
            SafeTensors then = SafeTensors.read(weights);
            SafeTensors fresh = SafeTensors.read(weights(design, 7));
            try (Network<?> network = NETWORKS.fresh(design, 7, false, weights)) {
                SafeTensors now = SafeTensors.read(network.write(Map.of()));
                assertEquals(fresh.tensors().keySet(), now.tensors().keySet());
                assertEquals(fresh.metadata(), now.metadata());
                now.tensors()
                        .forEach(
                                (name, tensor) ->
                                        assertArrayEquals(
                                                (shared.contains(SharedLayers.layer(name))
                                                                ? then
                                                                : fresh)
                                                        .tensor(name)
                                                        .floats(),
                                                tensor.floats(),
                                                name));
            }
        }
    }

    /** Weights of standardised features mean nothing without their moments. */
    @Test
    void momentsAreTakenWithTheHead() {
        var design =
                new NetworkDesign(
                        new EncoderRef("length"), HeadShape.Kind.LINEAR, 0, 2, FineTune.HEAD);
        try (Network<?> one = NETWORKS.fresh(design, 1, false)) {
            observe(one, Input.texts("a", "some words", "and a few words more"));
            byte[] weights = one.write(Map.of());
            try (Network<?> other = NETWORKS.fresh(design, 2, false, weights)) {
                assertArrayEquals(weights, other.write(Map.of()));
            }
        }
    }

    @Test
    void withoutACommonLayerItIsRefused() {
        byte[] weights = weights(chess(2, 3, 1), 1);
        NetworkDesign wider = chess(3, 3, 1);
        assertEquals(List.of(), wider.sharedLayers(chess(2, 3, 1), NONE));
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> NETWORKS.fresh(wider, 7, false, weights));
        assertTrue(e.toString().contains("conv.0.weight"), e.toString());
        // the same shapes, but other encoders
        var hashing = linear("hashing");
        assertEquals(List.of(), hashing.sharedLayers(linear("hashing-bigrams"), NONE));
        assertEquals(List.of("output"), hashing.sharedLayers(linear("hashing"), NONE));
    }

    private static NetworkDesign linear(String encoder) {
        return new NetworkDesign(
                new EncoderRef(encoder), HeadShape.Kind.LINEAR, 0, 2, FineTune.HEAD);
    }

    private static NetworkDesign chess(int filters, int blocks, int classes) {
        var parameters = Map.of("filters", "" + filters, "blocks", "" + blocks);
        return new NetworkDesign(
                new EncoderRef("chess-cnn", parameters, ""),
                HeadShape.Kind.LINEAR,
                0,
                classes,
                ConvNetwork.ALL);
    }

    private static byte[] weights(NetworkDesign design, long seed) {
        try (Network<?> network = NETWORKS.fresh(design, seed, false)) {
            return network.write(Map.of());
        }
    }

    private static <I> void observe(Network<I> network, List<Input> inputs) {
        network.observe(network.inputs(inputs));
    }
}
