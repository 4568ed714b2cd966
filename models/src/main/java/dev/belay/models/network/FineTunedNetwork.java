package dev.belay.models.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Backprop;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.Device;
import dev.belay.models.torch.Torch;
import dev.belay.models.transformer.FineTune;
import dev.belay.models.transformer.ScratchTransformers;
import dev.belay.models.transformer.TokenBatch;
import dev.belay.models.transformer.Tokens;
import dev.belay.models.transformer.Transformer;
import dev.belay.models.transformer.TransformerBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A head on an encoder whose layers are trained, all or some. An input is its tokens.
 *
 * <p>There is no dropout, so a step is a function of weights and batch. Frozen weights are shared
 * with the base; frozen layers below the trained ones are computed without gradients.
 */
final class FineTunedNetwork implements LogitNetwork<Tokens> {
    private static final String SCOPE = "finetune";
    private static final String LAYERS = "finetuneLayers";
    private static final String EMBEDDINGS = "finetuneEmbeddings";
    private static final String BASE_SHA256 = "baseSha256";

    private final TransformerBase base;
    private final FineTune tune;
    private final Head head;
    private final NDManager manager;
    private final List<Parameter> learning = new ArrayList<>();
    private final Backprop backprop;

    /** Values of a trained parameter of the encoder. */
    @FunctionalInterface
    private interface Values {
        float[] of(String name, long[] shape);
    }

    private FineTunedNetwork(
            TransformerBase base, FineTune tune, Head head, ai.djl.Device device, Values values) {
        this.base = base;
        this.tune = tune;
        this.head = head;
        base.shape()
                .learning(tune, base.name())
                .forEach(
                        (name, shape) ->
                                learning.add(
                                        Parameter.of(name, shape, false, values.of(name, shape))));
        learning.addAll(head.parameters());
        this.manager = Torch.engine().newBaseManager(device);
        this.backprop = new Backprop(manager, learning);
    }

    /**
     * An untrained network.
     *
     * @param head closed by this
     * @throws IllegalArgumentException if the base has too few layers, or has no pretrained weights
     *     and is not trained in full
     * @throws IllegalStateException if precision is bfloat16 and there is no GPU
     */
    static FineTunedNetwork fresh(
            TransformerBase base, FineTune tune, Head head, long seed, Device device) {
        return new FineTunedNetwork(
                base,
                tune,
                head,
                device(tune, device),
                (name, shape) ->
                        base.isPretrained()
                                ? base.values(name, shape)
                                : ScratchTransformers.initial(name, shape, seed));
    }

    /**
     * A network from a file.
     *
     * @throws MalformedCheckpointException if the file belongs to another base or other fine-tuning
     */
    static FineTunedNetwork read(
            SafeTensors file, TransformerBase base, FineTune tune, Head head, Device device) {
        metadata(base, tune)
                .forEach(
                        (key, expected) -> {
                            if (!file.meta(key).equals(expected))
                                throw new MalformedCheckpointException(
                                        "weights with %s %s, expected %s (%s)"
                                                .formatted(
                                                        key,
                                                        file.meta(key),
                                                        expected,
                                                        base.name()));
                        });
        return new FineTunedNetwork(
                base,
                tune,
                head,
                device(tune, device),
                (name, shape) -> file.tensor(name).withShape(shape).finiteFloats());
    }

    /** The fine-tuning that a file describes; predictions are always in float32. */
    static FineTune tune(SafeTensors file) {
        if (!file.metadata().containsKey(SCOPE)) return FineTune.HEAD;
        try {
            return new FineTune(
                    FineTune.Scope.valueOf(file.meta(SCOPE)),
                    Integer.parseInt(file.meta(LAYERS)),
                    Boolean.parseBoolean(file.meta(EMBEDDINGS)),
                    false);
        } catch (IllegalArgumentException e) {
            throw new MalformedCheckpointException(
                    "the metadata describe no fine-tuning: " + file.metadata(), e);
        }
    }

    @Override
    public String encoder() {
        return base.name();
    }

    @Override
    public HeadShape head() {
        return head.shape();
    }

    @Override
    public List<Tokens> inputs(List<Input> inputs) {
        return base.tokens().tokens(inputs);
    }

    @Override
    public synchronized float[] logits(List<Tokens> inputs) {
        float[] logits = new float[inputs.size() * head.shape().classes()];
        int classes = head.shape().classes();
        for (TokenBatch batch : TokenBatch.fixed(inputs)) {
            try (NDManager step = manager.newSubManager()) {
                var weights = new HashMap<String, NDArray>();
                for (Parameter p : learning) weights.put(p.name(), p.array(step));
                float[] rows = logits(step, batch, weights, false).toFloatArray();
                int[] places = batch.places();
                for (int i = 0; i < places.length; i++)
                    System.arraycopy(rows, i * classes, logits, places[i] * classes, classes);
            }
        }
        return logits;
    }

    @Override
    public synchronized Step learn(
            List<Tokens> batch, int[] sizes, BatchLoss loss, Adam adam, Update update) {
        TokenBatch tokens = TokenBatch.of(batch);
        return backprop.step(
                (step, weights) -> logits(step, tokens, weights, tune.bfloat16()),
                sizes,
                loss,
                adam,
                update);
    }

    @Override
    public synchronized byte[] write(Map<String, String> provenance) {
        var metadata = new TreeMap<>(provenance);
        metadata.putAll(head.shape().metadata());
        metadata.putAll(metadata(base, tune));
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

    /** Logits, (rows, classes). */
    private NDArray logits(
            NDManager step, TokenBatch batch, Map<String, NDArray> learning, boolean bfloat16) {
        var weights = new HashMap<>(learning);
        base.addTo(weights, step);
        // (rows, width), float32
        NDArray vectors = new Transformer(base.shape(), weights, bfloat16).forward(step, batch);
        return head.forward(vectors, weights);
    }

    private static Map<String, String> metadata(TransformerBase base, FineTune tune) {
        var metadata = new TreeMap<>(metadata(tune));
        metadata.put(BASE_SHA256, base.sha256());
        return metadata;
    }

    /** What {@link #tune(SafeTensors)} reads. */
    static Map<String, String> metadata(FineTune tune) {
        return Map.of(
                SCOPE, tune.scope().name(),
                LAYERS, String.valueOf(tune.layers()),
                EMBEDDINGS, String.valueOf(tune.embeddings()));
    }

    private static ai.djl.Device device(FineTune tune, Device device) {
        ai.djl.Device where = device.forHeads();
        if (tune.bfloat16() && !where.isGpu())
            throw new IllegalStateException(
                    "precision bf16 is for a GPU, but this process computes on the CPU, where it"
                            + " would be slower than float32");
        return where;
    }
}
