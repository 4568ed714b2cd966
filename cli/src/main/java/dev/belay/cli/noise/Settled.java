package dev.belay.cli.noise;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** How far the labels of a student, the student and its ceiling have come in the stream. */
final class Settled {
    private final int partitions;
    private final boolean hasCeiling;
    private final Map<Integer, Long> labels = new HashMap<>(); // greatest event time, by partition
    private final Map<Integer, Long> student = new HashMap<>();
    private final Map<Integer, Long> ceiling = new HashMap<>();

    /**
     * @param partitions of the examples
     * @param hasCeiling whether the ceiling's predictions are used
     */
    Settled(int partitions, boolean hasCeiling) {
        this.partitions = partitions;
        this.hasCeiling = hasCeiling;
    }

    void label(String id, long timeMs) {
        reach(labels, id, timeMs);
    }

    void student(String id, long timeMs) {
        reach(student, id, timeMs);
    }

    void ceiling(String id, long timeMs) {
        reach(ceiling, id, timeMs);
    }

    private void reach(Map<Integer, Long> reached, String id, long timeMs) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        reached.merge(BuiltInPartitioner.partitionForKey(key, partitions), timeMs, Math::max);
    }

    /**
     * Event time, ms since the epoch, that labels, student and, where it is used, the ceiling have
     * reached in every partition; {@link Long#MIN_VALUE} if one has none of a partition. An example
     * that comes later with an earlier event time is not foreseen.
     */
    long ms() {
        long ms = Math.min(least(labels), least(student));
        return hasCeiling ? Math.min(ms, least(ceiling)) : ms;
    }

    private long least(Map<Integer, Long> reached) {
        return reached.size() < partitions
                ? Long.MIN_VALUE
                : reached.values().stream().mapToLong(ms -> ms).min().orElse(Long.MIN_VALUE);
    }
}
