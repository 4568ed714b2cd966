package dev.belay.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.torch.AlignedFloats;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * The base of a fine-tuned network: tokenizer, shape, and pretrained weights, which are immutable
 * and shared by all networks of the process.
 */
public final class TransformerBase {
    private final String name;
    private final TransformerShape shape;
    private final Tokenizer tokens;
    private final Map<String, AlignedFloats> weights = new HashMap<>();
    private final String sha256;

    /**
     * @param read returns the values of a parameter by name and shape
     */
    TransformerBase(
            String name,
            TransformerShape shape,
            Tokenizer tokens,
            BiFunction<String, long[], float[]> read) {
        this.name = name;
        this.shape = shape;
        this.tokens = tokens;
        Hasher hasher = Hashing.sha256().newHasher();
        new TreeMap<>(shape.parameters())
                .forEach(
                        (parameter, size) -> {
                            var values = new AlignedFloats();
                            values.set(read.apply(parameter, size));
                            weights.put(parameter, values);
                            hasher.putBytes(values.bytes(Parameter.size(size)));
                        });
        this.sha256 = hasher.hash().toString();
    }

    /** Without pretrained weights: trained from scratch. */
    TransformerBase(String name, TransformerShape shape, Tokenizer tokens) {
        this.name = name;
        this.shape = shape;
        this.tokens = tokens;
        this.sha256 = "";
    }

    public String name() {
        return name;
    }

    public TransformerShape shape() {
        return shape;
    }

    public Tokenizer tokens() {
        return tokens;
    }

    /** SHA-256 (hex) of all weights in the order of their names; empty if there are none. */
    public String sha256() {
        return sha256;
    }

    public boolean isPretrained() {
        return !weights.isEmpty();
    }

    /** A copy of a parameter's pretrained values. */
    public float[] values(String parameter, long[] size) {
        return weights(parameter).get(Parameter.size(size));
    }

    /** Adds the parameters that are not among {@code others}, as arrays of PyTorch. */
    public void addTo(Map<String, NDArray> others, NDManager manager) {
        shape.parameters()
                .forEach(
                        (parameter, size) -> {
                            if (!others.containsKey(parameter))
                                others.put(parameter, weights(parameter).array(manager, size));
                        });
    }

    private AlignedFloats weights(String parameter) {
        return Objects.requireNonNull(weights.get(parameter), parameter);
    }
}
