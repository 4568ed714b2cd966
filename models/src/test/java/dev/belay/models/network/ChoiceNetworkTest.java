package dev.belay.models.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.loss.Gradient;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChoiceNetworkTest {
    private static final EncoderRef PLAIN = new EncoderRef("plain");
    private static final int FEATURES = 2;

    /** Options that are vectors, as they are. */
    private static final Networks NETWORKS = new Networks(ref -> new PlainEncoder(), Device.CPU);

    /** Scores 1.5, .5, -.5: e^1, e^0, e^-1 over their sum. */
    @Test
    void aPredictionIsTheSoftmaxOverTheExamplesOwnScores() {
        try (Network<?> network = NETWORKS.read(weights(1, -1, .5f), PLAIN)) {
            float[][] p = predict(network, List.of(choice(1, 0, 0, 0, 0, 1), choice(3, 0, 1, -2)));
            assertArrayEquals(new float[] {.66524f, .24473f, .09003f}, p[0], 1e-5f);
            assertArrayEquals(new float[] {.5f, .5f}, p[1], 1e-5f);
        }
    }

    @Test
    void permutedOptionsArePermutedPredictions() {
        try (Network<?> network = NETWORKS.read(weights(.3f, -2, 1), PLAIN)) {
            var random = new Rng(3);
            for (int n = 2; n < 20; n++) {
                Input.Choice choice = random(n, random);
                List<Input> reversed = new ArrayList<>(choice.options());
                Collections.reverse(reversed);
                float[] p = predict(network, List.of(choice))[0];
                float[] q = predict(network, List.of(new Input.Choice(Input.of(""), reversed)))[0];
                assertEquals(n, p.length);
                for (int k = 0; k < n; k++) assertEquals(p[k], q[n - 1 - k], 1e-6f);
            }
        }
    }

    /** Of two options the probability of the first is σ(w·(x₁ − x₂)): Bradley and Terry. */
    @Test
    void ofTwoOptionsItIsLogisticRegressionOnTheDifference() {
        // Given: pairs with soft labels, so that the optimum is finite
        var random = new Rng(11);
        var choices = new ArrayList<Input>();
        var labels = new ArrayList<float[]>();
        double[][] differences = new double[60][FEATURES];
        for (double[] difference : differences) {
            Input.Choice choice = random(2, random);
            for (int f = 0; f < FEATURES; f++)
                difference[f] = (double) features(choice, 0)[f] - features(choice, 1)[f];
            float first = random.nextFloat();
            choices.add(choice);
            labels.add(new float[] {first, 1 - first});
        }
        double[] w = new double[FEATURES];
        for (int step = 0; step < 5_000; step++) {
            double[] slope = new double[FEATURES];
            for (int i = 0; i < differences.length; i++) {
                double error = sigma(w, differences[i]) - labels.get(i)[0];
                for (int f = 0; f < FEATURES; f++) slope[f] += error * differences[i][f];
            }
            for (int f = 0; f < FEATURES; f++) w[f] -= 0.5 * slope[f] / differences.length;
        }
        var design = new NetworkDesign(PLAIN, HeadShape.Kind.LINEAR, 0, 1, FineTune.HEAD);
        try (Network<?> network = NETWORKS.fresh(design, 1, false)) {
            // When
            float[][] targets = labels.toArray(float[][]::new);
            float[] ones = new float[targets.length];
            Arrays.fill(ones, 1);
            learn(network, choices, p -> Gradient.crossEntropy(p, targets, ones));
            // Then
            float[][] p = predict(network, choices);
            for (int i = 0; i < p.length; i++)
                assertEquals(sigma(w, differences[i]), p[i][0], 2e-3);
        }
    }

    @Test
    void anInputWithoutOptionsIsRefused() {
        try (Network<?> network = NETWORKS.read(weights(1, 1, 0), PLAIN)) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> network.inputs(Input.texts("a text")));
            assertEquals("found an input of kind text, expected a choice", e.getMessage());
        }
    }

    @Test
    void promptAndOptionAreTwoParts() {
        var choice = new Input.Choice(Input.of("why"), Input.texts("a", "b"));
        assertEquals("why [SEP] b", choice.encoded().get(1).text());
        assertEquals(
                Input.texts("a", "b"),
                new Input.Choice(Input.of(""), Input.texts("a", "b")).encoded());
        assertThrows(
                IllegalArgumentException.class,
                () -> new Input.Choice(Input.of("why"), Input.texts("a")));
    }

    private static <I> float[][] predict(Network<I> network, List<Input> choices) {
        return network.predict(network.inputs(choices));
    }

    private static <I> void learn(Network<I> network, List<Input> choices, BatchLoss loss) {
        var adam = new Adam(0);
        List<I> inputs = network.inputs(choices);
        for (double rate : new double[] {0.05, 0.01, 0.001})
            for (int step = 0; step < 300; step++)
                network.learn(inputs, loss, adam, Update.of(rate));
    }

    private static double sigma(double[] w, double[] x) {
        double s = 0;
        for (int f = 0; f < FEATURES; f++) s += w[f] * x[f];
        return 1 / (1 + Math.exp(-s));
    }

    private static Input.Choice choice(float... values) {
        var options = new ArrayList<Input>();
        for (int i = 0; i < values.length; i += FEATURES)
            options.add(new Input.Vector(new float[] {values[i], values[i + 1]}));
        return new Input.Choice(Input.of(""), options);
    }

    private static Input.Choice random(int options, Rng random) {
        float[] values = new float[options * FEATURES];
        for (int i = 0; i < values.length; i++) values[i] = 4 * random.nextFloat() - 2;
        return choice(values);
    }

    private static float[] features(Input.Choice choice, int option) {
        return ((Input.Vector) choice.options().get(option)).features();
    }

    private static byte[] weights(float first, float second, float bias) {
        return SafeTensors.of(
                        HeadShape.linear(FEATURES, 1).metadata(),
                        List.of(
                                Tensor.ofFloats(
                                        "output.weight", new float[] {first, second}, 1, FEATURES),
                                Tensor.ofFloats("output.bias", new float[] {bias}, 1)))
                .write();
    }

    private static final class PlainEncoder implements Encoder {
        @Override
        public String name() {
            return PLAIN.name();
        }

        @Override
        public int dimensions() {
            return FEATURES;
        }

        @Override
        public Set<Input.Kind> accepts() {
            return Set.of(Input.Kind.VECTOR);
        }

        @Override
        public float[][] encode(List<Input> inputs) {
            return inputs.stream()
                    .map(input -> ((Input.Vector) input).features())
                    .toArray(float[][]::new);
        }

        @Override
        public void close() {}
    }
}
