package dev.belay.models.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.models.Rng;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugins;
import dev.belay.schemas.TaskKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every loss fulfils. Runs each that the class path has: a plug-in's project runs it on its
 * own from this module's test jar.
 */
public class LossContractTest {
    private static final double STEP = 1e-2;

    private static final Map<String, LossCase> CASES = new HashMap<>();

    static {
        for (LossCase hand : ServiceLoader.load(LossCase.class)) CASES.put(hand.loss(), hand);
    }

    /** Losses that look at each row by itself. */
    private static final List<String> RAGGED =
            List.of(
                    "cross-entropy",
                    "reverse-kl",
                    "reverse-cross-entropy",
                    "entropy",
                    "product",
                    "window",
                    "adaptive-confidence");

    /**
     * A loss with a number of classes and rows.
     *
     * @param classes 0: choices, of which row i has 2 + i % 4 options
     */
    record Shape(LossFunction loss, int classes, int rows) {
        int[] sizes(int rows) {
            return IntStream.range(0, rows).map(i -> classes > 0 ? classes : 2 + i % 4).toArray();
        }

        @Override
        public String toString() {
            return loss.name() + ", " + rows + " rows, " + classes + " classes";
        }
    }

    static Stream<LossFunction> losses() {
        return Plugins.load(LossFunction.class).values().stream();
    }

    static Stream<Shape> shapes() {
        return losses().flatMap(
                        loss ->
                                Stream.of(0, 2, 3, 5)
                                        .flatMap(
                                                k ->
                                                        Stream.of(1, 7)
                                                                .map(n -> new Shape(loss, k, n))));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void lossAndSlopeAreThoseComputedByHand(LossFunction loss) {
        LossCase hand = CASES.get(loss.name());
        assertNotNull(hand, "no LossCase for " + loss.name());
        var window =
                new FixedWindow(
                        joined(hand.earlierLabels(), hand.batch().labels()),
                        joined(hand.earlierProbabilities(), hand.probabilities()));
        // When
        Gradient found =
                loss.of(hand.batch(), window, Parameters.of(loss, hand.parameters()))
                        .of(hand.probabilities());
        // Then
        Gradient expected = hand.expected();
        assertEquals(expected.loss(), found.loss(), 1e-5);
        for (int i = 0; i < expected.dLogits().length; i++)
            assertArrayEquals(expected.dLogits()[i], found.dLogits()[i], 1e-5f, "row " + i);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void slopeIsTheDerivativeByTheLogits(Shape shape) {
        Parameters defaults = Parameters.of(shape.loss, Map.of());
        var random = new Rng(5);
        int window = shape.loss.window(shape.classes, defaults);
        int[] sizes = shape.sizes(shape.rows);
        double[][] logits = logits(sizes, random);
        float[][] labels = softmax(logits(sizes, random));
        float[] weights = new float[shape.rows];
        for (int i = 0; i < shape.rows; i++) weights[i] = (float) (1 - 0.9 * random.nextDouble());
        TaskKind task = shape.classes > 0 ? TaskKind.CLASSES : TaskKind.CHOICE;
        var batch = new Batch(labels, weights, new Progress(40, 100), task);
        int[] earlier = shape.sizes(Math.max(0, window - shape.rows));
        float[][] earlierP = softmax(logits(earlier, random));
        float[][] earlierLabels = softmax(logits(earlier, random));
        BatchLoss loss =
                shape.loss.of(
                        batch,
                        new FixedWindow(
                                joined(earlierLabels, labels), joined(earlierP, softmax(logits))),
                        defaults);
        // When
        Gradient found = loss.of(softmax(logits));
        BatchLoss fixed = loss.at(softmax(logits));
        // Then
        assertTrue(Double.isFinite(found.loss()));
        assertEquals(found.loss(), fixed.of(softmax(logits)).loss());
        assertEquals(shape.rows, found.dLogits().length);
        for (int i = 0; i < shape.rows; i++) {
            assertEquals(sizes[i], found.dLogits()[i].length);
            for (int k = 0; k < sizes[i]; k++) {
                double up = moved(fixed, logits, i, k, STEP);
                double down = moved(fixed, logits, i, k, -STEP);
                assertEquals(
                        (up - down) / (2 * STEP),
                        found.dLogits()[i][k],
                        1e-3,
                        "row " + i + ", logit " + k);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aDoubledWeightCountsAsTheExampleTwice(LossFunction loss) {
        Parameters defaults = Parameters.of(loss, Map.of());
        // what looks back at other examples weighs these too
        assumeTrue(loss.window(3, defaults) == 0);
        float[][] p = softmax(logits(3, 3, new Rng(6)));
        float[][] labels = softmax(logits(3, 3, new Rng(7)));
        var none = new FixedWindow(new float[0][], new float[0][]);
        var progress = new Progress(1, 2);
        // When
        Gradient once =
                loss.of(new Batch(labels, new float[] {1, .5f, .5f}, progress), none, defaults)
                        .of(p);
        float[][] twiceP = {p[0], p[0], p[1], p[2]};
        float[][] twiceLabels = {labels[0], labels[0], labels[1], labels[2]};
        Gradient twice =
                loss.of(new Batch(twiceLabels, new float[] {1, 1, 1, 1}, progress), none, defaults)
                        .of(twiceP);
        // Then
        assertEquals(twice.loss(), once.loss(), 1e-6);
        assertArrayEquals(twice.dLogits()[2], once.dLogits()[1], 1e-6f);
    }

    @Test
    void rowsOfDifferentLengthDoNotAffectEachOther() {
        for (String name : RAGGED) {
            LossFunction loss = Plugins.get(LossFunction.class, name);
            Parameters defaults = Parameters.of(loss, Map.of());
            float[][] p = {
                softmax(logits(1, 3, new Rng(1)))[0], softmax(logits(1, 5, new Rng(2)))[0]
            };
            float[][] labels = {
                softmax(logits(1, 3, new Rng(3)))[0], softmax(logits(1, 5, new Rng(4)))[0]
            };
            var none = new FixedWindow(new float[0][], new float[0][]);
            var progress = new Progress(30, 100);
            // When
            Gradient both =
                    loss.of(new Batch(labels, new float[] {1, 1}, progress), none, defaults).of(p);
            // Then
            for (int i = 0; i < 2; i++) {
                Gradient one =
                        loss.of(
                                        new Batch(
                                                new float[][] {labels[i]},
                                                new float[] {1},
                                                progress),
                                        none,
                                        defaults)
                                .of(new float[][] {p[i]});
                for (int k = 0; k < p[i].length; k++)
                    assertEquals(one.dLogits()[0][k] / 2, both.dLogits()[i][k], 1e-7, name);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void sameArgumentsGiveTheSameBitsAndAreNotWrittenTo(LossFunction loss) {
        Parameters defaults = Parameters.of(loss, Map.of());
        float[][] p = softmax(logits(5, 4, new Rng(8)));
        float[][] labels = softmax(logits(5, 4, new Rng(9)));
        var batch = new Batch(labels, new float[] {1, 1, 1, 1, 1}, new Progress(50, 100));
        var window = new FixedWindow(joined(labels), joined(p));
        float[][] before = copy(p);
        float[][] labelsBefore = copy(labels);
        // When
        Gradient one = loss.of(batch, window, defaults).of(p);
        Gradient two = loss.of(batch, window, defaults).of(p);
        // Then
        assertEquals(one.loss(), two.loss());
        assertArrayEquals(one.dLogits(), two.dLogits());
        assertArrayEquals(before, p);
        assertArrayEquals(labelsBefore, labels);
    }

    private record FixedWindow(float[][] labels, float[][] probabilities) implements Window {
        @Override
        public int size() {
            return labels.length;
        }

        @Override
        public float[][] labels(int from, int to) {
            return Arrays.copyOfRange(labels, from, to);
        }

        @Override
        public float[][] probabilities(int from, int to) {
            return Arrays.copyOfRange(probabilities, from, to);
        }
    }

    private static double moved(BatchLoss loss, double[][] logits, int i, int k, double by) {
        double[][] copy = Arrays.stream(logits).map(double[]::clone).toArray(double[][]::new);
        copy[i][k] += by;
        return loss.of(softmax(copy)).loss();
    }

    private static double[][] logits(int rows, int classes, Rng random) {
        return logits(IntStream.range(0, rows).map(i -> classes).toArray(), random);
    }

    private static double[][] logits(int[] sizes, Rng random) {
        double[][] logits = new double[sizes.length][];
        for (int i = 0; i < sizes.length; i++) {
            logits[i] = new double[sizes[i]];
            for (int k = 0; k < sizes[i]; k++) logits[i][k] = 4 * random.nextDouble() - 2;
        }
        return logits;
    }

    private static float[][] softmax(double[][] logits) {
        float[][] p = new float[logits.length][];
        for (int i = 0; i < p.length; i++) {
            double sum = Arrays.stream(logits[i]).map(Math::exp).sum();
            p[i] = new float[logits[i].length];
            for (int k = 0; k < p[i].length; k++) p[i][k] = (float) (Math.exp(logits[i][k]) / sum);
        }
        return p;
    }

    private static float[][] joined(float[][]... parts) {
        return Stream.of(parts).flatMap(Arrays::stream).toArray(float[][]::new);
    }

    private static float[][] copy(float[][] rows) {
        return List.of(rows).stream().map(float[]::clone).toArray(float[][]::new);
    }
}
