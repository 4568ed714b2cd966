package dev.belay.producers.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecentIdsTest {
    @Property
    void itIsAQueueOfDifferentIdsOfBoundedLength(
            @ForAll @IntRange(min = 1, max = 9) int limit,
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 20) Integer> added) {
        RecentIds ids = new RecentIds(limit);
        Deque<Integer> expected = new ArrayDeque<>();
        for (int id : added) {
            boolean isNew = !expected.contains(id);
            assertEquals(isNew, ids.add(id(id)));
            if (isNew) {
                expected.add(id);
            }
            if (expected.size() > limit) {
                expected.remove();
            }
            for (int any = 0; any <= 20; any++) {
                assertEquals(expected.contains(any), ids.contains(id(any)));
            }
        }
    }

    @Test
    void itGrowsToItsLimitAndThenDropsTheOldest() {
        int limit = 10_000;
        RecentIds ids = new RecentIds(limit);
        for (int id = 0; id < 3 * limit; id++) {
            assertTrue(ids.add(id(id)));
            assertFalse(ids.add(id(id)));
        }
        for (int id = 0; id < 3 * limit; id++) {
            assertEquals(id >= 2 * limit, ids.contains(id(id)));
        }
    }

    private static RecentIds.Id id(int id) {
        return RecentIds.Id.of(("id-" + id).getBytes(StandardCharsets.UTF_8));
    }
}
