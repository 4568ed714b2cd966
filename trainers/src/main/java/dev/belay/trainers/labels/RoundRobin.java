package dev.belay.trainers.labels;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Composes micro-epochs: one example from each partition that has not ended, in partition then
 * offset order. The order depends only on the content of the partitions, never on arrival: if the
 * next partition has no element yet, it waits.
 *
 * <p>A model that has waited long enough takes what is queued, whichever partition has it ({@link
 * #takeQueued}). Partitions are skipped only at the end of a micro-epoch and at one instant, so the
 * order within it still follows from the recorded offsets alone: round-robin from the turn of its
 * first example, passing over each partition once its last offset is reached. Not thread-safe.
 */
public final class RoundRobin<E> {
    private record Item<E>(E element, long nextOffset) {}

    private final List<Deque<Item<E>>> queues = new ArrayList<>();
    private final boolean[] ended;

    /** Partitions skipped for which nothing was offered since. */
    private final boolean[] idle;

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
        this.idle = new boolean[cursor.length];
        this.turn = turn;
        for (int p = 0; p < cursor.length; p++) {
            queues.add(new ArrayDeque<>());
        }
    }

    /** Queues an element; elements of a partition are offered in offset order. */
    void offer(int partition, E element, long offset) {
        queues.get(partition).add(new Item<>(element, offset + 1));
        idle[partition] = false;
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
            add(p, item);
        }
        return taken.size();
    }

    /**
     * Adds queued elements in turn up to a micro-epoch of {@code size}, passing over partitions
     * without one; returns how many it has. The micro-epoch must then be {@linkplain #next taken}.
     */
    public int takeQueued(long size) {
        while (take(size) < size) {
            idle[nextOpen()] = true; // exhausted orders have nothing queued and are not asked
            int p = nextQueued();
            if (p < 0) {
                break;
            }
            turn = p;
        }
        return taken.size();
    }

    /** Whether anything was taken or is queued. */
    public boolean hasAny() {
        return !taken.isEmpty() || nextQueued() >= 0;
    }

    /**
     * Whether a micro-epoch of {@code size} is there if partitions that were skipped before are
     * skipped again.
     */
    public boolean canFill(long size) {
        int p = waitsFor();
        return p >= 0
                && idle[p]
                && taken.size() + queues.stream().mapToLong(Deque::size).sum() >= size;
    }

    private void add(int partition, Item<E> item) {
        taken.add(item.element());
        cursor[partition] = item.nextOffset();
        turn = (partition + 1) % cursor.length;
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

    /** The first partition from the turn on that has elements, or -1. */
    private int nextQueued() {
        for (int i = 0; i < cursor.length; i++) {
            int p = (turn + i) % cursor.length;
            if (!queues.get(p).isEmpty()) {
                return p;
            }
        }
        return -1;
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
