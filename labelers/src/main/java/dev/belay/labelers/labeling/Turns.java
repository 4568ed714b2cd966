package dev.belay.labelers.labeling;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The order over all partitions in which a labeler that learns takes their records: one record of
 * each after the other, in the order of their numbers, without those that have ended. The next one
 * is of the partition of which the fewest were taken, of equal ones the lowest, and is waited for.
 * So the order is a function of the log.
 *
 * <p>On an endless source a record waits for others for {@link #PATIENCE} at most, then what is
 * there is taken, and all partitions count as equally far: the order then depends on when records
 * were received too. Belongs to one thread.
 */
final class Turns {
    /** Longest wait for a partition without a record that is decided, where that is limited. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private final long[] taken; // (partitions)
    private final BooleanSupplier limited;
    private final LongSupplier nanos;
    private boolean overtaken; // records wait for another partition's
    private long sinceNanos;

    /** The oldest record of a partition. */
    interface Head {
        /** Takes it; false: there is none, or it is not decided yet. */
        boolean take();

        /** Whether there is none now. */
        boolean isMissing();

        /** Whether there will be none. */
        boolean hasEnded();
    }

    /**
     * @param taken records of each partition; null: none
     * @param limited whether waiting is
     * @param nanos as {@link System#nanoTime}
     */
    Turns(int partitions, @Nullable List<Long> taken, BooleanSupplier limited, LongSupplier nanos) {
        this.taken =
                taken == null
                        ? new long[partitions]
                        : taken.stream().mapToLong(Long::longValue).toArray();
        this.limited = limited;
        this.nanos = nanos;
    }

    /**
     * Takes records in turn.
     *
     * @param heads of all partitions
     * @param most how many
     */
    void take(Map<Integer, ? extends Head> heads, int most) {
        boolean free =
                overtaken
                        && nanos.getAsLong() - sinceNanos > PATIENCE.toNanos()
                        && limited.getAsBoolean();
        Set<Integer> left = new TreeSet<>(heads.keySet());
        boolean skipped = false;
        Head waiting = null;
        int n = 0;
        while (n < most && !left.isEmpty() && waiting == null) {
            int p = left.stream().min(this::compare).orElseThrow();
            Head head = Objects.requireNonNull(heads.get(p));
            if (head.take()) {
                taken[p]++;
                n++;
            } else if (head.hasEnded()) {
                left.remove(p);
            } else if (free) {
                left.remove(p);
                skipped = true;
            } else {
                waiting = head;
            }
        }
        if (skipped) {
            Arrays.fill(taken, Arrays.stream(taken).max().orElse(0));
        }
        if (skipped && n == most) {
            return; // there may be more that has waited too long
        }
        boolean before = overtaken && !free;
        Head first = waiting;
        overtaken =
                first != null
                        && heads.values().stream()
                                .anyMatch(head -> head != first && !head.isMissing());
        sinceNanos = before ? sinceNanos : nanos.getAsLong();
    }

    private int compare(int a, int b) {
        return taken[a] == taken[b] ? Integer.compare(a, b) : Long.compare(taken[a], taken[b]);
    }

    /** Records of each partition that were taken. */
    List<Long> taken() {
        return Arrays.stream(taken).boxed().toList();
    }
}
