package dev.belay.aggregators.statistics.counts;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** Counts by key: keys ascending and not negative, none of the counts 0. Immutable. */
public final class SparseCounts {
    public static final SparseCounts EMPTY = new SparseCounts(new long[0], new long[0]);

    private final long[] keys;
    private final long[] counts;

    /** Takes an entry. */
    @FunctionalInterface
    public interface Taker {
        void take(long key, long count);
    }

    /** Takes the arrays as they are. */
    SparseCounts(long[] keys, long[] counts) {
        this.keys = keys;
        this.counts = counts;
    }

    /** {@code this + sign·other}. */
    public SparseCounts combine(SparseCounts other, int sign) {
        if (other.keys.length == 0) {
            return this;
        }
        long[] sumKeys = new long[keys.length + other.keys.length];
        long[] sums = new long[sumKeys.length];
        int size = 0;
        int i = 0;
        int j = 0;
        while (i < keys.length || j < other.keys.length) {
            long mine = i < keys.length ? keys[i] : Long.MAX_VALUE;
            long theirs = j < other.keys.length ? other.keys[j] : Long.MAX_VALUE;
            long key = Math.min(mine, theirs);
            long sum = mine == key ? counts[i++] : 0;
            if (theirs == key) {
                sum = Math.addExact(sum, Math.multiplyExact(other.counts[j++], sign));
            }
            if (sum != 0) {
                sumKeys[size] = key;
                sums[size++] = sum;
            }
        }
        return new SparseCounts(Arrays.copyOf(sumKeys, size), Arrays.copyOf(sums, size));
    }

    /** Whether all counts are 0. */
    public boolean isEmpty() {
        return keys.length == 0;
    }

    /** Passes on the entries, keys ascending. */
    public void forEach(Taker taker) {
        for (int i = 0; i < keys.length; i++) {
            taker.take(keys[i], counts[i]);
        }
    }

    /** Writes variable-length integers. */
    public void write(DataOutput out) throws IOException {
        Varints.write(out, keys.length);
        long before = 0;
        for (int i = 0; i < keys.length; i++) {
            Varints.write(out, keys[i] - before);
            Varints.write(out, counts[i]);
            before = keys[i];
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param keysBelow bound of the keys, exclusive
     * @throws IOException if it did not
     */
    public static SparseCounts read(DataInput in, long keysBelow) throws IOException {
        long size = Varints.read(in);
        if (size < 0 || size > Math.min(keysBelow, Integer.MAX_VALUE)) {
            throw new IOException("not sparse counts: " + size + " of them");
        }
        long[] keys = new long[(int) size];
        long[] counts = new long[(int) size];
        long key = 0;
        for (int i = 0; i < keys.length; i++) {
            key += Varints.read(in);
            keys[i] = key;
            counts[i] = Varints.read(in);
            if (key >= keysBelow || (i > 0 && key <= keys[i - 1]) || counts[i] == 0) {
                throw new IOException("not sparse counts: " + counts[i] + " at " + key);
            }
        }
        return new SparseCounts(keys, counts);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SparseCounts other
                && Arrays.equals(keys, other.keys)
                && Arrays.equals(counts, other.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return Arrays.toString(keys) + "=" + Arrays.toString(counts);
    }
}
