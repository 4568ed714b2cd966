package dev.belay.producers.topic;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Ids whose examples are written: all of the holdout, and of each partition of the examples the
 * newest so many. It is a function of the task's topics alone, so that a resumed producer takes the
 * same records for repetitions as one that was never stopped.
 */
final class KnownIds {
    private final int limit;
    private final List<Set<String>> recent = new ArrayList<>();
    private final Set<String> holdout = new HashSet<>();

    /**
     * @param partitions of the task's topics
     * @param limit ids kept of each partition of the examples, at least 1
     */
    KnownIds(int partitions, int limit) {
        this.limit = limit;
        for (int p = 0; p < partitions; p++) {
            recent.add(new LinkedHashSet<>()); // oldest first
        }
    }

    boolean contains(String id) {
        return holdout.contains(id) || partition(id).contains(id);
    }

    /** Adds an example of the holdout. */
    void addHoldout(String id) {
        holdout.add(id);
    }

    /** Adds an example that is not in the holdout; the oldest of its partition may be dropped. */
    void addExample(String id) {
        Set<String> ids = partition(id);
        if (ids.add(id) && ids.size() > limit) {
            Iterator<String> oldest = ids.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Examples of the holdout. */
    int holdout() {
        return holdout.size();
    }

    private Set<String> partition(String id) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        return recent.get(BuiltInPartitioner.partitionForKey(key, recent.size()));
    }
}
