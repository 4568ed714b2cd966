package dev.belay.aggregators.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.IdList;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.events.Phase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Law: what is read is what was written, bit for bit, or it was refused. */
class TwoClassRowsPropertyTest {
    private static final float[] ODD = {
        0f,
        -0f,
        1f,
        0.5f,
        Math.nextUp(0.5f),
        Math.nextDown(0.5f),
        Math.nextDown(1f),
        Math.nextUp(1f),
        Float.MIN_VALUE,
        Float.MIN_NORMAL,
        1e-30f,
        Float.NaN,
        -1f,
        2f,
        Float.POSITIVE_INFINITY
    };

    @Property
    void whatASoftmaxGivesFits(@ForAll @IntRange(min = 1, max = 9) int rows, @ForAll long seed) {
        Random random = new Random(seed);
        float[] p = new float[2 * rows];
        for (int row = 0; row < rows; row++) {
            float logit = (float) (random.nextGaussian() * 8);
            float first = (float) Math.exp(Math.min(logit, 0));
            float second = (float) Math.exp(Math.min(-logit, 0));
            boolean byReciprocal = random.nextBoolean();
            float reciprocal = 1 / (first + second);
            p[2 * row] = byReciprocal ? first * reciprocal : first / (first + second);
            p[2 * row + 1] = byReciprocal ? second * reciprocal : second / (first + second);
        }
        assertTrue(isReadAsWritten(p));
    }

    @Property
    void whateverFitsIsReadAsWritten(
            @ForAll @IntRange(min = 1, max = 5) int rows, @ForAll long seed) {
        Random random = new Random(seed);
        float[] p = new float[2 * rows];
        for (int row = 0; row < rows; row++) {
            float first = ODD[random.nextInt(ODD.length)];
            boolean any = random.nextInt(3) == 0;
            float rest = any ? ODD[random.nextInt(ODD.length)] : 1 - first;
            int bits = Float.floatToRawIntBits(rest) + random.nextInt(7) - 3;
            p[2 * row] = first;
            p[2 * row + 1] = Float.intBitsToFloat(bits);
        }
        isReadAsWritten(p);
        requireBlockAsWritten(p, 2);
    }

    @Test
    void whatDoesNotAddUpToOneIsRefusedAndKeptAsItIs() {
        for (float[] p : new float[][] {{0.3f, 0.6999f}, {-0f, 1f}, {1f, 1f}, {0.2f, Float.NaN}}) {
            assertFalse(isReadAsWritten(p), () -> Arrays.toString(p));
            requireBlockAsWritten(p, 2);
        }
        requireBlockAsWritten(new float[] {0.25f, 0.25f, 0.5f, 1, 0, 0}, 3);
    }

    /** Whether it fits; if so it must be read as it was written. */
    private static boolean isReadAsWritten(float[] p) {
        int rows = p.length / 2;
        byte[] bytes = new byte[3 + TwoClassRows.bytes(rows) + 1];
        boolean fits = TwoClassRows.write(p, bytes, 3);
        assertEquals(0, bytes[2] | bytes[bytes.length - 1]);
        if (fits) {
            assertArrayEquals(bits(p), bits(TwoClassRows.read(bytes, 3, rows)));
        }
        return fits;
    }

    @Example
    void abstentionsAreKept() {
        float[] p = {0.25f, 0.75f, 0, 0, 1, 0, 0, 0};
        var roster =
                new IdList(
                        new BlockColumns.Ids(
                                "\u00021\u00022\u00023\u00024".getBytes(StandardCharsets.UTF_8),
                                0,
                                8,
                                4));
        var times = new BlockColumns.Times(new long[] {7}, 4);
        var block =
                new BlockColumns(
                        "e/m#0@0",
                        1,
                        Phase.HOLDOUT,
                        BlockRows.ofClasses(2),
                        roster.ids(),
                        times,
                        p,
                        4,
                        false,
                        new int[] {1, 3});
        byte[] kept = BlockFormat.write(block, roster);
        var read = BlockFormat.read(kept, "e/m#0@0", 1, Phase.HOLDOUT, name -> roster).block();
        assertArrayEquals(new int[] {1, 3}, read.abstained());
        assertArrayEquals(bits(p), bits(read.probabilities()));
    }

    private static void requireBlockAsWritten(float[] p, int classes) {
        int rows = p.length / classes;
        ByteBuffer ids = ByteBuffer.allocate(2 * rows);
        for (int row = 0; row < rows; row++) {
            ids.put((byte) 2).put(Integer.toString(row).getBytes(StandardCharsets.UTF_8));
        }
        var roster = new IdList(new BlockColumns.Ids(ids.array(), 0, 2 * rows, rows));
        var times = new BlockColumns.Times(new long[] {7}, rows);
        var block =
                new BlockColumns(
                        "e/m#0", 1, Phase.HOLDOUT, classes, roster.ids(), times, p, rows, false);
        byte[] kept = BlockFormat.write(block, roster);
        var read = BlockFormat.read(kept, "e/m#0", 1, Phase.HOLDOUT, name -> roster);
        assertArrayEquals(bits(p), bits(read.block().probabilities()));
        assertEquals(classes, read.block().classes());
    }

    private static int[] bits(float[] p) {
        int[] bits = new int[p.length];
        for (int i = 0; i < p.length; i++) {
            bits[i] = Float.floatToRawIntBits(p[i]);
        }
        return bits;
    }
}
