package dev.belay.producers.topic;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Ids whose examples are written: all of the holdout, and of each partition of the examples the
 * newest so many. It is a function of the task's topics alone, so that a resumed producer takes the
 * same records for repetitions as one that was never stopped.
 */
final class KnownIds {
    private final List<RecentIds> recent = new ArrayList<>();
    private final RecentIds holdout = new RecentIds(Integer.MAX_VALUE);

    /**
     * @param partitions of the task's topics
     * @param limit ids kept of each partition of the examples, at least 1
     */
    KnownIds(int partitions, int limit) {
        for (int p = 0; p < partitions; p++) {
            recent.add(new RecentIds(limit));
        }
    }

    /**
     * Adds an example of the holdout.
     *
     * @return false if the id was known already
     */
    boolean addHoldout(String id) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        RecentIds.Id hash = RecentIds.Id.of(key);
        return !partition(key).contains(hash) && holdout.add(hash);
    }

    /** Whether an example is in the holdout. */
    boolean isHoldout(String id) {
        return holdout.contains(RecentIds.Id.of(id.getBytes(StandardCharsets.UTF_8)));
    }

    /** Adds an example that was written to the holdout. */
    void restoreHoldout(String id) {
        boolean unused = holdout.add(RecentIds.Id.of(id.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Adds an example that is not in the holdout; the oldest of its partition may be dropped.
     *
     * @return false if the id was known already
     */
    boolean addExample(String id) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        RecentIds.Id hash = RecentIds.Id.of(key);
        return !holdout.contains(hash) && partition(key).add(hash);
    }

    private RecentIds partition(byte[] key) {
        return recent.get(BuiltInPartitioner.partitionForKey(key, recent.size()));
    }
}
