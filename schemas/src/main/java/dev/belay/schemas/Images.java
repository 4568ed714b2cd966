package dev.belay.schemas;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Images as content of examples: PNG or JPEG. Samples are 8-bit, gray or RGB: alpha is dropped, of
 * 16 bits the upper 8 are kept, palettes become RGB. Color profiles and EXIF orientation are not
 * applied. Decoding allocates at most some 32 MB, whatever the bytes are.
 */
public final class Images {
    /** Maximum size of inline content, in bytes. */
    public static final int MAX_INLINE_BYTES = 64 << 10;

    /** Maximum of width · height. */
    public static final int MAX_PIXELS = 1 << 22;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

    private static final int IEND = 0x49454e44;

    /** A JPEG whose end marker is not in its last bytes is truncated. */
    private static final int JPEG_TAIL = 1_024;

    private Images() {}

    /**
     * A decoded image.
     *
     * @param channels 1: gray, 3: red, green, blue
     * @param samples unsigned, row by row, channels of a pixel together
     */
    public record Pixels(int width, int height, int channels, byte[] samples) {
        /**
         * @throws InvalidImageException if the size is not 1 to {@link Images#MAX_PIXELS} pixels,
         *     or the number of channels or samples is wrong
         */
        public Pixels {
            requireSize(width, height);
            if (channels != 1 && channels != 3)
                throw invalid(channels + " channels", "1 (gray) or 3 (red, green, blue)", null);
            if (samples.length != width * height * channels)
                throw invalid(
                        samples.length + " pixel values",
                        "%s = %s x %s x %s (width, height, channels)"
                                .formatted(width * height * channels, width, height, channels),
                        null);
        }

        /** Sample in 0..255. */
        public int at(int x, int y, int channel) {
            return samples[(y * width + x) * channels + channel] & 0xff;
        }
    }

    /**
     * {@code image/png} or {@code image/jpeg}, by the first bytes.
     *
     * @throws InvalidImageException if they are neither
     */
    public static String mediaType(byte[] bytes) {
        if (startsWith(bytes, PNG)) return "image/png";
        if (startsWith(bytes, JPEG)) return "image/jpeg";
        throw invalid(bytes.length + " bytes that are neither", "a PNG or JPEG image", null);
    }

    /**
     * Decodes a PNG or JPEG.
     *
     * @throws InvalidImageException if the bytes are no such image, or it is too large
     */
    public static Pixels decode(byte[] bytes) {
        String format = mediaType(bytes).substring("image/".length());
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, true, true);
            requireSize(reader.getWidth(0), reader.getHeight(0));
            if (!(format.equals("png") ? isWholePng(bytes) : hasEnd(bytes)))
                throw new IOException("truncated or altered");
            return pixels(reader.read(0));
        } catch (InvalidImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // as readers throw for malformed bytes
            throw invalid("a corrupt " + format + " (" + e + ")", "a PNG or JPEG image", e);
        } finally {
            reader.dispose();
        }
    }

    /** The pixels as PNG, without loss. */
    public static byte[] png(Pixels pixels) {
        int type =
                pixels.channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
        var image = new BufferedImage(pixels.width, pixels.height, type);
        for (int y = 0; y < pixels.height; y++)
            for (int x = 0; x < pixels.width; x++)
                for (int c = 0; c < pixels.channels; c++)
                    image.getRaster().setSample(x, y, c, pixels.at(x, y, c));
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a PNG to memory", e);
        }
        return bytes.toByteArray();
    }

    /** From the raster: {@link BufferedImage#getRGB} would change the gray values. */
    private static Pixels pixels(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        Raster raster = image.getRaster();
        boolean palette = image.getColorModel() instanceof IndexColorModel;
        int type = raster.getDataBuffer().getDataType();
        if (!palette && type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT)
            throw invalid("samples of type " + type, "8 or 16 bits", null);
        int shift = type == DataBuffer.TYPE_USHORT ? 8 : 0;
        int channels = palette || raster.getNumBands() > 2 ? 3 : 1;
        byte[] samples = new byte[width * height * channels];
        int at = 0;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                if (palette) {
                    int rgb = image.getRGB(x, y);
                    for (int c = 16; c >= 0; c -= 8) samples[at++] = (byte) (rgb >> c);
                } else {
                    for (int c = 0; c < channels; c++)
                        samples[at++] = (byte) (raster.getSample(x, y, c) >> shift);
                }
        return new Pixels(width, height, channels, samples);
    }

    private static void requireSize(int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > MAX_PIXELS)
            throw invalid(
                    "an image of " + width + " x " + height,
                    "at least 1 x 1, and at most " + MAX_PIXELS + " pixels",
                    null);
    }

    /** Whether all chunks to the last one are there, with their checksums; the JDK ignores both. */
    private static boolean isWholePng(byte[] png) {
        ByteBuffer in = ByteBuffer.wrap(png).position(PNG.length);
        while (in.remaining() >= 12) { // length, type, data, CRC of type and data
            int length = in.getInt();
            if (length < 0 || length > in.remaining() - 8) return false;
            int type = in.getInt(in.position());
            var crc = new CRC32();
            crc.update(png, in.position(), 4 + length);
            in.position(in.position() + 4 + length);
            if (in.getInt() != (int) crc.getValue()) return false;
            if (type == IEND) return true;
        }
        return false;
    }

    private static boolean hasEnd(byte[] jpeg) {
        for (int i = jpeg.length - 2; i >= Math.max(0, jpeg.length - JPEG_TAIL); i--)
            if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xd9) return true;
        return false;
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length
                && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    private static InvalidImageException invalid(
            String found, String expected, @Nullable Throwable cause) {
        return new InvalidImageException(found, expected, cause);
    }
}
