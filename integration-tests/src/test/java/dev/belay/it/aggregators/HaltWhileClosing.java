package dev.belay.it.aggregators;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;

/**
 * Ends the process, as SIGKILL does, when the three stores of one shard have been closed dirty and
 * not been deleted yet: Streams removes a store's metrics right after it has closed it. The shard
 * is that of partition {@link #PARTITION}.
 */
public final class HaltWhileClosing implements MetricsReporter {
    static final int PARTITION = 0;
    static final int EXIT_CODE = 137;

    private static final Set<String> SHARD = Set.of("truth", "blocks", "counted");

    private final Map<String, Set<String>> closed = new HashMap<>(); // by task

    @Override
    public synchronized void metricRemoval(KafkaMetric metric) {
        Map<String, String> tags = metric.metricName().tags();
        String task = tags.get("task-id");
        if (task == null || !task.endsWith("_" + PARTITION) || !closingDirty()) {
            return;
        }
        tags.forEach(
                (tag, value) -> {
                    if (tag.endsWith("-state-id")) {
                        closed.computeIfAbsent(task, t -> new HashSet<>()).add(value);
                    }
                });
        if (closed.getOrDefault(task, Set.of()).containsAll(SHARD)) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    private static boolean closingDirty() {
        return Arrays.stream(Thread.currentThread().getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("closeDirty"));
    }

    @Override
    public void init(List<KafkaMetric> metrics) {
        // only removals matter
    }

    @Override
    public void metricChange(KafkaMetric metric) {
        // only removals matter
    }

    @Override
    public void close() {
        // holds nothing
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // has no settings
    }
}
