package dev.belay.labelers.labeling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final long PATIENCE = Turns.PATIENCE.toNanos();

    private final List<String> order = new ArrayList<>();
    private final List<Partition> partitions = List.of(new Partition(0), new Partition(1));
    private long nowNanos;

    /** Records of a partition, of which some are there. */
    private final class Partition implements Turns.Head {
        final int number;
        int there;
        int decided = Integer.MAX_VALUE;
        int taken;
        boolean ended;

        Partition(int number) {
            this.number = number;
        }

        @Override
        public boolean take() {
            if (taken < Math.min(there, decided)) {
                order.add(number + ":" + taken++);
                return true;
            }
            return false;
        }

        @Override
        public boolean isMissing() {
            return taken == there;
        }

        @Override
        public boolean hasEnded() {
            return ended && isMissing();
        }
    }

    @Test
    void oneRecordOfEachPartitionAfterTheOtherWithoutThoseThatEnded() {
        // Given
        Turns turns = turns(null, false);
        partitions.get(0).there = 2;
        partitions.get(1).there = 4;
        // When, Then
        take(turns, 100);
        assertEquals(List.of("0:0", "1:0", "0:1", "1:1"), order);
        assertEquals(List.of(2L, 2L), turns.taken());
        partitions.get(0).ended = true;
        take(turns, 1);
        take(turns, 100);
        assertEquals(List.of("1:2", "1:3"), order.subList(4, 6));
        assertEquals(List.of(2L, 4L), turns.taken());
    }

    @Test
    void theOrderDoesNotDependOnWhenRecordsArriveHowManyAreTakenOrRestarts() {
        List<String> whole = new ArrayList<>();
        for (int seed = 0; seed < 200; seed++) {
            order.clear();
            Random random = new Random(seed);
            List<Partition> all = List.of(new Partition(0), new Partition(1), new Partition(2));
            int[] sizes = {7, 12, 5};
            Turns turns = new Turns(3, null, () -> false, () -> nowNanos);
            while (order.size() < 24) {
                for (Partition p : all) {
                    int size = sizes[p.number];
                    p.there = Math.min(size, p.there + random.nextInt(3));
                    p.decided = random.nextBoolean() ? p.there : p.taken;
                    p.ended = p.there == size && random.nextBoolean();
                }
                take(turns, all, 1 + random.nextInt(6));
                if (random.nextInt(3) == 0) {
                    turns = new Turns(3, turns.taken(), () -> false, () -> nowNanos);
                }
            }
            if (whole.isEmpty()) {
                whole.addAll(order);
            }
            assertEquals(whole, order);
        }
        assertEquals(List.of("0:0", "1:0", "2:0", "0:1"), whole.subList(0, 4));
        assertEquals(List.of("1:10", "1:11"), whole.subList(22, 24));
    }

    @Test
    void onAnEndlessSourceRecordsWaitForAPartitionWithoutAnyForALimitedTime() {
        // Given
        Turns turns = turns(null, true);
        partitions.get(1).there = 3;
        take(turns, 100);
        nowNanos += PATIENCE;
        take(turns, 100);
        assertEquals(List.of(), order);
        // When
        nowNanos += 1;
        take(turns, 2);
        take(turns, 100); // the rest of what has waited
        // Then all count as equally far
        assertEquals(List.of("1:0", "1:1", "1:2"), order);
        assertEquals(List.of(3L, 3L), turns.taken());
        partitions.get(1).there = 4;
        take(turns, 100);
        assertEquals(3, order.size());
        // and what arrives in time is waited for
        nowNanos += PATIENCE;
        partitions.get(0).there = 1;
        take(turns, 100);
        assertEquals(List.of("0:0", "1:3"), order.subList(3, 5));
    }

    @Test
    void onAStreamThatEndsWhatIsNotDecidedIsWaitedForHoweverLong() {
        // Given
        Turns turns = turns(null, false);
        partitions.get(0).there = 1;
        partitions.get(0).decided = 0;
        partitions.get(1).there = 1;
        take(turns, 100);
        nowNanos += 10 * PATIENCE;
        take(turns, 100);
        assertEquals(List.of(), order);
        // When
        partitions.get(0).decided = 1;
        take(turns, 100);
        // Then
        assertEquals(List.of("0:0", "1:0"), order);
    }

    @Test
    void onAnEndlessSourceWhatIsNotDecidedHoldsOthersUpForALimitedTime() {
        // Given
        Turns turns = turns(null, true);
        partitions.get(0).there = 1;
        partitions.get(0).decided = 0;
        partitions.get(1).there = 2;
        take(turns, 100);
        assertEquals(List.of(), order);
        // When
        nowNanos += PATIENCE + 1;
        take(turns, 100);
        // Then
        assertEquals(List.of("1:0", "1:1"), order);
        partitions.get(0).decided = 1;
        take(turns, 100);
        assertEquals(List.of("1:0", "1:1", "0:0"), order);
    }

    private Turns turns(@Nullable List<Long> taken, boolean limited) {
        return new Turns(2, taken, () -> limited, () -> nowNanos);
    }

    private void take(Turns turns, int most) {
        take(turns, partitions, most);
    }

    private static void take(Turns turns, List<Partition> partitions, int most) {
        var heads = new TreeMap<Integer, Partition>();
        partitions.forEach(p -> heads.put(p.number, p));
        turns.take(heads, most);
    }
}
