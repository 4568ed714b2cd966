package dev.belay.cli.noise;

import dev.belay.cli.export.ExportRow;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** How far all who predict the examples of a student have come. */
final class Settled {
    private Settled() {}

    /**
     * Event time, ms since the epoch, that the labels, the student and, if it has predicted
     * anything, the ceiling have reached in every partition of the examples; {@link Long#MIN_VALUE}
     * if one has none of a partition. An example that comes later with an earlier event time is not
     * known.
     */
    static long ms(
            StudentPair pair,
            Map<String, ExportRow> labels,
            Map<String, ExportRow> student,
            Map<String, ExportRow> ceiling) {
        if (pair.finished()) {
            return Long.MAX_VALUE;
        }
        int partitions = pair.student().getPartitions();
        long least = Long.MAX_VALUE;
        for (Map<String, ExportRow> predictions :
                ceiling.isEmpty() ? List.of(labels, student) : List.of(labels, student, ceiling)) {
            Map<Integer, Long> reached = new HashMap<>();
            for (ExportRow row : predictions.values()) {
                byte[] key = row.id().getBytes(StandardCharsets.UTF_8);
                int partition = BuiltInPartitioner.partitionForKey(key, partitions);
                reached.merge(partition, row.timeMs(), Math::max);
            }
            for (int p = 0; p < partitions; p++) {
                least = Math.min(least, reached.getOrDefault(p, Long.MIN_VALUE));
            }
        }
        return least;
    }
}
