package dev.belay.models.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Off-heap floats that PyTorch reads in place (on the CPU; a GPU gets a copy). They are aligned to
 * 64 bytes like PyTorch's own, because the instructions used, and so the last bits, may depend on
 * the alignment.
 */
public final class AlignedFloats {
    private static final int ALIGNMENT = 64;

    private ByteBuffer buffer = allocate(0);

    /** Floats from here on are zero. */
    private int filled;

    /** Copies in all of {@code values}. */
    public void set(float[] values) {
        reserve(values.length);
        buffer.asFloatBuffer().put(values);
        filled = Math.max(filled, values.length);
    }

    /** Copies in {@code count} rows from {@code first}, then rows of zeros up to {@code padTo}. */
    public void setRows(float[][] rows, int first, int count, int padTo, int width) {
        reserve(padTo * width);
        int before = filled;
        filled = Math.max(filled, count * width);
        var floats = buffer.asFloatBuffer();
        for (int i = 0; i < count; i++) {
            if (rows[first + i].length != width)
                throw new IllegalArgumentException(
                        "a row has " + rows[first + i].length + " features, expected " + width);
            floats.put(rows[first + i]);
        }
        // floats never written are zero already: this saves most of the time for wide rows
        float[] zeros = new float[width];
        while (floats.position() < before)
            floats.put(zeros, 0, Math.min(width, before - floats.position()));
        filled = count * width;
    }

    /** A copy of the first ones. */
    public float[] get(int count) {
        float[] values = new float[count];
        buffer.asFloatBuffer().get(values);
        return values;
    }

    /** The bytes of the first ones. */
    public ByteBuffer bytes(int count) {
        return buffer.slice(0, count * Float.BYTES).asReadOnlyBuffer();
    }

    /** An array over the first floats; valid until they are set again. */
    public NDArray array(NDManager manager, long... shape) {
        var full = new Shape(shape);
        ByteBuffer view = buffer.slice(0, Math.toIntExact(full.size() * Float.BYTES));
        return manager.create(view.order(ByteOrder.nativeOrder()), full, DataType.FLOAT32);
    }

    private void reserve(int floats) {
        if (buffer.capacity() >= floats * Float.BYTES) return;
        buffer = allocate(floats * Float.BYTES);
        filled = 0;
    }

    private static ByteBuffer allocate(int bytes) {
        // a multiple of the alignment, so that the aligned slice is not too short
        int whole = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return ByteBuffer.allocateDirect(whole + ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .order(ByteOrder.nativeOrder());
    }
}
