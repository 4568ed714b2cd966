package dev.belay.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.norm.LayerNorm;
import dev.belay.models.transformer.Pretrained.Pooling;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The differentiable forward pass of BERT in PyTorch: tokens → one vector per text, of norm √width
 * as the frozen encoders give. There is no dropout.
 *
 * <p>Differentiable arrays are never multiplied by a Java number: DJL converts it to an array whose
 * memory is freed before the backward pass reads it, which gave gradients that were not finite.
 * Arrays of the step's manager stay valid until then.
 *
 * <p>With bfloat16, only matrix products are computed in it, as by autocast; sums, LayerNorm and
 * softmax stay float32. Untested on a GPU.
 */
public final class Transformer {
    /** Subtracted from the scores of padding, so that its attention weight is exactly 0. */
    private static final float MASKED = 1e9f;

    private final TransformerShape shape;
    private final Map<String, NDArray> weights;
    private final boolean bfloat16;

    /**
     * @param weights by name; others are ignored
     */
    public Transformer(TransformerShape shape, Map<String, NDArray> weights, boolean bfloat16) {
        this.shape = shape;
        this.weights = weights;
        this.bfloat16 = bfloat16;
    }

    /** Vectors of a batch, (rows, width), float32. */
    public NDArray forward(NDManager step, TokenBatch batch) {
        int rows = batch.rows();
        int length = batch.length();
        NDArray ids = step.create(batch.ids(), new Shape(rows, length)); // (rows, length), int64
        NDArray mask = step.create(batch.mask(), new Shape(rows, length, 1)); // 1 = a token
        long[] typeIds = shape.types() > 1 ? batch.types() : null; // (rows, length), int64
        NDArray types = typeIds == null ? null : step.create(typeIds, new Shape(rows, length));
        NDArray x = embeddings(ids, types, length);
        NDArray bias = mask.reshape(rows, 1, 1, length).sub(1).mul(MASKED);
        NDArray scale =
                step.create((float) (1 / Math.sqrt((double) shape.width() / shape.heads())));
        for (int i = 0; i < shape.layers(); i++)
            x = layer(step, x, bias, scale, TransformerShape.layer(i));
        NDArray sum = // (rows, width)
                shape.pooling() == Pooling.CLS
                        ? x.get(new NDIndex(":, 0"))
                        : x.mul(mask).sum(new int[] {1});
        NDArray norm = sum.square().sum(new int[] {1}, true).add(1e-12f).sqrt();
        return sum.div(norm).mul(step.create((float) Math.sqrt(shape.width())));
    }

    /** Vectors of the tokens before any attention, (rows, length, width). */
    private NDArray embeddings(NDArray ids, @Nullable NDArray types, int length) {
        NDArray x = rows(ids, "embeddings.word_embeddings.weight");
        if (shape.positions() > 0)
            x =
                    x.add(
                            weight("embeddings.position_embeddings.weight")
                                    .get(new NDIndex("0:" + length)));
        if (types != null) x = x.add(rows(types, "embeddings.token_type_embeddings.weight"));
        else if (shape.types() > 0)
            x = x.add(weight("embeddings.token_type_embeddings.weight").get(new NDIndex("0:1")));
        return norm(x, "embeddings.LayerNorm");
    }

    /** The row of an embedding that each id names, (rows, length, width). */
    private NDArray rows(NDArray ids, String embedding) {
        return ids.getNDArrayInternal()
                .embedding(ids, weight(embedding), SparseFormat.DENSE)
                .singletonOrThrow();
    }

    /** One layer; its intermediate arrays and x are freed. */
    private NDArray layer(NDManager step, NDArray x, NDArray bias, NDArray scale, String name) {
        try (NDManager inside = step.newSubManager()) {
            x.attach(inside); // results of operations on an array belong to its manager
            // (rows, heads, length, width / heads)
            NDArray query = heads(linear(x, name + "attention.self.query").mul(scale));
            NDArray key = heads(linear(x, name + "attention.self.key"));
            NDArray value = heads(linear(x, name + "attention.self.value"));
            // (rows, heads, length, length)
            NDArray share = product(query, key.transpose(0, 1, 3, 2)).add(bias).softmax(-1);
            NDArray seen = product(share, value).transpose(0, 2, 1, 3).reshape(x.getShape());
            NDArray attended = linear(seen, name + "attention.output.dense");
            NDArray y = norm(x.add(attended), name + "attention.output.LayerNorm");
            NDArray inner = Activation.gelu(linear(y, name + "intermediate.dense"));
            NDArray out =
                    norm(y.add(linear(inner, name + "output.dense")), name + "output.LayerNorm");
            out.attach(step);
            return out;
        }
    }

    private NDArray heads(NDArray x) {
        long rows = x.getShape().get(0);
        long length = x.getShape().get(1);
        int heads = shape.heads();
        return x.reshape(rows, length, heads, shape.width() / heads).transpose(0, 2, 1, 3);
    }

    private NDArray norm(NDArray x, String name) {
        return LayerNorm.layerNorm(
                        x,
                        new Shape(shape.width()),
                        weight(name + ".weight"),
                        weight(name + ".bias"),
                        shape.epsilon())
                .singletonOrThrow();
    }

    private NDArray linear(NDArray x, String name) {
        NDArray weight = weight(name + ".weight");
        NDArray bias = weight(name + ".bias");
        NDArray product =
                x.getNDArrayInternal()
                        .linear(compute(x), compute(weight), compute(bias))
                        .singletonOrThrow();
        return product.toType(DataType.FLOAT32, false);
    }

    private NDArray product(NDArray a, NDArray b) {
        return compute(a).matMul(compute(b)).toType(DataType.FLOAT32, false);
    }

    private NDArray compute(NDArray x) {
        return bfloat16 ? x.toType(DataType.BFLOAT16, false) : x;
    }

    private NDArray weight(String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }
}
