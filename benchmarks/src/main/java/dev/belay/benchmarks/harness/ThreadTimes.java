package dev.belay.benchmarks.harness;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Processor time of this process by kind of thread, in nanoseconds, as of some moment: the virtual
 * machine's own threads and RocksDB's too, where the system reports them (Linux).
 *
 * @param ns when it was taken, {@link System#nanoTime}
 * @param cpuNs by kind
 */
public record ThreadTimes(long ns, Map<String, Long> cpuNs) {
    private static final Path TASKS = Path.of("/proc/self/task");

    /** A kind's threads have names that match; the first that does. */
    private static final Map<String, String> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("counting", ".*-StreamThread-\\d+");
        KINDS.put("sending what is counted", "kafka-producer-network-thread .*StreamThread.*");
        KINDS.put("broker's requests", "data-plane-kafka-request-handler.*");
        KINDS.put("broker's network", "data-plane-kafka-network-thread.*");
        KINDS.put("compiler", "C[12] Comp.*|Sweeper thread");
        KINDS.put("garbage", "VM Thread|GC .*|G1 .*");
        KINDS.put("RocksDB", "rocksdb:.*");
        KINDS.put("reading rows", "main");
    }

    /** All threads that are alive now. */
    public static ThreadTimes now() {
        long ns = System.nanoTime();
        Map<String, Long> cpu = new TreeMap<>();
        var threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds()))
            if (thread != null) {
                long used = threads.getThreadCpuTime(thread.getThreadId());
                cpu.merge(kind(thread.getThreadName()), Math.max(0, used), Long::sum);
            }
        if (Files.isDirectory(TASKS)) addNative(cpu);
        return new ThreadTimes(ns, cpu);
    }

    /** Those that Java does not know: compiler, garbage collector, RocksDB. */
    private static void addNative(Map<String, Long> cpu) {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                String name = Files.readString(task.resolve("comm")).strip();
                String kind = kind(name);
                if (kind.equals("compiler") || kind.equals("garbage") || kind.equals("RocksDB")) {
                    String stat = Files.readString(task.resolve("schedstat"));
                    cpu.merge(kind, Long.parseLong(stat.split(" ", 2)[0]), Long::sum);
                }
            }
        } catch (IOException e) {
            cpu.remove("compiler"); // a thread ended meanwhile: better nothing than half
        }
    }

    private static String kind(String thread) {
        return KINDS.entrySet().stream()
                .filter(kind -> thread.matches(kind.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("others");
    }

    /** What was used since then, a line for people: of each kind, in ms and ns a prediction. */
    public String since(ThreadTimes earlier, double predictions) {
        double ms = (ns - earlier.ns) / 1e6;
        return String.format(Locale.ROOT, "  %.0f ms, processor: ", ms)
                + cpuNs.entrySet().stream()
                        .map(
                                e ->
                                        Map.entry(
                                                e.getKey(),
                                                e.getValue()
                                                        - earlier.cpuNs.getOrDefault(
                                                                e.getKey(), 0L)))
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .map(
                                e ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.0f ms (%.0f ns)",
                                                e.getKey(),
                                                e.getValue() / 1e6,
                                                e.getValue() / predictions))
                        .collect(Collectors.joining(", "));
    }
}
