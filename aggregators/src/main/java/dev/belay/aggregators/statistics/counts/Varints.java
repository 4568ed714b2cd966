package dev.belay.aggregators.statistics.counts;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Zigzag integers of 1 to 10 bytes, as Avro writes them, and arrays with runs of zeros. */
public final class Varints {
    private Varints() {}

    /** Writes a value of 1 to 10 bytes. */
    public static void write(DataOutput out, long value) throws IOException {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /**
     * Reads a value.
     *
     * @throws IOException at the end of the input, or when it has more than 10 bytes
     */
    public static long read(DataInput in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            long b = in.readByte();
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new IOException("an integer of more than 10 bytes");
    }

    /** The array without its length; a 0 is followed by the length of the run of zeros. */
    static void writeAll(DataOutput out, long[] values) throws IOException {
        for (int i = 0; i < values.length; ) {
            write(out, values[i]);
            int from = i++;
            if (values[from] == 0) {
                while (i < values.length && values[i] == 0) {
                    i++;
                }
                write(out, i - from);
            }
        }
    }

    /** Reads the first {@code length} values; the others stay 0. */
    static void readAll(DataInput in, long[] values, int length) throws IOException {
        for (int i = 0; i < length; ) {
            values[i] = read(in);
            if (values[i++] == 0) {
                long more = read(in) - 1;
                if (more < 0 || more > length - i) {
                    throw new IOException((more + 1) + " zeros at " + (i - 1));
                }
                i += (int) more; // already 0
            }
        }
    }
}
