package dev.belay.models.image;

import dev.belay.models.Rng;
import dev.belay.models.optimizer.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shape of a convolutional network: blocks of a 3 × 3 convolution, ReLU and 2 × 2 max pooling;
 * each block has twice the filters of the one before. The features are the last block's.
 *
 * @param size images are stretched to size × size
 * @param channels 1: gray, 3: RGB
 * @param filters of the first block
 * @param blocks at least one pixel is left after them
 */
public record ConvShape(int size, int channels, int filters, int blocks) {
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
        if (size >> blocks < 1)
            throw new IllegalArgumentException(
                    "found %s blocks for images of %s x %s, expected at least one pixel after them"
                            .formatted(blocks, size, size));
    }

    /**
     * @throws IllegalArgumentException if a parameter is not accepted
     */
    public static ConvShape of(Map<String, String> given) {
        Parameters parameters = Parameters.of(PLUGIN, given);
        return new ConvShape(
                (int) parameters.integer("size"),
                (int) parameters.integer("channels"),
                (int) parameters.integer("filters"),
                (int) parameters.integer("blocks"));
    }

    public Preprocessing preprocessing() {
        return Preprocessing.square(size, channels);
    }

    /** Length of the feature vector. */
    public int features() {
        int edge = size >> blocks;
        return edge * edge * (filters << (blocks - 1));
    }

    /** Name → shape of each parameter, from input to output. */
    public Map<String, long[]> parameters() {
        var shapes = new LinkedHashMap<String, long[]>();
        int below = channels;
        for (int block = 0; block < blocks; block++) {
            int width = filters << block;
            shapes.put("conv." + block + ".weight", new long[] {width, below, 3, 3});
            shapes.put("conv." + block + ".bias", new long[] {width});
            below = width;
        }
        return shapes;
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
