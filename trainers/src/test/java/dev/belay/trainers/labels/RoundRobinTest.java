package dev.belay.trainers.labels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    @Test
    void takesOneFromEachPartitionInTurn() {
        // Given
        RoundRobin<String> order = new RoundRobin<>(new long[] {0, 10}, 0);
        order.offer(0, "a0", 0);
        order.offer(0, "a2", 2);
        order.offer(1, "b10", 10);
        order.offer(1, "b11", 11);
        // When
        int taken = order.take(3);
        // Then
        assertEquals(3, taken);
        assertEquals(List.of("a0", "b10", "a2"), order.next());
        assertArrayEquals(new long[] {3, 11}, order.cursor());
        assertEquals(1, order.turn());
    }

    @Test
    void waitsForThePartitionWhoseTurnItIs() {
        RoundRobin<String> order = new RoundRobin<>(new long[2], 0);
        order.offer(1, "b0", 0);
        assertEquals(0, order.take(1));
        order.offer(0, "a0", 0);
        assertEquals(1, order.take(1));
        assertEquals(List.of("a0"), order.next());
    }

    @Test
    void passesOverPartitionsThatHaveEnded() {
        RoundRobin<String> order = new RoundRobin<>(new long[3], 0);
        order.offer(1, "b0", 0);
        order.offer(1, "b1", 1);
        order.end(0);
        order.end(2);
        assertEquals(2, order.take(5));
        assertFalse(order.exhausted());
        order.end(1);
        assertTrue(order.exhausted());
        assertEquals(List.of("b0", "b1"), order.next());
    }

    @Test
    void takesWhatIsQueuedWhicheverPartitionHasIt() {
        // Given a partition without elements, whose turn it is
        RoundRobin<String> order = new RoundRobin<>(new long[3], 0);
        order.offer(1, "b0", 0);
        order.offer(1, "b1", 1);
        order.offer(2, "c0", 0);
        assertTrue(order.hasAny());
        assertFalse(order.canFill(2), "partition 0 was never skipped");
        // When
        int taken = order.takeQueued(5);
        // Then
        assertEquals(3, taken);
        assertEquals(List.of("b0", "c0", "b1"), order.next());
        assertArrayEquals(new long[] {0, 2, 1}, order.cursor());
        assertEquals(2, order.turn());
        assertFalse(order.hasAny());
    }

    @Test
    void aPartitionThatWasPassedOverIsNotWaitedForUntilItHasElementsAgain() {
        RoundRobin<String> order = new RoundRobin<>(new long[2], 0);
        order.offer(1, "b0", 0);
        assertEquals(1, order.takeQueued(2));
        order.next();
        // When the other one can fill a micro-epoch
        order.offer(1, "b1", 1);
        assertEquals(0, order.take(2));
        assertFalse(order.canFill(2));
        order.offer(1, "b2", 2);
        // Then the idle one is skipped at once
        assertTrue(order.canFill(2));
        assertEquals(2, order.takeQueued(2));
        order.next();
        // And waited for after it had an element
        order.offer(0, "a0", 0);
        order.offer(1, "b3", 3);
        order.offer(1, "b4", 4);
        assertEquals(2, order.take(2));
        order.next();
        order.offer(1, "b5", 5);
        assertEquals(0, order.take(2));
        assertFalse(order.canFill(2));
    }

    /** Sequences that depend on arrival are those of the offsets that were recorded. */
    @Property(tries = 200, seed = "2")
    void theOrderOfAMicroEpochFollowsFromRecordedOffsets(
            @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 20) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 7) int microEpoch,
            @ForAll long arrival) {
        Random random = new Random(arrival);
        long[] fed = new long[sizes.size()];
        RoundRobin<String> order = new RoundRobin<>(new long[sizes.size()], 0);
        long[] from = order.cursor();
        int turn = order.turn();
        long left = sizes.stream().mapToLong(size -> size).sum();
        while (left > 0) {
            int p = random.nextInt(sizes.size());
            if (fed[p] < sizes.get(p)) {
                order.offer(p, p + ":" + fed[p], fed[p]);
                fed[p]++;
            }
            boolean full = order.take(microEpoch) == microEpoch;
            if (full || (order.hasAny() && random.nextInt(4) == 0)) {
                order.takeQueued(microEpoch);
                List<String> taken = order.next();
                assertEquals(ofOffsets(from, order.cursor(), turn), taken);
                left -= taken.size();
                from = order.cursor();
                turn = order.turn();
            }
        }
    }

    /** The elements between recorded offsets, by definition. */
    private static List<String> ofOffsets(long[] from, long[] to, int turn) {
        List<String> elements = new ArrayList<>();
        long[] at = from.clone();
        for (int p = turn; !Arrays.equals(at, to); p = (p + 1) % at.length) {
            if (at[p] < to[p]) {
                elements.add(p + ":" + at[p]++);
            }
        }
        return elements;
    }

    /** Whatever the order of arrival, and wherever it is interrupted, the sequence is the same. */
    @Property(tries = 200, seed = "1")
    void theSequenceDependsOnWhatPartitionsHoldAlone(
            @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 20) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 7) int microEpoch,
            @ForAll long arrival) {
        List<List<String>> whole = microEpochs(sizes, microEpoch, new Random(0), -1);
        assertEquals(whole, microEpochs(sizes, microEpoch, new Random(arrival), -1));
        assertEquals(whole, microEpochs(sizes, microEpoch, new Random(arrival), whole.size() / 2));
    }

    /**
     * Feeds partitions in random order; after {@code interrupt} micro-epochs starts over at the
     * cursor.
     */
    private static List<List<String>> microEpochs(
            List<Integer> sizes, int microEpoch, Random arrival, int interrupt) {
        List<List<String>> result = new ArrayList<>();
        long[] fed = new long[sizes.size()];
        RoundRobin<String> order = new RoundRobin<>(new long[sizes.size()], 0);
        while (true) {
            int p = arrival.nextInt(sizes.size());
            if (fed[p] < sizes.get(p)) {
                order.offer(p, p + ":" + fed[p], fed[p]);
                fed[p]++;
            } else {
                order.end(p);
            }
            int taken = order.take(microEpoch);
            if (taken == microEpoch || order.exhausted()) {
                result.add(order.next());
                if (taken < microEpoch) { // a full one can't tell that it is the last
                    return result;
                }
                if (result.size() == interrupt) {
                    fed = order.cursor();
                    order = new RoundRobin<>(order.cursor(), order.turn());
                }
            }
        }
    }
}
