package dev.belay.aggregators.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.counting.IdList;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentSweepsTest {
    private final RecentSweeps recent = new RecentSweeps();

    @Test
    void aSweepIsGivenAsItCame() {
        BlockStore.Kept one = kept("a1", 10);
        BlockStore.Kept two = kept("a2", 10);
        recent.add("a", one, true);
        recent.add("a", two, false);

        assertEquals(List.of(one, two), recent.of("a"));
        assertNull(recent.of("b"));
    }

    @Test
    void aSweepWhoseFirstBlocksAreUnknownIsNotGiven() {
        recent.add("a", kept("a2", 10), false);

        assertNull(recent.of("a"));
    }

    @Test
    void theOldestGoWhenItIsTooMuchAndDoNotComeBackInPart() {
        int rows = 60_000; // 8 bytes each
        recent.add("a", kept("a1", rows), true);
        recent.add("b", kept("b1", rows), true);
        BlockStore.Kept last = kept("c1", rows);
        recent.add("c", last, true);
        recent.add("a", kept("a2", 10), false);

        assertNull(recent.of("a"));
        assertEquals(List.of(last), recent.of("c"));
    }

    @Test
    void whatIsForgottenIsNotGiven() {
        recent.add("a", kept("a1", 10), true);
        recent.forget("a");

        assertNull(recent.of("a"));
    }

    private static BlockStore.Kept kept(String key, int rows) {
        var ids = new BlockColumns.Ids(new byte[0], 0, 0, 0);
        var block =
                new BlockColumns(
                        "m",
                        1,
                        Phase.HOLDOUT,
                        2,
                        ids,
                        BlockColumns.Times.of(new long[rows]),
                        new float[2 * rows],
                        0,
                        false);
        return new BlockStore.Kept(key, block, new IdList(ids));
    }
}
