package dev.belay.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Notes when a group's consumer is first given records: then a Streams application has started, and
 * begins its work. Kafka makes it, from the setting {@code interceptor.classes}.
 */
public final class FirstRead implements ConsumerInterceptor<byte[], byte[]> {
    private static final Map<String, Begin> BEGINS = new ConcurrentHashMap<>();

    private String group = "";

    /**
     * When, and what the threads that poll and process had used before.
     *
     * @param ns as of {@link System#nanoTime}
     * @param cpuNs by thread
     */
    record Begin(long ns, Map<Long, Long> cpuNs) {
        /** What these threads have used since then, in nanoseconds; they must be alive. */
        long cpuSince() {
            long sum = 0;
            for (Map.Entry<Long, Long> before : cpuNs.entrySet()) {
                long now = ManagementFactory.getThreadMXBean().getThreadCpuTime(before.getKey());
                if (now < before.getValue())
                    throw new IllegalStateException("a thread of the aggregator has ended");
                sum += now - before.getValue();
            }
            return sum;
        }

        /** Of the application whose id is the group's, now. */
        private static Begin now(String group) {
            Map<Long, Long> cpuNs = new HashMap<>();
            var threads = ManagementFactory.getThreadMXBean();
            for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (thread != null
                        && thread.getThreadName().startsWith(group + "-")
                        && thread.getThreadName().matches(".*-StreamThread-\\d+")) {
                    long id = thread.getThreadId();
                    cpuNs.put(id, threads.getThreadCpuTime(id));
                }
            }
            return new Begin(System.nanoTime(), cpuNs);
        }
    }

    /** Of a group; null before. */
    static @Nullable Begin of(String group) {
        return BEGINS.get(group);
    }

    @Override
    public void configure(Map<String, ?> configs) {
        group = String.valueOf(configs.get(ConsumerConfig.GROUP_ID_CONFIG));
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        if (!records.isEmpty()) BEGINS.computeIfAbsent(group, Begin::now);
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        // not looked at
    }

    @Override
    public void close() {
        // nothing is held
    }
}
