package dev.belay.producers.topic;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The newest ids, as many as the limit; adding one more drops the oldest. Of an id its 128-bit hash
 * is kept, 24 to 32 bytes with its place: strings in a {@code LinkedHashSet} take four times as
 * much. Two of a million ids have the same hash with a probability of 1e-27.
 *
 * <p>The hashes are in a ring in order of arrival; an open-addressing table with linear probing
 * (Knuth, TAOCP 3, 6.4, algorithms L and R) finds their places.
 */
final class RecentIds {
    private static final HashFunction HASH = Hashing.murmur3_128();
    private static final int FIRST_CAPACITY = 1 << 10;

    private final int limit;
    private int size;

    /** Where the next id is put; once the ring is full, the oldest is there. */
    private int next;

    /** Two numbers an id. */
    private long[] ring;

    /** Place in the ring + 1, or 0 for none; a power of two, at least twice the ring's ids. */
    private int[] table;

    /**
     * @param limit at least 1
     */
    RecentIds(int limit) {
        this.limit = limit;
        int capacity = Math.min(limit, FIRST_CAPACITY);
        ring = new long[2 * capacity];
        table = new int[tableSize(capacity)];
    }

    /** The hash of an id. */
    record Id(long first, long second) {
        static Id of(byte[] id) {
            ByteBuffer hash = ByteBuffer.wrap(HASH.hashBytes(id).asBytes());
            return new Id(hash.getLong(0), hash.getLong(Long.BYTES));
        }
    }

    int size() {
        return size;
    }

    boolean contains(Id id) {
        return table[slot(id.first, id.second)] != 0;
    }

    /**
     * Adds an id.
     *
     * @return false if it was among them
     */
    boolean add(Id id) {
        long first = id.first;
        long second = id.second;
        if (table[slot(first, second)] != 0) {
            return false;
        }
        if (size == limit) {
            remove(slot(ring[2 * next], ring[2 * next + 1]));
        } else if (2 * size == ring.length) {
            grow();
        }
        ring[2 * next] = first;
        ring[2 * next + 1] = second;
        table[slot(first, second)] = next + 1;
        size = Math.min(limit, size + 1);
        next = (next + 1) % limit;
        return true;
    }

    private static int tableSize(int capacity) {
        return Integer.highestOneBit(capacity) << 2;
    }

    /** The slot of the hash, or the empty one where it belongs. */
    private int slot(long first, long second) {
        int slot = home(first);
        while (table[slot] != 0) {
            int place = table[slot] - 1;
            if (ring[2 * place] == first && ring[2 * place + 1] == second) {
                return slot;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }

    private int home(long first) {
        return (int) first & (table.length - 1);
    }

    /** Empties a slot; moves those behind it that would not be found any more. */
    private void remove(int removed) {
        int hole = removed;
        int slot = (hole + 1) & (table.length - 1);
        while (table[slot] != 0) {
            int home = home(ring[2 * (table[slot] - 1)]);
            // whether the hole is on the way from its home to its slot
            if (((slot - home) & (table.length - 1)) >= ((slot - hole) & (table.length - 1))) {
                table[hole] = table[slot];
                hole = slot;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        table[hole] = 0;
    }

    private void grow() {
        int capacity = (int) Math.min(limit, 2L * size);
        ring = Arrays.copyOf(ring, 2 * capacity);
        table = new int[tableSize(capacity)];
        for (int place = 0; place < size; place++) {
            table[slot(ring[2 * place], ring[2 * place + 1])] = place + 1;
        }
    }
}
