package dev.belay.aggregators.statistics.change;

import dev.belay.aggregators.statistics.counts.Varints;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The bytes of {@link Buckets}: the version, then zigzag integers of 1 to 10 bytes: number of
 * categories, of buckets, and of each bucket, oldest first, time and position less those of the
 * bucket before, and the counts.
 */
final class BucketBytes {
    static final byte VERSION = 1;

    private BucketBytes() {}

    static byte[] write(Buckets buckets) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(buckets, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not in memory
        }
        return bytes.toByteArray();
    }

    private static void write(Buckets buckets, DataOutputStream out) throws IOException {
        int categories = buckets.totals().length;
        out.writeByte(VERSION);
        Varints.write(out, categories);
        Varints.write(out, buckets.size());
        long timeMs = 0;
        long position = 0;
        for (int bucket = 0; bucket < buckets.size(); bucket++) {
            Varints.write(out, buckets.timeMs(bucket) - timeMs);
            Varints.write(out, buckets.position(bucket) - position);
            timeMs = buckets.timeMs(bucket);
            position = buckets.position(bucket);
            for (int k = 0; k < categories; k++) {
                Varints.write(out, buckets.count(bucket, k));
            }
        }
    }

    /**
     * @throws IllegalArgumentException if the bytes are truncated or too many, not of this version,
     *     or of another number of categories
     */
    static Buckets read(byte[] bytes, int categories) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte version = in.readByte();
            check(version == VERSION, "version " + version + ", expected " + VERSION);
            long found = Varints.read(in);
            check(found == categories, found + " categories, expected " + categories);
            Buckets buckets = new Buckets(categories);
            long[] counts = new long[categories];
            long timeMs = 0;
            long position = 0;
            long size = Varints.read(in);
            for (long bucket = 0; bucket < size; bucket++) {
                timeMs += Varints.read(in);
                position += Varints.read(in);
                for (int k = 0; k < categories; k++) {
                    counts[k] = Varints.read(in);
                    check(counts[k] >= 0, "the count " + counts[k] + " in bucket " + bucket);
                }
                buckets.append(counts, timeMs, position);
            }
            check(buckets.size() == size, buckets.size() + " buckets with examples of " + size);
            check(in.available() == 0, in.available() + " bytes after the last bucket");
            return buckets;
        } catch (EOFException e) {
            throw new IllegalArgumentException(
                    "state of a change detector is truncated: %d bytes, expected more"
                            .formatted(bytes.length),
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "state of a change detector has " + e.getMessage(), e);
        }
    }

    private static void check(boolean expected, String found) {
        if (!expected) {
            throw new IllegalArgumentException("state of a change detector has " + found);
        }
    }
}
