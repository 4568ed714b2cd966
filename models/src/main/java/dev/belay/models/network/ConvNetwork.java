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
import dev.belay.models.image.Preprocessing;
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
 * A convolutional network that learns from scratch, with a head. An input is the planes of an image
 * (channels, size, size).
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

    private final ConvShape shape;
    private final Preprocessing preprocessing;
    private final Head head;
    private final NDManager manager;
    private final List<Parameter> learning = new ArrayList<>();
    private final Backprop backprop;
    private final AlignedFloats pixels = new AlignedFloats();

    /** Values of a convolution's parameter. */
    @FunctionalInterface
    private interface Values {
        float[] of(String name, long[] shape);
    }

    private ConvNetwork(ConvShape shape, Head head, Device device, Values values) {
        this.shape = shape;
        this.preprocessing = shape.preprocessing();
        this.head = head;
        shape.parameters()
                .forEach(
                        (name, s) ->
                                learning.add(Parameter.of(name, s, false, values.of(name, s))));
        learning.addAll(head.parameters());
        this.manager = Torch.engine().newBaseManager(device.forHeads());
        this.backprop = new Backprop(manager, learning);
    }

    /**
     * An untrained network.
     *
     * @param head closed by this
     * @throws IllegalArgumentException if it is not trained in full, in float32
     */
    static ConvNetwork fresh(ConvShape shape, FineTune tune, Head head, long seed, Device device) {
        if (!tune.equals(ALL))
            throw new IllegalArgumentException(
                    "found %s for encoder %s, expected %s".formatted(tune, ConvShape.NAME, ALL));
        return new ConvNetwork(shape, head, device, (name, s) -> ConvShape.initial(name, s, seed));
    }

    /**
     * A network from a file.
     *
     * @throws MalformedCheckpointException if the file belongs to another shape
     */
    static ConvNetwork read(SafeTensors file, ConvShape shape, Head head, Device device) {
        if (!file.meta(SHAPE).equals(shape.toString()))
            throw new MalformedCheckpointException(
                    "weights of " + file.meta(SHAPE) + ", expected " + shape);
        return new ConvNetwork(
                shape, head, device, (name, s) -> file.tensor(name).withShape(s).finiteFloats());
    }

    @Override
    public String encoder() {
        return ConvShape.NAME;
    }

    @Override
    public HeadShape head() {
        return head.shape();
    }

    @Override
    public List<float[]> inputs(List<Input> inputs) {
        return inputs.stream().map(preprocessing::apply).toList();
    }

    @Override
    public synchronized float[] logits(List<float[]> inputs) {
        float[][] rows = inputs.toArray(float[][]::new);
        int classes = head.shape().classes();
        float[] logits = new float[rows.length * classes];
        for (int first = 0; first < rows.length; first += BATCH) {
            int count = Math.min(BATCH, rows.length - first);
            pixels.setRows(rows, first, count, BATCH, preprocessing.floats());
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
        float[][] unused = predict(List.of(new float[preprocessing.floats()]));
    }

    @Override
    public synchronized Step learn(
            List<float[]> batch, int[] sizes, BatchLoss loss, Adam adam, Update update) {
        int rows = batch.size();
        pixels.setRows(batch.toArray(float[][]::new), 0, rows, rows, preprocessing.floats());
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

    /** Logits of the rows in {@link #pixels}, (rows, classes). */
    private NDArray logits(NDManager step, int rows, Map<String, NDArray> weights) {
        // x: (rows, channels, size, size), float32
        NDArray x = pixels.array(step, rows, shape.channels(), shape.size(), shape.size());
        for (int block = 0; block < shape.blocks(); block++) {
            NDArray kernel = Objects.requireNonNull(weights.get("conv." + block + ".weight"));
            NDArray bias = Objects.requireNonNull(weights.get("conv." + block + ".bias"));
            // (rows, filters, edge, edge), then half of each edge
            NDArray y = Conv2d.conv2d(x, kernel, bias, ONE, ONE, ONE, 1).singletonOrThrow();
            x = Pool.maxPool2d(Activation.relu(y), TWO, TWO, NONE, false);
        }
        return head.forward(x.reshape(rows, shape.features()), weights);
    }
}
