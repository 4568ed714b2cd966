package dev.belay.models.network;

import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A frozen encoder and a trained head. An input is the encoder's features, standardised by their
 * moments if the encoder requires it.
 */
final class FrozenNetwork implements LogitNetwork<float[]> {
    private final Encoder encoder;
    private final Head head;
    private final @Nullable Moments moments;

    private FrozenNetwork(Encoder encoder, Head head, @Nullable Moments moments) {
        this.encoder = encoder;
        this.head = head;
        this.moments = moments;
    }

    /** An untrained network. */
    static FrozenNetwork fresh(Encoder encoder, Head head) {
        boolean standardized = encoder.standardized();
        return new FrozenNetwork(
                encoder, head, standardized ? Moments.none(encoder.dimensions()) : null);
    }

    /**
     * A network from a file.
     *
     * @throws dev.belay.models.checkpoint.MalformedCheckpointException if the moments are missing
     */
    static FrozenNetwork read(SafeTensors file, Encoder encoder, Head head) {
        boolean standardized = encoder.standardized();
        return new FrozenNetwork(
                encoder, head, standardized ? Moments.read(file, encoder.dimensions()) : null);
    }

    @Override
    public String encoder() {
        return encoder.name();
    }

    @Override
    public HeadShape head() {
        return head.shape();
    }

    @Override
    public List<float[]> inputs(List<Input> inputs) {
        return List.of(encoder.encode(inputs));
    }

    @Override
    public Input kept(Input input, float[] encoded) {
        return input instanceof Input.Content content
                        && (content.bytes() == null
                                || content.bytes().length > Float.BYTES * encoded.length)
                ? new Input.Vector(encoded)
                : input;
    }

    @Override
    public List<float[]> recall(List<Input> kept) {
        if (encoder.accepts().contains(Input.Kind.VECTOR)
                || kept.stream().noneMatch(Input.Vector.class::isInstance)) return inputs(kept);
        var rows = new ArrayList<float[]>(kept.size());
        var others = new ArrayList<Input>();
        for (Input input : kept) if (!(input instanceof Input.Vector)) others.add(input);
        var encoded = inputs(others).iterator();
        for (Input input : kept)
            rows.add(input instanceof Input.Vector v ? v.features() : encoded.next());
        return rows;
    }

    @Override
    public float[][] features(List<float[]> inputs) {
        return inputs.toArray(float[][]::new);
    }

    @Override
    public void expect(List<Input> inputs) {
        if (!Encoders.isCheap(encoder.name())) {
            var unused = encoder.begin(inputs); // the call that needs the row throws its failure
        }
    }

    @Override
    public void observe(List<float[]> fresh) {
        if (moments != null) moments.add(fresh);
    }

    @Override
    public void probe() {
        encoder.probe();
    }

    @Override
    public float[] logits(List<float[]> inputs) {
        return head.logits(standardized(inputs));
    }

    @Override
    public Step learn(List<float[]> batch, int[] sizes, BatchLoss loss, Adam adam, Update update) {
        return head.learn(standardized(batch), sizes, loss, adam, update);
    }

    @Override
    public byte[] write(Map<String, String> provenance) {
        return head.write(provenance, moments == null ? new Tensor[0] : moments.tensors());
    }

    @Override
    public Map<String, Integer> sizes() {
        return head.sizes();
    }

    @Override
    public void close() {
        head.close();
    }

    /** Input of the head, (rows, features), float32. */
    private float[][] standardized(List<float[]> inputs) {
        return moments == null ? inputs.toArray(float[][]::new) : moments.standardize(inputs);
    }
}
