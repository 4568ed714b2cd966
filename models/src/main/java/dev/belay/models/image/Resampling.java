package dev.belay.models.image;

import dev.belay.schemas.Images.Pixels;

/**
 * Resizing as Pillow does it, with which pretrained encoders were trained: separable, along rows
 * first, rounded to 8 bits after each direction; when it shrinks, the filter is widened by the
 * factor, so that every pixel counts.
 */
public enum Resampling {
    NEAREST(0) {
        @Override
        double weight(double x) {
            throw new UnsupportedOperationException();
        }
    },
    BILINEAR(1) {
        @Override
        double weight(double x) {
            double a = Math.abs(x);
            return a < 1 ? 1 - a : 0;
        }
    },
    /** Of Keys (1981), a = −½. */
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double a = Math.abs(x);
            if (a < 1) return (1.5 * a - 2.5) * a * a + 1;
            return a < 2 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : 0;
        }
    };

    /** Binary digits of the weights after the point. */
    private static final int PRECISION = 22;

    private final double support;

    Resampling(double support) {
        this.support = support;
    }

    /** Weight of a pixel at distance x from the centre; 0 beyond the support. */
    abstract double weight(double x);

    /**
     * The image in another size; the same object if it has that size.
     *
     * @throws dev.belay.schemas.InvalidImageException if the size is too large
     */
    public Pixels resize(Pixels image, int width, int height) {
        if (this == NEAREST) return nearest(image, width, height);
        Pixels wide = width == image.width() ? image : along(image, width, true);
        return height == wide.height() ? wide : along(wide, height, false);
    }

    private static Pixels nearest(Pixels image, int width, int height) {
        int channels = image.channels();
        byte[] out = new byte[width * height * channels];
        int at = 0;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < channels; c++)
                    out[at++] =
                            (byte)
                                    image.at(
                                            (int) ((x + 0.5) * image.width() / width),
                                            (int) ((y + 0.5) * image.height() / height),
                                            c);
        return new Pixels(width, height, channels, out);
    }

    private Pixels along(Pixels image, int size, boolean rows) {
        int from = rows ? image.width() : image.height();
        int across = rows ? image.height() : image.width();
        int channels = image.channels();
        byte[] out = new byte[size * across * channels];
        double scale = (double) from / size;
        double stretch = Math.max(1, scale);
        for (int i = 0; i < size; i++) {
            double center = (i + 0.5) * scale;
            int first = Math.max(0, (int) (center - support * stretch + 0.5));
            int end = Math.min(from, (int) (center + support * stretch + 0.5));
            int[] weights = weights(first, end, center, stretch);
            for (int j = 0; j < across; j++)
                for (int c = 0; c < channels; c++) {
                    int sum = 1 << (PRECISION - 1); // rounds to the nearest
                    for (int k = first; k < end; k++)
                        sum += weights[k - first] * (rows ? image.at(k, j, c) : image.at(j, k, c));
                    int pixel = rows ? j * size + i : i * across + j;
                    out[pixel * channels + c] = (byte) Math.max(0, Math.min(255, sum >> PRECISION));
                }
        }
        return rows
                ? new Pixels(size, across, channels, out)
                : new Pixels(across, size, channels, out);
    }

    /** Weights of the pixels from first to end, of sum 1, in fixed point. */
    private int[] weights(int first, int end, double center, double stretch) {
        double[] weights = new double[end - first];
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            weights[k] = weight((k + first - center + 0.5) / stretch);
            sum += weights[k];
        }
        int[] fixed = new int[weights.length];
        for (int k = 0; k < fixed.length; k++) {
            double weight = weights[k] / sum * (1 << PRECISION);
            fixed[k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        return fixed;
    }
}
