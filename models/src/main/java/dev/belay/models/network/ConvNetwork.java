package dev.belay.models.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.image.ConvShape;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Backprop;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.AlignedFloats;
import dev.belay.models.torch.Device;
import dev.belay.models.torch.Torch;
import dev.belay.models.transformer.FineTune;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A convolutional network that learns from scratch, with a head. An input is its planes, (channels,
 * size, size).
 */
final class ConvNetwork implements LogitNetwork<float[]> {
    /** All of it is trained. */
    static final FineTune ALL = new FineTune(FineTune.Scope.FULL, 0, true, false);

    private static final String SHAPE = "convolutions";

    /** Rows of every inference, padded with zeros, see {@link Head#BATCH}. */
    private static final int BATCH = 64;

    private static final Shape ONE = new Shape(1, 1);
    private static final Shape TWO = new Shape(2, 2);
    private static final Shape NONE = new Shape(0, 0);

    private final String name;
    private final ConvShape shape;
    private final Head head;
    private final NDManager manager;
    private final List<Parameter> learning = new ArrayList<>();
    private final Backprop backprop;
    private final AlignedFloats planes = new AlignedFloats();

    /** Values of a convolution's parameter. */
    @FunctionalInterface
    private interface Values {
        float[] of(String name, long[] shape);
    }

    private ConvNetwork(String name, ConvShape shape, Head head, Device device, Values values) {
        this.name = name;
        this.shape = shape;
        this.head = head;
        shape.parameters()
                .forEach((p, s) -> learning.add(Parameter.of(p, s, false, values.of(p, s))));
        learning.addAll(head.parameters());
        this.manager = Torch.engine().newBaseManager(device.forHeads());
        this.backprop = new Backprop(manager, learning);
    }

    /**
     * An untrained network.
     *
     * @param name of the encoder
     * @param head closed by this
     * @throws IllegalArgumentException if it is not trained in full, in float32
     */
    static ConvNetwork fresh(
            String name, ConvShape shape, FineTune tune, Head head, long seed, Device device) {
        if (!tune.equals(ALL))
            throw new IllegalArgumentException(
                    "found %s for encoder %s, expected %s".formatted(tune, name, ALL));
        return new ConvNetwork(name, shape, head, device, (p, s) -> ConvShape.initial(p, s, seed));
    }

    /**
     * A network from a file.
     *
     * @throws MalformedCheckpointException if the file belongs to another shape
     */
    static ConvNetwork read(
            SafeTensors file, String name, ConvShape shape, Head head, Device device) {
        if (!file.meta(SHAPE).equals(shape.toString()))
            throw new MalformedCheckpointException(
                    "weights of " + file.meta(SHAPE) + ", expected " + shape);
        return new ConvNetwork(
                name, shape, head, device, (p, s) -> file.tensor(p).withShape(s).finiteFloats());
    }

    @Override
    public String encoder() {
        return name;
    }

    @Override
    public HeadShape head() {
        return head.shape();
    }

    @Override
    public List<float[]> inputs(List<Input> inputs) {
        return inputs.stream().map(shape.planes()::apply).toList();
    }

    @Override
    public synchronized float[] logits(List<float[]> inputs) {
        float[][] rows = inputs.toArray(float[][]::new);
        int classes = head.shape().classes();
        float[] logits = new float[rows.length * classes];
        for (int first = 0; first < rows.length; first += BATCH) {
            int count = Math.min(BATCH, rows.length - first);
            planes.setRows(rows, first, count, BATCH, shape.planes().floats());
            try (NDManager step = manager.newSubManager()) {
                var weights = new HashMap<String, NDArray>();
                for (Parameter p : learning) weights.put(p.name(), p.array(step));
                float[] batch = logits(step, BATCH, weights).toFloatArray();
                System.arraycopy(batch, 0, logits, first * classes, count * classes);
            }
        }
        return logits;
    }

    @Override
    public void probe() {
        float[][] unused = predict(List.of(new float[shape.planes().floats()]));
    }

    @Override
    public synchronized Step learn(
            List<float[]> batch, int[] sizes, BatchLoss loss, Adam adam, Update update) {
        int rows = batch.size();
        planes.setRows(batch.toArray(float[][]::new), 0, rows, rows, shape.planes().floats());
        return backprop.step(
                (step, weights) -> logits(step, rows, weights), sizes, loss, adam, update);
    }

    @Override
    public synchronized byte[] write(Map<String, String> provenance) {
        var metadata = new TreeMap<>(provenance);
        metadata.putAll(head.shape().metadata());
        metadata.putAll(FineTunedNetwork.metadata(ALL));
        metadata.put(SHAPE, shape.toString());
        return SafeTensors.of(metadata, learning.stream().map(Parameter::tensor).toList()).write();
    }

    @Override
    public Map<String, Integer> sizes() {
        var sizes = new TreeMap<String, Integer>();
        for (Parameter p : learning) sizes.put(p.name(), p.weights().length);
        return sizes;
    }

    @Override
    public void close() {
        manager.close();
        head.close();
    }

    /** Logits of the rows in {@link #planes}, (rows, classes). */
    private NDArray logits(NDManager step, int rows, Map<String, NDArray> weights) {
        // x: (rows, channels, size, size), float32
        NDArray x = planes.array(step, rows, shape.channels(), shape.size(), shape.size());
        for (int block = 0; block < shape.blocks(); block++) {
            NDArray kernel = Objects.requireNonNull(weights.get("conv." + block + ".weight"));
            NDArray bias = Objects.requireNonNull(weights.get("conv." + block + ".bias"));
            // y: (rows, filters, edge, edge); pooling leaves half of each edge
            NDArray y =
                    Activation.relu(
                            Conv2d.conv2d(x, kernel, bias, ONE, ONE, ONE, 1).singletonOrThrow());
            if (shape.pools()) x = Pool.maxPool2d(y, TWO, TWO, NONE, false);
            else x = block == 0 ? y : x.add(y);
        }
        return head.forward(x.reshape(rows, shape.features()), weights);
    }
}
