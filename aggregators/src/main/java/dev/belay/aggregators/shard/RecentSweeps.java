package dev.belay.aggregators.shard;

import dev.belay.schemas.BlockColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cache of the HOLDOUT blocks received last: most are compared with one another soon, so they need
 * not be read from the store. At most 1 MiB; evicts whole sweeps, oldest first.
 */
final class RecentSweeps {
    private static final long MOST_BYTES = 1 << 20;

    private final Map<String, List<BlockStore.Kept>> sweeps = new LinkedHashMap<>();
    private long bytes;

    /**
     * Adds a block, unless earlier ones of its sweep were evicted.
     *
     * @param sweep names it
     * @param first whether it is the sweep's first in this partition
     */
    void add(String sweep, BlockStore.Kept kept, boolean first) {
        List<BlockStore.Kept> blocks =
                first ? sweeps.computeIfAbsent(sweep, s -> new ArrayList<>()) : sweeps.get(sweep);
        if (blocks == null) {
            return;
        }
        blocks.add(kept);
        bytes += bytes(kept);
        var eldest = sweeps.entrySet().iterator();
        while (bytes > MOST_BYTES && eldest.hasNext()) {
            eldest.next().getValue().forEach(gone -> bytes -= bytes(gone));
            eldest.remove();
        }
    }

    /** All blocks of a sweep in this partition; null if they have to be read from the store. */
    @Nullable List<BlockStore.Kept> of(String sweep) {
        List<BlockStore.Kept> blocks = sweeps.get(sweep);
        return blocks == null ? null : List.copyOf(blocks);
    }

    /** Evicts a sweep that is no longer complete in the store. */
    void forget(String sweep) {
        List<BlockStore.Kept> blocks = sweeps.remove(sweep);
        if (blocks != null) {
            blocks.forEach(gone -> bytes -= bytes(gone));
        }
    }

    private static long bytes(BlockStore.Kept kept) {
        BlockColumns block = kept.block();
        return block.ids().bytes().length
                + (long) Long.BYTES * block.times().ms().length
                + (long) Float.BYTES * block.probabilities().length;
    }
}
