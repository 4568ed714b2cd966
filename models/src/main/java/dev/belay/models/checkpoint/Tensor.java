package dev.belay.models.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A named array as stored in a checkpoint; little-endian, row by row. */
public final class Tensor {
    /** Element types of the safetensors format. */
    public enum Type {
        F64(8),
        F32(4),
        F16(2),
        BF16(2),
        I64(8),
        I32(4),
        I16(2),
        I8(1),
        U8(1),
        BOOL(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        static Type parse(String dtype, String tensor) {
            for (Type type : values()) if (type.name().equals(dtype)) return type;
            throw new MalformedCheckpointException(
                    "tensor %s: unknown dtype '%s', expected one of %s"
                            .formatted(tensor, dtype, Arrays.toString(values())));
        }
    }

    private final String name;
    private final Type type;
    private final long[] shape;
    private final ByteBuffer data;

    /**
     * A view of {@code data} from its position to its limit.
     *
     * @param shape sizes, outermost first; empty for a single number
     * @throws MalformedCheckpointException if the bytes don't fit type and shape
     */
    public Tensor(String name, Type type, long[] shape, ByteBuffer data) {
        this.name = name;
        this.type = type;
        this.shape = shape.clone();
        this.data = data.slice();
        long expected = byteSize(name, type, shape);
        if (data.remaining() != expected)
            throw new MalformedCheckpointException(
                    "tensor " + name + " has " + data.remaining() + " bytes, expected " + expected);
    }

    public static Tensor ofFloats(String name, float[] values, long... shape) {
        ByteBuffer data = allocate(name, (long) values.length * Float.BYTES);
        data.asFloatBuffer().put(values);
        return new Tensor(name, Type.F32, shape, data);
    }

    public static Tensor ofLongs(String name, long... values) {
        ByteBuffer data = allocate(name, (long) values.length * Long.BYTES);
        data.asLongBuffer().put(values);
        return new Tensor(name, Type.I64, new long[] {values.length}, data);
    }

    public static Tensor ofDoubles(String name, double... values) {
        ByteBuffer data = allocate(name, (long) values.length * Double.BYTES);
        data.asDoubleBuffer().put(values);
        return new Tensor(name, Type.F64, new long[] {values.length}, data);
    }

    public static Tensor ofBytes(String name, byte[] values) {
        return new Tensor(name, Type.U8, new long[] {values.length}, ByteBuffer.wrap(values));
    }

    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    /** Sizes, outermost first; empty for a single number. */
    public long[] shape() {
        return shape.clone();
    }

    /** A fresh read-only view of its bytes, little-endian. */
    public ByteBuffer data() {
        return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A copy of its values.
     *
     * @throws MalformedCheckpointException if the type is not F32
     */
    public float[] floats() {
        expect(Type.F32);
        float[] values = new float[data.remaining() / Float.BYTES];
        data().asFloatBuffer().get(values);
        return values;
    }

    /**
     * A copy of its values, of any of the floating-point types of models: F32, F16 or BF16.
     *
     * @throws MalformedCheckpointException if the type is another
     */
    public float[] toFloats() {
        if (type != Type.F16 && type != Type.BF16) return floats();
        float[] values = new float[data.remaining() / Short.BYTES];
        var shorts = data().asShortBuffer();
        for (int i = 0; i < values.length; i++) {
            short bits = shorts.get(i);
            values[i] = type == Type.BF16 ? Float.intBitsToFloat(bits << 16) : half(bits);
        }
        return values;
    }

    /** Converts IEEE 754 binary16. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        float size =
                exponent == 0
                        ? fraction * 0x1p-24f
                        : Float.intBitsToFloat(
                                (exponent == 0x1f ? 0xff : exponent + 112) << 23 | fraction << 13);
        return bits < 0 ? -size : size;
    }

    /**
     * The same.
     *
     * @throws MalformedCheckpointException if the type is not F32, or one is not finite
     */
    public float[] finiteFloats() {
        float[] values = floats();
        for (float value : values)
            if (!Float.isFinite(value))
                throw new MalformedCheckpointException("tensor " + name + " holds " + value);
        return values;
    }

    /**
     * A copy of its values.
     *
     * @throws MalformedCheckpointException if the type is not I64
     */
    public long[] longs() {
        expect(Type.I64);
        long[] values = new long[data.remaining() / Long.BYTES];
        data().asLongBuffer().get(values);
        return values;
    }

    /**
     * A copy of its values.
     *
     * @throws MalformedCheckpointException if the type is not F64
     */
    public double[] doubles() {
        expect(Type.F64);
        double[] values = new double[data.remaining() / Double.BYTES];
        data().asDoubleBuffer().get(values);
        return values;
    }

    /**
     * A copy of its values.
     *
     * @throws MalformedCheckpointException if the type is not U8
     */
    public byte[] bytes() {
        expect(Type.U8);
        byte[] values = new byte[data.remaining()];
        data().get(values);
        return values;
    }

    /**
     * This tensor, if it has this shape.
     *
     * @throws MalformedCheckpointException if it has another
     */
    public Tensor withShape(long... expected) {
        if (!Arrays.equals(shape, expected))
            throw new MalformedCheckpointException(
                    "tensor %s has shape %s, expected %s"
                            .formatted(name, Arrays.toString(shape), Arrays.toString(expected)));
        return this;
    }

    static long byteSize(String name, Type type, long[] shape) {
        try {
            long size = type.bytes;
            for (long n : shape) size = Math.multiplyExact(size, n);
            return size;
        } catch (ArithmeticException e) {
            throw new MalformedCheckpointException(
                    "tensor " + name + " has an impossible shape " + Arrays.toString(shape), e);
        }
    }

    private void expect(Type expected) {
        if (type != expected)
            throw new MalformedCheckpointException(
                    "tensor " + name + " is " + type + ", expected " + expected);
    }

    private static ByteBuffer allocate(String name, long bytes) {
        SafeTensors.requireFits("tensor " + name, bytes);
        return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
