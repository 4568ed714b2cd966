package dev.belay.aggregators.statistics.counts;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts by key, mutable: a hash table with linear probing, at most half full. Memory: 12 bytes per
 * slot, so 24 to 48 per key seen; keys with count 0 keep their slot.
 */
public final class SparseCounter {
    private static final int FREE = -1;

    private int[] keys = free(16);
    private long[] counts = new long[16];
    private int used;

    /**
     * @param key not negative
     */
    public void add(int key, long change) {
        int slot = slot(key);
        if (keys[slot] == FREE) {
            if (2 * (used + 1) > keys.length) {
                grow();
                slot = slot(key);
            }
            keys[slot] = key;
            used++;
        }
        counts[slot] = Math.addExact(counts[slot], change);
    }

    /** The counts now. */
    public SparseCounts counts() {
        long[] slots = // keys, with their slots behind
                IntStream.range(0, keys.length)
                        .filter(slot -> counts[slot] != 0)
                        .mapToLong(slot -> (long) keys[slot] << Integer.SIZE | slot)
                        .sorted()
                        .toArray();
        return new SparseCounts(
                Arrays.stream(slots).map(slot -> slot >> Integer.SIZE).toArray(),
                Arrays.stream(slots).map(slot -> counts[(int) slot]).toArray());
    }

    private int slot(int key) {
        int mask = keys.length - 1;
        int hash = key * 0x9E3779B9;
        int slot = (hash ^ (hash >>> 16)) & mask;
        while (keys[slot] != key && keys[slot] != FREE) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldKeys = keys;
        long[] oldCounts = counts;
        keys = free(2 * oldKeys.length);
        counts = new long[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                counts[slot] = oldCounts[i];
            }
        }
    }

    private static int[] free(int size) {
        int[] keys = new int[size];
        Arrays.fill(keys, FREE);
        return keys;
    }
}
