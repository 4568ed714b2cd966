package dev.belay.models.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.torch.AlignedFloats;
import java.util.Map;

/**
 * A trained array: its weights, and a copy in memory that PyTorch reads.
 *
 * @param shape sizes, outermost first
 * @param ofHead whether it belongs to the head, which may have its own learning rate
 * @param weights float32, row by row
 */
public record Parameter(
        String name, long[] shape, boolean ofHead, float[] weights, AlignedFloats shared) {

    /** Uses {@code weights} without copying them. */
    public static Parameter of(String name, long[] shape, boolean ofHead, float[] weights) {
        var shared = new AlignedFloats();
        shared.set(weights);
        return new Parameter(name, shape, ofHead, weights, shared);
    }

    /** Weight matrices and embeddings decay; biases and LayerNorms don't. */
    boolean isMatrix() {
        return shape.length > 1;
    }

    public NDArray array(NDManager manager) {
        return shared.array(manager, shape);
    }

    public Tensor tensor() {
        return Tensor.ofFloats(name, weights, shape);
    }

    /** Weights of parameters of these shapes together. */
    public static long count(Map<String, long[]> shapes) {
        return shapes.values().stream().mapToLong(Parameter::count).sum();
    }

    public static int size(long[] shape) {
        return Math.toIntExact(count(shape));
    }

    private static long count(long[] shape) {
        long count = 1;
        for (long n : shape) count *= n;
        return count;
    }
}
