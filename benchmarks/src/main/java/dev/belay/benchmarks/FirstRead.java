package dev.belay.benchmarks;

import java.lang.management.ManagementFactory;
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
     * When and where.
     *
     * @param ns as of {@link System#nanoTime}
     * @param thread that polls, and in Streams also processes
     * @param cpuNs what the thread had used before
     */
    record Begin(long ns, long thread, long cpuNs) {
        /** What the thread has used since then, in nanoseconds; it must be alive. */
        long cpuSince() {
            long now = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
            if (now < cpuNs) throw new IllegalStateException("the aggregator's thread has ended");
            return now - cpuNs;
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
        if (!records.isEmpty())
            BEGINS.computeIfAbsent(
                    group,
                    g ->
                            new Begin(
                                    System.nanoTime(),
                                    Thread.currentThread().getId(),
                                    ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()));
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
