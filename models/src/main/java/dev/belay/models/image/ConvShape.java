package dev.belay.models.image;

import dev.belay.models.Rng;
import dev.belay.models.optimizer.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shape of a convolutional network: blocks of a 3 × 3 convolution, ReLU and, if it pools, 2 × 2
 * max pooling. The features are the last block's.
 *
 * <p>With pooling each block has twice the filters of the one before. Without, all have the same
 * number and keep the size, and from the second on a block's input is added to its output (He et
 * al. 2016).
 *
 * @param planes what the first block gets of an input; square
 * @param filters of the first block
 * @param blocks if it pools, at least one pixel is left after them
 */
public record ConvShape(Planes planes, int filters, int blocks, boolean pools) {
    /** Name of the encoder. */
    public static final String NAME = "cnn";

    /** Its own stream of random numbers: "CONV". */
    private static final long CONVOLUTIONS = 0x434f4e56L;

    /** {@code cnn} and its parameters. */
    public static final Plugin PLUGIN =
            new Plugin() {
                @Override
                public String name() {
                    return NAME;
                }

                @Override
                public List<dev.belay.plugins.Parameter> parameters() {
                    return List.of(
                            ImageParameters.SIZE,
                            ImageParameters.CHANNELS,
                            dev.belay.plugins.Parameter.integer(
                                    "filters",
                                    16,
                                    1,
                                    256,
                                    "Filters of the first block; each further block has twice as"
                                            + " many."),
                            dev.belay.plugins.Parameter.integer(
                                    "blocks",
                                    3,
                                    1,
                                    6,
                                    "Blocks of a 3 x 3 convolution, ReLU and 2 x 2 max pooling."));
                }
            };

    public ConvShape {
        int size = planes.height();
        if (size != planes.width())
            throw new IllegalArgumentException(
                    "found planes of %s x %s, expected squares".formatted(size, planes.width()));
        if (pools && size >> blocks < 1)
            throw new IllegalArgumentException(
                    "found %s blocks for images of %s x %s, expected at least one pixel after them"
                            .formatted(blocks, size, size));
    }

    /** Of images: {@code cnn}. */
    public static ConvShape of(Parameters parameters) {
        return new ConvShape(
                Preprocessing.square(
                        (int) parameters.integer("size"), (int) parameters.integer("channels")),
                (int) parameters.integer("filters"),
                (int) parameters.integer("blocks"),
                true);
    }

    /** Without pooling. */
    public static ConvShape residual(Planes planes, int filters, int blocks) {
        return new ConvShape(planes, filters, blocks, false);
    }

    /** Edge of the first block's input. */
    public int size() {
        return planes.height();
    }

    /** Planes of the first block's input. */
    public int channels() {
        return planes.channels();
    }

    /** What checkpoints record, of networks that pool as first released. */
    @Override
    public String toString() {
        return "ConvShape[size=%s, channels=%s, filters=%s, blocks=%s%s]"
                .formatted(size(), channels(), filters, blocks, pools ? "" : ", residual");
    }

    /** Length of the feature vector. */
    public int features() {
        int edge = pools ? size() >> blocks : size();
        return edge * edge * width(blocks - 1);
    }

    /** Name → shape of each parameter, from input to output. */
    public Map<String, long[]> parameters() {
        var shapes = new LinkedHashMap<String, long[]>();
        int below = channels();
        for (int block = 0; block < blocks; block++) {
            int width = width(block);
            shapes.put("conv." + block + ".weight", new long[] {width, below, 3, 3});
            shapes.put("conv." + block + ".bias", new long[] {width});
            below = width;
        }
        return shapes;
    }

    /** Filters of a block. */
    private int width(int block) {
        return pools ? filters << block : filters;
    }

    /** Number of weights of all parameters. */
    public long weights() {
        return Parameter.count(parameters());
    }

    /** Initial values of a parameter: He et al. (2015), uniform; biases are 0. */
    public static float[] initial(String name, long[] shape, long seed) {
        float[] values = new float[Parameter.size(shape)];
        if (shape.length < 2) return values;
        double bound = Math.sqrt(6.0 / (shape[1] * shape[2] * shape[3]));
        var random = new Rng(seed, CONVOLUTIONS, name.hashCode());
        for (int i = 0; i < values.length; i++)
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        return values;
    }
}
