package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.ThreadTimes;
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
 * Records when a group's consumers have received predictions of every partition: by then a Streams
 * application has started all of its tasks, some tenths of a second after the first. Records
 * received before are not part of what is measured. Kafka creates it, from the setting {@code
 * interceptor.classes}.
 */
public final class FirstRead implements ConsumerInterceptor<byte[], byte[]> {
    private static final Map<String, Begin> FIRSTS = new ConcurrentHashMap<>();
    private static final Map<String, Begin> BEGINS = new ConcurrentHashMap<>();
    private static final Map<String, Map<Integer, Long>> BLOCKS = new ConcurrentHashMap<>();

    private static final String PREDICTIONS = "." + Sweeps.TASK + ".predictions";

    private String group = "";

    /**
     * When, and what the threads that poll and process had used before.
     *
     * @param ns as of {@link System#nanoTime}
     * @param cpuNs by thread
     * @param all threads of the process by kind
     * @param blocks of predictions given before
     */
    record Begin(long ns, Map<Long, Long> cpuNs, ThreadTimes all, long blocks) {
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
        private static Begin now(String group, long blocks) {
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
            return new Begin(System.nanoTime(), cpuNs, ThreadTimes.now(), blocks);
        }
    }

    /** When a group's consumers were first given anything; null before. */
    static @Nullable Begin first(String group) {
        return FIRSTS.get(group);
    }

    /** When they had been given predictions of all partitions; null before. */
    static @Nullable Begin of(String group) {
        return BEGINS.get(group);
    }

    @Override
    public void configure(Map<String, ?> configs) {
        group = String.valueOf(configs.get(ConsumerConfig.GROUP_ID_CONFIG));
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        if (!records.isEmpty() && !BEGINS.containsKey(group)) {
            FIRSTS.computeIfAbsent(group, g -> Begin.now(g, 0));
            Map<Integer, Long> given = BLOCKS.computeIfAbsent(group, g -> new HashMap<>());
            synchronized (given) { // the threads of an application have a consumer each
                look(records, given);
            }
        }
        return records;
    }

    private void look(ConsumerRecords<byte[], byte[]> records, Map<Integer, Long> given) {
        long before = given.values().stream().mapToLong(Long::longValue).sum();
        for (TopicPartition partition : records.partitions())
            if (partition.topic().endsWith(PREDICTIONS))
                given.merge(
                        partition.partition(), (long) records.records(partition).size(), Long::sum);
        if (given.size() == Stage.PARTITIONS)
            BEGINS.computeIfAbsent(group, g -> Begin.now(g, before));
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
