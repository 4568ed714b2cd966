package dev.belay.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import ai.djl.training.GradientCollector;
import dev.belay.models.Losses.Gradient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The part of a model that learns: features → class probabilities, in PyTorch, float32.
 *
 * <p>May be shared between threads; calls on one head wait for each other, and learning waits for
 * all other heads of the process.
 */
public final class Head implements AutoCloseable {
    /**
     * Rows of every inference, the last ones zero: PyTorch's linear layer gives other last bits in
     * other shapes.
     */
    static final int BATCH = 256;

    /** DJL allows one gradient collector per process. */
    private static final Object LEARNING = new Object();

    /** One parameter: its weights, and the same where PyTorch reads them. */
    private record Parameter(String name, long[] shape, float[] weights, AlignedFloats shared) {}

    /** The loss of a batch as a function of its probabilities, (rows, classes). */
    @FunctionalInterface
    public interface BatchLoss {
        Gradient of(float[][] probabilities);
    }

    /**
     * What a step did.
     *
     * @param loss mean over the batch, without the ridge penalty
     * @param gradientNorm L2 norm over all parameters, with it
     */
    public record Step(double loss, double gradientNorm) {}

    private final HeadShape shape;
    private final NDManager manager;
    private final List<Parameter> parameters = new ArrayList<>();
    private final AlignedFloats input = new AlignedFloats();

    private Head(HeadShape shape, Device device, UnaryOperator<Map<String, float[]>> fill) {
        this.shape = shape;
        this.manager = Torch.engine().newBaseManager(device.forHeads());
        var weights = new LinkedHashMap<String, float[]>();
        shape.parameters().forEach((name, s) -> weights.put(name, new float[size(s)]));
        Map<String, float[]> filled = fill.apply(weights);
        shape.parameters()
                .forEach(
                        (name, s) -> {
                            float[] values = Objects.requireNonNull(filled.get(name));
                            var parameter = new Parameter(name, s, values, new AlignedFloats());
                            parameter.shared.set(values);
                            parameters.add(parameter);
                        });
    }

    /** A head with all weights 0. */
    public static Head zero(HeadShape shape, Device device) {
        return new Head(shape, device, weights -> weights);
    }

    /**
     * A head with PyTorch's initialisation of linear layers: weights and biases uniform in ±1/√(the
     * layer's inputs).
     */
    public static Head uniform(HeadShape shape, long seed, Device device) {
        return new Head(
                shape,
                device,
                weights -> {
                    var random = new Rng(seed, 0x48454144L); // a stream of its own: "HEAD"
                    weights.forEach(
                            (name, values) -> {
                                boolean hidden = name.startsWith("hidden.");
                                int inputs =
                                        hidden || shape.hidden() == 0
                                                ? shape.inputs()
                                                : shape.hidden();
                                double bound = 1 / Math.sqrt(inputs);
                                for (int i = 0; i < values.length; i++)
                                    values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
                            });
                    return weights;
                });
    }

    /**
     * A head from the bytes that {@link #write} gave.
     *
     * @throws MalformedCheckpointException if they hold no head, or one with weights that are not
     *     finite
     */
    public static Head read(byte[] bytes, Device device) {
        SafeTensors file = SafeTensors.read(bytes);
        HeadShape shape = HeadShape.read(file);
        var weights = new LinkedHashMap<String, float[]>();
        shape.parameters()
                .forEach(
                        (name, s) -> {
                            float[] values = file.tensor(name).withShape(s).floats();
                            for (float value : values)
                                if (!Float.isFinite(value))
                                    throw new MalformedCheckpointException(
                                            "tensor " + name + " holds " + value);
                            weights.put(name, values);
                        });
        return new Head(shape, device, empty -> weights);
    }

    public HeadShape shape() {
        return shape;
    }

    /** The weights as safetensors, the shape as metadata beside {@code provenance}. */
    public synchronized byte[] write(Map<String, String> provenance) {
        var metadata = new TreeMap<>(provenance);
        metadata.putAll(shape.metadata());
        return SafeTensors.of(
                        metadata,
                        parameters.stream()
                                .map(p -> Tensor.ofFloats(p.name, p.weights, p.shape))
                                .toList())
                .write();
    }

    /**
     * Class probabilities of each row, (rows, classes); a row's bits depend on that row only.
     *
     * @param features rows of {@link HeadShape#inputs()}
     */
    public synchronized float[][] predict(float[][] features) {
        float[][] probabilities = new float[features.length][];
        for (int first = 0; first < features.length; first += BATCH) {
            int count = Math.min(BATCH, features.length - first);
            input.setRows(features, first, count, BATCH, shape.inputs());
            try (NDManager step = manager.newSubManager()) {
                var weights = new ArrayList<NDArray>();
                for (Parameter p : parameters) weights.add(p.shared.array(step, p.shape));
                // x: (256, inputs); logits: (256, classes)
                NDArray x = input.array(step, BATCH, shape.inputs());
                softmax(forward(x, weights).toFloatArray(), probabilities, first, count);
            }
        }
        return probabilities;
    }

    /**
     * One step of the optimizer on one batch. If loss or gradient is not finite, the weights stay
     * as they were: the caller must look.
     *
     * @param loss called once, with the batch's probabilities by the weights before the step
     * @param ridge adds ridge·‖W‖² to the loss, biases left out; 0 = none
     */
    public synchronized Step learn(float[][] features, BatchLoss loss, Adam adam, double ridge) {
        int rows = features.length;
        input.setRows(features, 0, rows, rows, shape.inputs());
        synchronized (LEARNING) {
            try (NDManager step = manager.newSubManager();
                    GradientCollector collector = Torch.engine().newGradientCollector()) {
                // fresh arrays each step: gradients start at zero, and nothing is left behind
                var weights = new ArrayList<NDArray>();
                for (Parameter p : parameters) {
                    NDArray array = p.shared.array(step, p.shape);
                    array.setRequiresGradient(true);
                    weights.add(array);
                }
                // x: (rows, inputs); logits: (rows, classes)
                NDArray logits = forward(input.array(step, rows, shape.inputs()), weights);
                float[][] probabilities = new float[rows][];
                softmax(logits.toFloatArray(), probabilities, 0, rows);
                Gradient gradient = loss.of(probabilities);
                if (!Double.isFinite(gradient.loss())) return new Step(gradient.loss(), Double.NaN);
                // Σ logits·(∂loss/∂logits) has the loss's own gradient in the weights
                NDArray slope = step.create(flat(gradient.dLogits()), logits.getShape());
                collector.backward(logits.mul(slope).sum());
                return new Step(gradient.loss(), update(weights, adam, ridge));
            }
        }
    }

    /** Number of weights by parameter. */
    Map<String, Integer> sizes() {
        var sizes = new TreeMap<String, Integer>();
        for (Parameter p : parameters) sizes.put(p.name, p.weights.length);
        return sizes;
    }

    @Override
    public void close() {
        manager.close();
    }

    private NDArray forward(NDArray x, List<NDArray> weights) {
        if (shape.kind() == HeadShape.Kind.LINEAR) return linear(x, weights.get(0), weights.get(1));
        NDArray hidden = Activation.relu(linear(x, weights.get(0), weights.get(1)));
        return linear(hidden, weights.get(2), weights.get(3));
    }

    private static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
    }

    /** Moves the weights, if the gradient is finite; returns its norm. */
    private double update(List<NDArray> weights, Adam adam, double ridge) {
        var gradients = new ArrayList<float[]>();
        double squares = 0;
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            float[] gradient = weights.get(i).getGradient().toFloatArray();
            if (ridge > 0 && p.shape.length > 1) {
                float slope = (float) (2 * ridge);
                for (int j = 0; j < gradient.length; j++) gradient[j] += slope * p.weights[j];
            }
            squares += squares(gradient);
            gradients.add(gradient);
        }
        if (!Double.isFinite(squares)) return squares;
        adam.nextStep();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            adam.update(p.name, p.weights, gradients.get(i));
            p.shared.set(p.weights);
        }
        return Math.sqrt(squares);
    }

    /** Four sums side by side: one would wait for each addition. */
    private static double squares(float[] values) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < values.length; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < values.length; i++) a += (double) values[i] * values[i];
        return a + b + c + d;
    }

    private void softmax(float[] logits, float[][] into, int first, int count) {
        int classes = shape.classes();
        for (int i = 0; i < count; i++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) max = Math.max(max, logits[i * classes + k]);
            double[] e = new double[classes];
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                e[k] = StrictMath.exp((double) logits[i * classes + k] - max);
                sum += e[k];
            }
            float[] row = new float[classes];
            for (int k = 0; k < classes; k++) row[k] = (float) (e[k] / sum);
            into[first + i] = row;
        }
    }

    private static float[] flat(float[][] rows) {
        int width = rows[0].length;
        float[] flat = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) System.arraycopy(rows[i], 0, flat, i * width, width);
        return flat;
    }

    private static int size(long[] shape) {
        long size = 1;
        for (long n : shape) size *= n;
        return Math.toIntExact(size);
    }
}
