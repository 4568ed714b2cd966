package dev.belay.models.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import dev.belay.models.Rng;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Backprop;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.AlignedFloats;
import dev.belay.models.torch.Device;
import dev.belay.models.torch.Softmax;
import dev.belay.models.torch.Torch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The head of a model: features → class probabilities, in PyTorch, float32.
 *
 * <p>Thread-safe; calls on one head are serialised, and learning is serialised over all heads of
 * the process.
 */
public final class Head implements AutoCloseable {
    /**
     * Rows of every inference, padded with zeros: the last bits of PyTorch's linear layer depend on
     * the batch shape.
     */
    static final int BATCH = 256;

    private final HeadShape shape;
    private final NDManager manager;
    private final List<Parameter> parameters = new ArrayList<>();
    private final Backprop backprop;
    private final AlignedFloats input = new AlignedFloats();

    private Head(HeadShape shape, Device device, UnaryOperator<Map<String, float[]>> fill) {
        this.shape = shape;
        this.manager = Torch.engine().newBaseManager(device.forHeads());
        var weights = new LinkedHashMap<String, float[]>();
        shape.parameters().forEach((name, s) -> weights.put(name, new float[Parameter.size(s)]));
        Map<String, float[]> filled = fill.apply(weights);
        shape.parameters()
                .forEach(
                        (name, s) -> {
                            float[] values = Objects.requireNonNull(filled.get(name));
                            parameters.add(Parameter.of(name, s, true, values));
                        });
        this.backprop = new Backprop(manager, parameters);
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
                    var random = new Rng(seed, 0x48454144L); // its own stream: "HEAD"
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
     * Reads a head from the bytes of {@link #write}.
     *
     * @throws MalformedCheckpointException if they contain no head, or weights that are not finite
     */
    public static Head read(byte[] bytes, Device device) {
        return read(SafeTensors.read(bytes), device);
    }

    static Head read(SafeTensors file, Device device) {
        HeadShape shape = HeadShape.read(file);
        var weights = new LinkedHashMap<String, float[]>();
        shape.parameters()
                .forEach(
                        (name, s) -> {
                            float[] values = file.tensor(name).withShape(s).finiteFloats();
                            weights.put(name, values);
                        });
        return new Head(shape, device, empty -> weights);
    }

    public HeadShape shape() {
        return shape;
    }

    /**
     * The weights as safetensors, with the shape and {@code provenance} as metadata.
     *
     * @param more further tensors of the file, with other names
     */
    public synchronized byte[] write(Map<String, String> provenance, Tensor... more) {
        var metadata = new TreeMap<>(provenance);
        metadata.putAll(shape.metadata());
        var tensors = new ArrayList<>(parameters.stream().map(Parameter::tensor).toList());
        tensors.addAll(List.of(more));
        return SafeTensors.of(metadata, tensors).write();
    }

    /**
     * Class probabilities of each row, (rows, classes); a row's bits depend on that row only.
     *
     * @param features rows of {@link HeadShape#inputs()}
     */
    public float[][] predict(float[][] features) {
        return Softmax.rows(logits(features), shape.sizes(features.length));
    }

    /** Logits of each row, row after row, rows · classes; a row's bits depend on that row only. */
    synchronized float[] logits(float[][] features) {
        float[] logits = new float[features.length * shape.classes()];
        for (int first = 0; first < features.length; first += BATCH) {
            int count = Math.min(BATCH, features.length - first);
            input.setRows(features, first, count, BATCH, shape.inputs());
            try (NDManager step = manager.newSubManager()) {
                // x: (256, inputs); logits: (256, classes)
                NDArray x = input.array(step, BATCH, shape.inputs());
                float[] batch = forward(x, arrays(step)).toFloatArray();
                int classes = shape.classes();
                System.arraycopy(batch, 0, logits, first * classes, count * classes);
            }
        }
        return logits;
    }

    /**
     * One step of the optimizer on one batch. If loss or gradient is not finite, the weights are
     * unchanged; the caller must check.
     *
     * @param loss called once, with the batch's probabilities before the step
     */
    public Step learn(float[][] features, BatchLoss loss, Adam adam, Update update) {
        return learn(features, shape.sizes(features.length), loss, adam, update);
    }

    /**
     * The same with other rows of probabilities.
     *
     * @param sizes logits of each row
     */
    synchronized Step learn(
            float[][] features, int[] sizes, BatchLoss loss, Adam adam, Update update) {
        int rows = features.length;
        input.setRows(features, 0, rows, rows, shape.inputs());
        // x: (rows, inputs)
        return backprop.step(
                (step, weights) -> forward(input.array(step, rows, shape.inputs()), weights),
                sizes,
                loss,
                adam,
                update);
    }

    /** Number of weights by parameter. */
    public Map<String, Integer> sizes() {
        var sizes = new TreeMap<String, Integer>();
        for (Parameter p : parameters) sizes.put(p.name(), p.weights().length);
        return sizes;
    }

    @Override
    public void close() {
        manager.close();
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** Its parameters as arrays of PyTorch, by name. */
    Map<String, NDArray> arrays(NDManager manager) {
        var arrays = new HashMap<String, NDArray>();
        for (Parameter p : parameters) arrays.put(p.name(), p.array(manager));
        return arrays;
    }

    /**
     * Logits, (rows, classes).
     *
     * @param x (rows, inputs), float32
     * @param weights by name; others are ignored
     */
    NDArray forward(NDArray x, Map<String, NDArray> weights) {
        if (shape.kind() == HeadShape.Kind.LINEAR) return linear(x, weights, "output");
        return linear(Activation.relu(linear(x, weights, "hidden")), weights, "output");
    }

    private static NDArray linear(NDArray x, Map<String, NDArray> weights, String layer) {
        NDArray weight = Objects.requireNonNull(weights.get(layer + ".weight"));
        NDArray bias = Objects.requireNonNull(weights.get(layer + ".bias"));
        return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
    }
}
