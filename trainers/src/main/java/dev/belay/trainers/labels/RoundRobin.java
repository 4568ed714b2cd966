package dev.belay.trainers.labels;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Composes micro-epochs: one example from each partition that has not ended, in partition then
 * offset order. The order depends only on the content of the partitions, never on arrival: if the
 * next partition has no element yet, it waits. Not thread-safe.
 */
public final class RoundRobin<E> {
    private record Item<E>(E element, long nextOffset) {}

    private final List<Deque<Item<E>>> queues = new ArrayList<>();
    private final boolean[] ended;
    private final long[] cursor;
    private int turn;
    private List<E> taken = new ArrayList<>();

    /**
     * @param cursor the next offset to read of each partition
     * @param turn partition from which the next element is taken
     */
    RoundRobin(long[] cursor, int turn) {
        this.cursor = cursor.clone();
        this.ended = new boolean[cursor.length];
        this.turn = turn;
        for (int p = 0; p < cursor.length; p++) {
            queues.add(new ArrayDeque<>());
        }
    }

    /** Queues an element; elements of a partition are offered in offset order. */
    void offer(int partition, E element, long offset) {
        queues.get(partition).add(new Item<>(element, offset + 1));
    }

    /** Ends a partition: nothing more will be offered of it. */
    void end(int partition) {
        ended[partition] = true;
    }

    boolean hasEnded(int partition) {
        return ended[partition];
    }

    /** Elements waiting in a partition. */
    int waiting(int partition) {
        return queues.get(partition).size();
    }

    /**
     * Adds the next elements in order, up to a micro-epoch of {@code size}; returns how many it
     * has.
     */
    public int take(long size) {
        while (taken.size() < size) {
            int p = nextOpen();
            if (p < 0) {
                break;
            }
            Item<E> item = queues.get(p).poll();
            if (item == null) {
                break; // the next one has not been offered yet
            }
            taken.add(item.element());
            cursor[p] = item.nextOffset();
            turn = (p + 1) % cursor.length;
        }
        return taken.size();
    }

    /** Whether all partitions have ended and all their elements were taken. */
    public boolean exhausted() {
        return nextOpen() < 0;
    }

    /** The next partition if it has no element, else -1. */
    int waitsFor() {
        int p = nextOpen();
        return p >= 0 && queues.get(p).isEmpty() ? p : -1;
    }

    /** Returns the micro-epoch and begins the next one. */
    public List<E> next() {
        List<E> result = taken;
        taken = new ArrayList<>();
        return result;
    }

    /** Next offset to read of each partition after what was taken. */
    public long[] cursor() {
        return cursor.clone();
    }

    /** The partition of the next element after what was taken. */
    public int turn() {
        return turn;
    }

    /** The first partition from the turn on that has not ended or has elements, or -1. */
    private int nextOpen() {
        for (int i = 0; i < cursor.length; i++) {
            int p = (turn + i) % cursor.length;
            if (!ended[p] || !queues.get(p).isEmpty()) {
                return p;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        return "RoundRobin[cursor=" + Arrays.toString(cursor) + ", turn=" + turn + "]";
    }
}
