package dev.belay.trainers.labels;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Composes micro-epochs: one example from each partition that has not ended, in partition then
 * offset order. The order depends on what the partitions hold alone, never on when it arrived:
 * where it is a partition's turn and nothing has come yet, it waits. Not thread-safe.
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
     * @param turn the partition whose turn it is
     */
    RoundRobin(long[] cursor, int turn) {
        this.cursor = cursor.clone();
        this.ended = new boolean[cursor.length];
        this.turn = turn;
        for (int p = 0; p < cursor.length; p++) {
            queues.add(new ArrayDeque<>());
        }
    }

    /** An element has come; elements of a partition come in offset order. */
    void offer(int partition, E element, long offset) {
        queues.get(partition).add(new Item<>(element, offset + 1));
    }

    /** Nothing more will be offered for the partition. */
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
     * Takes what is next in order, up to a micro-epoch of {@code size}; returns how many it holds.
     */
    public int take(long size) {
        while (taken.size() < size) {
            int p = nextOpen();
            if (p < 0) {
                break;
            }
            Item<E> item = queues.get(p).poll();
            if (item == null) {
                break; // its turn, but it has not come yet
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

    /** The partition whose turn it is and of which nothing has come, or -1. */
    int waitsFor() {
        int p = nextOpen();
        return p >= 0 && queues.get(p).isEmpty() ? p : -1;
    }

    /** Hands out the micro-epoch and begins the next. */
    public List<E> next() {
        List<E> result = taken;
        taken = new ArrayList<>();
        return result;
    }

    /** Next offset to read of each partition after what was taken. */
    public long[] cursor() {
        return cursor.clone();
    }

    /** The partition whose turn it is after what was taken. */
    public int turn() {
        return turn;
    }

    /** The first partition from the turn on that can still give something, or -1. */
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
