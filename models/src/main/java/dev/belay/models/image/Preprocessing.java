package dev.belay.models.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.models.input.Input;
import dev.belay.schemas.Images;
import dev.belay.schemas.Images.Pixels;
import java.util.Arrays;

/**
 * Image → float32 planes (channels, height, width): resize, crop in the middle, scale, normalise,
 * in the order of Hugging Face's image processors.
 *
 * @param resize where the image is resized to; {@link Size#NONE}: not at all
 * @param crop what is cut out of the middle, black where the image is smaller; {@link Size#NONE}:
 *     all
 * @param scale factor of the samples, 1/255 in most cases
 * @param mean subtracted from each channel after scaling; as many as channels, 1 or 3
 * @param std divides each channel then
 */
public record Preprocessing(
        Size resize, Resampling resampling, Size crop, double scale, double[] mean, double[] std)
        implements Planes {
    private static final int MOST = 2_048;

    /**
     * @param width 0: the shorter edge becomes {@code height}, the other one in proportion
     */
    public record Size(int width, int height) {
        public static final Size NONE = new Size(0, 0);
    }

    /** Stretched to a square; samples in [−1, 1]. */
    public static Preprocessing square(int size, int channels) {
        double[] half = new double[channels];
        Arrays.fill(half, 0.5);
        var square = new Size(size, size);
        return new Preprocessing(square, Resampling.BILINEAR, Size.NONE, 1 / 255.0, half, half);
    }

    /**
     * What a {@code preprocessor_config.json} describes.
     *
     * @throws IllegalArgumentException if it is malformed, or asks for what is not implemented
     */
    public static Preprocessing of(JsonNode config) {
        if (config.hasNonNull("crop_pct") || config.path("do_pad").asBoolean())
            throw new IllegalArgumentException(
                    "found crop_pct or do_pad, expected only resize, center_crop, rescale and"
                            + " normalize");
        boolean crops = config.path("do_center_crop").asBoolean(false);
        Size resize =
                config.path("do_resize").asBoolean(true)
                        ? size(config.path("size"), "size", crops)
                        : Size.NONE;
        Size crop = crops ? size(config.path("crop_size"), "crop_size", false) : Size.NONE;
        if (crop.equals(Size.NONE) ? resize.width == 0 : crop.width == 0)
            throw new IllegalArgumentException(
                    "found sizes that leave width and height open, expected one size for all"
                            + " images: height and width, or a crop_size");
        double scale =
                config.path("do_rescale").asBoolean(true)
                        ? config.path("rescale_factor").asDouble(1 / 255.0)
                        : 1;
        boolean normalizes = config.path("do_normalize").asBoolean(true);
        double[] mean = normalizes ? three(config, "image_mean") : new double[3];
        double[] std = normalizes ? three(config, "image_std") : new double[] {1, 1, 1};
        return new Preprocessing(resize, resampling(config), crop, scale, mean, std);
    }

    @Override
    public int channels() {
        return mean.length;
    }

    /** Height of the result. */
    @Override
    public int height() {
        return crop.equals(Size.NONE) ? resize.height : crop.height;
    }

    /** Width of the result. */
    @Override
    public int width() {
        return crop.equals(Size.NONE) ? resize.width : crop.width;
    }

    /**
     * The planes of an image, one after the other, row by row.
     *
     * @throws IllegalArgumentException if it is no inline content, or no image that can be decoded
     */
    @Override
    public float[] apply(Input input) {
        if (!(input instanceof Input.Content content))
            throw new IllegalArgumentException(
                    "found an input of kind " + input.kind() + ", expected an image");
        if (content.bytes() == null)
            throw new IllegalArgumentException(
                    "found an image by reference, expected inline bytes");
        return planes(Images.decode(content.bytes()));
    }

    float[] planes(Pixels decoded) {
        Pixels image = resized(decoded);
        int top = crop.equals(Size.NONE) ? 0 : Math.floorDiv(image.height() - crop.height, 2);
        int left = crop.equals(Size.NONE) ? 0 : Math.floorDiv(image.width() - crop.width, 2);
        float[] planes = new float[floats()];
        int at = 0;
        for (int c = 0; c < channels(); c++)
            for (int y = top; y < top + height(); y++)
                for (int x = left; x < left + width(); x++) {
                    boolean inside = x >= 0 && y >= 0 && x < image.width() && y < image.height();
                    double sample = inside ? sample(image, x, y, c) : 0;
                    planes[at++] = (float) ((sample * scale - mean[c]) / std[c]);
                }
        return planes;
    }

    private Pixels resized(Pixels image) {
        if (resize.equals(Size.NONE)) return image;
        if (resize.width > 0) return resampling.resize(image, resize.width, resize.height);
        int shorter = Math.min(image.width(), image.height());
        long width = (long) resize.height * image.width() / shorter;
        long height = (long) resize.height * image.height() / shorter;
        if (width * height > Images.MAX_PIXELS)
            throw new IllegalArgumentException(
                    "found an image of %s x %s, expected one that has at most %s pixels when resized"
                            .formatted(image.width(), image.height(), Images.MAX_PIXELS));
        return resampling.resize(image, (int) width, (int) height);
    }

    /** Gray as RGB has three equal channels; RGB as gray is its luma (ITU-R BT.601). */
    private double sample(Pixels image, int x, int y, int channel) {
        if (image.channels() == channels()) return image.at(x, y, channel);
        if (image.channels() == 1) return image.at(x, y, 0);
        int luma = 19595 * image.at(x, y, 0) + 38470 * image.at(x, y, 1) + 7471 * image.at(x, y, 2);
        return (luma + 0x8000) >> 16;
    }

    /**
     * @param edge whether a single number is the shorter edge
     */
    private static Size size(JsonNode size, String key, boolean edge) {
        if (size.isInt()) return new Size(edge ? 0 : number(size, key), number(size, key));
        if (size.has("shortest_edge")) return new Size(0, number(size.get("shortest_edge"), key));
        return new Size(number(size.path("width"), key), number(size.path("height"), key));
    }

    private static int number(JsonNode value, String key) {
        if (!value.isInt() || value.intValue() < 1 || value.intValue() > MOST)
            throw new IllegalArgumentException(
                    "found %s %s, expected whole numbers from 1 to %s".formatted(key, value, MOST));
        return value.intValue();
    }

    private static Resampling resampling(JsonNode config) {
        int code = config.path("resample").asInt(2);
        return switch (code) { // as Pillow numbers them
            case 0 -> Resampling.NEAREST;
            case 2 -> Resampling.BILINEAR;
            case 3 -> Resampling.BICUBIC;
            default ->
                    throw new IllegalArgumentException(
                            "found resample "
                                    + code
                                    + ", expected 0 (nearest), 2 (bilinear) or 3 (bicubic)");
        };
    }

    private static double[] three(JsonNode config, String key) {
        double[] values = new double[config.path(key).size()];
        for (int i = 0; i < values.length; i++) values[i] = config.path(key).get(i).asDouble();
        if (values.length != 3)
            throw new IllegalArgumentException(
                    "found %s %s, expected three numbers".formatted(key, config.path(key)));
        return values;
    }
}
