package dev.belay.models.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.models.input.Input;
import dev.belay.schemas.Images.Pixels;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
    @Test
    void enlargingInterpolatesBetweenPixelCentres() {
        // centres of 4 pixels in those of 2: -.25, .25, .75, 1.25; beyond the edge it is constant
        assertRow(Resampling.BILINEAR, row(0, 100), 4, 0, 25, 75, 100);
        assertRow(Resampling.NEAREST, row(0, 100), 4, 0, 0, 100, 100);
        // Keys' weights at distances .25 and .75 are .867 and .227, at 1.25 it is -.070; of the
        // pixels there are they are normalised: .227/1.094 = .207, .867/.797 = 1.088
        assertRow(Resampling.BICUBIC, row(0, 100), 4, 0, 21, 79, 109);
    }

    @Test
    void shrinkingWeighsEveryPixel() {
        // triangle of width 4 around 1: distances 1/2, 1/2, 3/2 → weights 3/4, 3/4, 1/4 of 7/4
        assertRow(Resampling.BILINEAR, row(10, 20, 30, 40), 2, 17, 33);
        assertRow(Resampling.NEAREST, row(10, 20, 30, 40), 2, 20, 40);
    }

    @Test
    void columnsAreResizedAsRowsAndTheSameSizeIsTheSameImage() {
        var tall = new Pixels(1, 2, 1, new byte[] {0, 100});
        assertArrayEquals(
                new byte[] {0, 25, 75, 100}, Resampling.BILINEAR.resize(tall, 1, 4).samples());
        for (Resampling resampling : new Resampling[] {Resampling.BILINEAR, Resampling.BICUBIC})
            assertSame(tall, resampling.resize(tall, 1, 2));
    }

    @Test
    void samplesAreScaledAndNormalisedPlaneByPlane() throws JsonProcessingException {
        // Given
        var preprocessing =
                of(
                        "{'size':{'height':1,'width':2},'rescale_factor':0.01,"
                                + "'image_mean':[0.5,1,0],'image_std':[0.5,2,1]}");
        // When
        float[] planes =
                preprocessing.planes(new Pixels(2, 1, 3, new byte[] {100, 50, 25, 0, 10, 20}));
        // Then: red, green, blue
        assertArrayEquals(new float[] {1, -1, -.25f, -.45f, .25f, .2f}, planes, 1e-6f);
        // gray is the same in each
        float[] gray = preprocessing.planes(new Pixels(2, 1, 1, new byte[] {100, 50}));
        assertArrayEquals(new float[] {1, 0, 0, -.25f, 1, .5f}, gray, 1e-6f);
    }

    @Test
    void theShorterEdgeIsResizedThenTheMiddleIsCut() throws JsonProcessingException {
        var preprocessing =
                of(
                        "{'size':{'shortest_edge':2},'do_center_crop':true,'crop_size':2,"
                                + "'do_rescale':false,'do_normalize':false}");
        byte[] samples = {1, 2, 3, 4, 5, 6, 7, 8}; // 4 x 2: the middle is columns 2 and 3
        float[] planes = preprocessing.planes(new Pixels(4, 2, 1, samples));
        assertArrayEquals(new float[] {2, 3, 6, 7, 2, 3, 6, 7, 2, 3, 6, 7}, planes);
        // twice as large: the edge is halved
        assertEquals(12, preprocessing.planes(new Pixels(8, 4, 1, new byte[32])).length);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> preprocessing.planes(new Pixels(1 << 22, 1, 1, new byte[1 << 22])));
        assertTrue(String.valueOf(e.getMessage()).contains("4194304 x 1"), e.getMessage());
    }

    @Test
    void aSquareOfPixelsIsBetweenMinusOneAndOne() {
        var gray = Preprocessing.square(1, 1);
        assertArrayEquals(
                new float[] {1}, gray.planes(new Pixels(1, 1, 1, new byte[] {-1})), 1e-6f);
        // luma of red: .299
        assertEquals(
                2 * 76 / 255f - 1,
                gray.planes(new Pixels(1, 1, 3, new byte[] {-1, 0, 0}))[0],
                1e-6f);
    }

    @Test
    void whatIsNotImplementedIsRefused() {
        String mean = ",'image_mean':[0,0,0],'image_std':[1,1,1]}";
        refused("{'size':{'height':2,'width':2},'resample':1" + mean, "found resample 1");
        refused("{'size':{'height':2,'width':2},'crop_pct':0.8" + mean, "crop_pct");
        refused("{'size':{'shortest_edge':2}" + mean, "one size for all images");
        refused("{'size':{'height':2}" + mean, "found size");
        refused("{'size':9999" + mean, "whole numbers from 1 to 2048");
        refused("{'size':2}", "found image_mean");
    }

    @Test
    void onlyInlineContentIsAnImage() {
        var square = Preprocessing.square(2, 1);
        for (Input input :
                new Input[] {
                    Input.of("a text"),
                    new Input.Content("image/png", null, "file:///a", "00"),
                    new Input.Content("image/png", new byte[] {1}, null, "00")
                }) assertThrows(IllegalArgumentException.class, () -> square.apply(input));
    }

    private static Pixels row(int... samples) {
        byte[] bytes = new byte[samples.length];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) samples[i];
        return new Pixels(bytes.length, 1, 1, bytes);
    }

    private static void assertRow(Resampling resampling, Pixels image, int width, int... expected) {
        Pixels found = resampling.resize(image, width, 1);
        int[] samples = new int[width];
        for (int x = 0; x < width; x++) samples[x] = found.at(x, 0, 0);
        assertArrayEquals(expected, samples);
    }

    private static Preprocessing of(String json) throws JsonProcessingException {
        return Preprocessing.of(new ObjectMapper().readTree(json.replace('\'', '"')));
    }

    private static void refused(String json, String message) {
        var e = assertThrows(IllegalArgumentException.class, () -> of(json));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }
}
