package dev.belay.models;

import dev.belay.models.Pretrained.Pooling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Small networks that learn all they know from the labels: hashed words, then the mean of their
 * vectors ({@code mlp}), or two layers of attention before it ({@code transformer}).
 */
final class Scratch {
    private static final HashedWords WORDS = new HashedWords(1 << 13, 128);
    private static final int WIDTH = 128;
    private static final float EPSILON = 1e-12f;

    /** A stream of random numbers of its own: "TRNK". */
    private static final long TRUNK = 0x54524e4bL;

    private static final Map<String, TrunkShape> SHAPES =
            Map.of(
                    "mlp",
                    new TrunkShape(
                            WORDS.vocabulary(), 0, 0, WIDTH, 0, 1, WIDTH, EPSILON, Pooling.MEAN),
                    "transformer",
                    new TrunkShape(
                            WORDS.vocabulary(),
                            WORDS.longest(),
                            0,
                            WIDTH,
                            2,
                            4,
                            2 * WIDTH,
                            EPSILON,
                            Pooling.MEAN));

    private Scratch() {}

    static List<String> names() {
        return SHAPES.keySet().stream().sorted().toList();
    }

    /**
     * @throws IllegalArgumentException if there is none of this name
     */
    static Base base(String name) {
        TrunkShape shape = SHAPES.get(name);
        if (shape == null)
            throw new IllegalArgumentException(
                    "'" + name + "' does not learn from scratch, " + names() + " do");
        return new Base(name, shape, WORDS);
    }

    /** What a parameter begins with. */
    static float[] initial(String name, long[] shape, long seed) {
        float[] values = new float[Parameter.size(shape)];
        boolean norm = name.endsWith("LayerNorm.weight");
        if (norm) Arrays.fill(values, 1);
        if (shape.length < 2) return values;
        // as PyTorch does for linear layers; embeddings small, since LayerNorm comes behind them
        double bound = name.startsWith("embeddings.") ? 0.05 : 1 / Math.sqrt((double) shape[1]);
        var random = new Rng(seed, TRUNK, name.hashCode());
        for (int i = 0; i < values.length; i++)
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        return values;
    }
}
