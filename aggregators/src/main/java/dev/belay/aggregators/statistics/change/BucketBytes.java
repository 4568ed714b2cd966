package dev.belay.aggregators.statistics.change;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The bytes of {@link Buckets}: the version, then zigzag integers of 1 to 10 bytes: number of
 * categories, of buckets, and of each bucket, oldest first, time and position less those of the
 * bucket before, and the counts.
 */
final class BucketBytes {
    static final byte VERSION = 1;

    private static final int LONGEST = 10;

    private BucketBytes() {}

    static byte[] write(Buckets buckets) {
        int categories = buckets.totals().length;
        int integers = 2 + buckets.size() * (2 + categories);
        ByteBuffer out = ByteBuffer.allocate(1 + LONGEST * integers);
        out.put(VERSION);
        write(out, categories);
        write(out, buckets.size());
        long timeMs = 0;
        long position = 0;
        for (int bucket = 0; bucket < buckets.size(); bucket++) {
            write(out, buckets.timeMs(bucket) - timeMs);
            write(out, buckets.position(bucket) - position);
            timeMs = buckets.timeMs(bucket);
            position = buckets.position(bucket);
            for (int k = 0; k < categories; k++) {
                write(out, buckets.count(bucket, k));
            }
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    /**
     * @throws IllegalArgumentException if the bytes are truncated or too many, not of this version,
     *     or of another number of categories
     */
    static Buckets read(byte[] bytes, int categories) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte version = in.get();
            check(version == VERSION, "version " + version + ", expected " + VERSION);
            long found = read(in);
            check(found == categories, found + " categories, expected " + categories);
            Buckets buckets = new Buckets(categories);
            long[] counts = new long[categories];
            long timeMs = 0;
            long position = 0;
            long size = read(in);
            for (long bucket = 0; bucket < size; bucket++) {
                timeMs += read(in);
                position += read(in);
                for (int k = 0; k < categories; k++) {
                    counts[k] = read(in);
                    check(counts[k] >= 0, "the count " + counts[k] + " in bucket " + bucket);
                }
                buckets.append(counts, timeMs, position);
            }
            check(buckets.size() == size, buckets.size() + " buckets with examples of " + size);
            check(!in.hasRemaining(), in.remaining() + " bytes after the last bucket");
            return buckets;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "state of a change detector is truncated: %d bytes, expected more"
                            .formatted(bytes.length),
                    e);
        }
    }

    private static void check(boolean expected, String found) {
        if (!expected) {
            throw new IllegalArgumentException("state of a change detector has " + found);
        }
    }

    private static void write(ByteBuffer out, long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static long read(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 7 * LONGEST; shift += 7) {
            long next = in.get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new IllegalArgumentException(
                "state of a change detector has an integer of more than " + LONGEST + " bytes");
    }
}
