package dev.belay.models.transformer;

import dev.belay.models.Rng;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.transformer.Pretrained.Pooling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Small networks trained from scratch: embeddings of hashed words, then their mean ({@code mlp}),
 * or two layers of attention before it ({@code transformer}).
 */
public final class ScratchTransformers {
    /** Longest text in tokens. */
    public static final int MAX_TOKENS = 128;

    private static final HashedWordTokenizer WORDS = new HashedWordTokenizer(1 << 13, MAX_TOKENS);
    private static final int WIDTH = 128;
    private static final float EPSILON = 1e-12f;

    /** Its own stream of random numbers: "TRNK". */
    private static final long TRUNK = 0x54524e4bL;

    private static final Map<String, TransformerShape> SHAPES =
            Map.of(
                    "mlp",
                    new TransformerShape(
                            WORDS.vocabulary(), 0, 0, WIDTH, 0, 1, WIDTH, EPSILON, Pooling.MEAN),
                    "transformer",
                    new TransformerShape(
                            WORDS.vocabulary(),
                            WORDS.longest(),
                            0,
                            WIDTH,
                            2,
                            4,
                            2 * WIDTH,
                            EPSILON,
                            Pooling.MEAN));

    private ScratchTransformers() {}

    public static List<String> names() {
        return SHAPES.keySet().stream().sorted().toList();
    }

    /**
     * @throws IllegalArgumentException if the name is unknown
     */
    public static TransformerShape shape(String name) {
        TransformerShape shape = SHAPES.get(name);
        if (shape == null)
            throw new IllegalArgumentException(
                    "'" + name + "' is not trained from scratch, " + names() + " are");
        return shape;
    }

    /**
     * @param maxTokens texts are truncated to this, at most {@link #MAX_TOKENS}
     * @throws IllegalArgumentException if the name is unknown
     */
    static TransformerBase base(String name, int maxTokens) {
        return new TransformerBase(
                name, shape(name), new HashedWordTokenizer(WORDS.buckets(), maxTokens));
    }

    /** Initial values of a parameter. */
    public static float[] initial(String name, long[] shape, long seed) {
        float[] values = new float[Parameter.size(shape)];
        boolean norm = name.endsWith("LayerNorm.weight");
        if (norm) Arrays.fill(values, 1);
        if (shape.length < 2) return values;
        // as PyTorch does for linear layers; embeddings small, because LayerNorm follows
        double bound = name.startsWith("embeddings.") ? 0.05 : 1 / Math.sqrt((double) shape[1]);
        var random = new Rng(seed, TRUNK, name.hashCode());
        for (int i = 0; i < values.length; i++)
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        return values;
    }
}
