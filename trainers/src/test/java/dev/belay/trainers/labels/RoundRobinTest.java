package dev.belay.trainers.labels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
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
