package dev.belay.aggregators.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Rows of two probabilities, bit for bit, in 4½ bytes each instead of 8: of each the smaller
 * (float32, little-endian, its sign set where it is the second), then, two rows a byte, by how many
 * units in the last place the greater is above 1 less the smaller: -8 to 7, 8 added.
 *
 * <p>Softmax in float32 gives such rows; a block with any other row is stored unchanged.
 */
public final class TwoClassRows {
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int HALF = Float.floatToRawIntBits(0.5f);
    private static final int MOST_BELOW = 8;
    private static final int SIGN = Integer.MIN_VALUE;

    private TwoClassRows() {}

    /** Bytes that this many rows take. */
    static int bytes(int rows) {
        return Integer.BYTES * rows + (rows + 1) / 2;
    }

    /**
     * Writes rows.
     *
     * @param to has {@link #bytes} of zeros from {@code at} on
     * @return false if a row has another form; what was written is then invalid
     */
    static boolean write(float[] probabilities, byte[] to, int at) {
        int rows = probabilities.length / 2;
        int unitsAt = at + Integer.BYTES * rows;
        int unfit = 0;
        int units = 0;
        for (int row = 0; row < rows; row++) {
            // without branches: which of the two is greater is as good as random
            int first = Float.floatToRawIntBits(probabilities[2 * row]);
            int second = Float.floatToRawIntBits(probabilities[2 * row + 1]);
            int secondIsSmaller = (second - first) >> 31;
            int differ = (first ^ second) & secondIsSmaller;
            int smaller = first ^ differ;
            int greater = second ^ differ;
            int above = greater - rest(smaller) + MOST_BELOW;
            unfit |= ((first | second | (HALF - smaller)) & SIGN) | (above & ~15);
            INTS.set(to, at + Integer.BYTES * row, smaller | (secondIsSmaller & SIGN));
            units = (units >>> 4) | (above << 4);
            if ((row & 1) == 1) {
                to[unitsAt + row / 2] = (byte) units;
            }
        }
        if ((rows & 1) == 1) {
            to[unitsAt + rows / 2] = (byte) (units >>> 4);
        }
        return unfit == 0;
    }

    static float[] read(byte[] from, int at, int rows) {
        float[] probabilities = new float[2 * rows];
        int unitsAt = at + Integer.BYTES * rows;
        for (int row = 0; row < rows; row++) {
            int kept = (int) INTS.get(from, at + Integer.BYTES * row);
            int smaller = kept & ~SIGN;
            int above = ((from[unitsAt + row / 2] >> (4 * (row & 1))) & 15) - MOST_BELOW;
            int second = kept >>> 31; // 1 where the second is the smaller
            probabilities[2 * row + second] = Float.intBitsToFloat(smaller);
            probabilities[2 * row + 1 - second] = Float.intBitsToFloat(rest(smaller) + above);
        }
        return probabilities;
    }

    private static int rest(int bits) {
        return Float.floatToRawIntBits(1 - Float.intBitsToFloat(bits));
    }
}
