package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.Images.Pixels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImagesTest {
    @Test
    void pixelsComeBackFromTheirPng() {
        for (int channels : new int[] {1, 3}) {
            byte[] samples = new byte[16 * 16 * channels];
            for (int i = 0; i < samples.length; i++) samples[i] = (byte) (i * 7);
            Pixels read = Images.decode(Images.png(new Pixels(16, 16, channels, samples)));
            assertEquals(channels, read.channels());
            assertArrayEquals(samples, read.samples());
        }
        Pixels rgb = Images.decode(Images.png(new Pixels(2, 1, 3, new byte[] {1, 2, 3, 4, 5, -6})));
        assertEquals(3, rgb.at(0, 0, 2));
        assertEquals(250, rgb.at(1, 0, 2));
    }

    @Test
    void alphaIsDroppedPalettesBecomeRgbAndSixteenBitsEight() throws IOException {
        var alpha = new BufferedImage(1, 1, BufferedImage.TYPE_4BYTE_ABGR);
        alpha.setRGB(0, 0, 0x00102030); // transparent
        assertPixels(3, "png", alpha, 0x10, 0x20, 0x30);
        var palette = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
        palette.setRGB(0, 0, 0xffff0033);
        assertPixels(3, "png", palette, 0xff, 0, 0x33);
        var wide = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
        wide.getRaster().setSample(0, 0, 0, 0xabcd);
        assertPixels(1, "png", wide, 0xab);
        var bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.setRGB(1, 0, 0xffffffff);
        assertPixels(3, "png", bits, 0, 0, 0, 255, 255, 255);
    }

    @Test
    void jpegIsDecodedInColorAndGray() throws IOException {
        var red = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 256; i++) red.setRGB(i % 16, i / 16, 0xc02010);
        byte[] bytes = file("jpeg", red);
        assertEquals("image/jpeg", Images.mediaType(bytes));
        Pixels read = Images.decode(bytes);
        assertEquals(0xc0, read.at(8, 8, 0), 3);
        assertEquals(0x20, read.at(8, 8, 1), 3);
        assertEquals(0x10, read.at(8, 8, 2), 3);
        var gray = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 64; i++) gray.getRaster().setSample(i % 8, i / 8, 0, 100);
        Pixels decoded = Images.decode(file("jpeg", gray));
        assertEquals(1, decoded.channels());
        assertEquals(100, decoded.at(3, 3, 0), 1);
    }

    @Test
    void bytesThatAreNoImageAreRefused() throws IOException {
        assertRefused(new byte[0], "found 0 bytes that are neither");
        assertRefused(new byte[] {'G', 'I', 'F', '8', '9', 'a'}, "expected a PNG or JPEG image");
        var image = new BufferedImage(40, 30, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < 1200; i++) image.setRGB(i % 40, i / 40, i * 9973);
        for (String format : new String[] {"png", "jpeg"}) {
            byte[] whole = file(format, image);
            for (int length = 9; length < whole.length - 16; length += 7)
                assertRefused(Arrays.copyOf(whole, length), "found a corrupt " + format);
        }
        byte[] altered = file("png", image);
        altered[altered.length / 2]++;
        assertRefused(altered, "truncated or altered");
    }

    @Test
    void aSmallFileThatClaimsAHugeImageIsRefusedBeforeItIsDecoded() {
        byte[] png = Images.png(new Pixels(1, 1, 1, new byte[1]));
        ByteBuffer.wrap(png).putInt(16, 100_000).putInt(20, 100_000);
        assertRefused(png, "found an image of 100000 x 100000");
        ByteBuffer.wrap(png).putInt(16, 0);
        assertThrows(InvalidImageException.class, () -> Images.decode(png));
    }

    @Test
    void pixelsMustBeAsManyAsTheSizeSays() {
        refused(() -> new Pixels(2, 2, 3, new byte[11]), "found 11 pixel values, expected 12 = 2");
        refused(() -> new Pixels(0, 2, 3, new byte[0]), "found an image of 0 x 2");
        refused(() -> new Pixels(1 << 16, 1 << 16, 1, new byte[0]), "at most 4194304 pixels");
        refused(() -> new Pixels(1, 1, 2, new byte[2]), "found 2 channels");
    }

    private static void assertPixels(
            int channels, String format, BufferedImage image, int... samples) throws IOException {
        Pixels read = Images.decode(file(format, image));
        assertEquals(channels, read.channels());
        int[] found = new int[read.samples().length];
        for (int i = 0; i < found.length; i++) found[i] = read.samples()[i] & 0xff;
        assertArrayEquals(samples, found);
    }

    private static byte[] file(String format, BufferedImage image) throws IOException {
        var out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, out));
        return out.toByteArray();
    }

    private static void assertRefused(byte[] bytes, String message) {
        refused(() -> Images.decode(bytes), message);
    }

    private static void refused(org.junit.jupiter.api.function.Executable call, String message) {
        var e = assertThrows(InvalidImageException.class, call);
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }
}
