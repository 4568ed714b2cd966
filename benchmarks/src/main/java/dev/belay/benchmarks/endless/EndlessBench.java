package dev.belay.benchmarks.endless;

import dev.belay.benchmarks.harness.Findings;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.KafkaFutures;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * {@code bench endless}: how many records/s of an endless source are learned from and counted at
 * full load, and how long a record takes at a tenth of it. The encodings are cached, the longest
 * wait is 300 ms, and every 50th checkpoint predicts the holdout.
 */
public final class EndlessBench {
    /** The run that is measured: its source is the topic, its participants as named. */
    public static final String EXPERIMENT =
            """
            name: live
            task:
              classes: [even, odd]
            data:
              topic: %s
              holdout: {share: 0.1, size: 200}
              supervisor-share: 0.1
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 100, micro-epoch: 50}
              student: {encoder: minilm, supervisor: bow, max-wait: 300ms, evaluate-every: 50}
              ceiling: {encoder: minilm, supervisor: truth, max-wait: 300ms, evaluate-every: 50}
            """
                    .formatted(RecordWriter.TOPIC);

    private static final String TASK = "live";
    private static final double LOAD = 0.1;
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Duration AT_MOST = Duration.ofMinutes(5);

    /**
     * How much is done.
     *
     * @param records at full load, at least 1
     * @param seconds of the tenth, at least 1
     */
    public record Sizes(int records, int seconds) {
        public static final Sizes USUAL = new Sizes(50_000, 60);
        public static final Sizes QUICK = new Sizes(1_000, 5);
    }

    private final Clients clients;
    private final Sizes sizes;
    private final Consumer<String> progress;
    private final BooleanSupplier alive;

    /**
     * @param clients of the broker that the run uses
     * @param progress gets a line for people at each part
     * @param alive whether the run of {@link #EXPERIMENT} is
     */
    public EndlessBench(
            Clients clients, Sizes sizes, Consumer<String> progress, BooleanSupplier alive) {
        this.clients = clients;
        this.sizes = sizes;
        this.progress = progress;
        this.alive = alive;
    }

    /**
     * Measures.
     *
     * @param start starts the run once its topic is there
     */
    public Findings run(Runnable start) {
        try (RecordWriter writer = new RecordWriter(clients)) {
            progress.accept("%,d texts are encoded".formatted(RecordWriter.TEXTS));
            writer.write(2 * RecordWriter.TEXTS);
            start.run();
            String labels = clients.topics().labels(TASK, "live/bow#0@0");
            await(() -> topics().containsAll(List.of(labels, clients.topics().metrics())));
            try (LabelTimes times =
                    new LabelTimes(clients, TASK, "live/bow#0@0", "live/student#0@0")) {
                settle(times);
                return measure(writer, times);
            }
        }
    }

    private Findings measure(RecordWriter writer, LabelTimes times) {
        progress.accept("%,d records at once".formatted(sizes.records()));
        long beginMs = System.currentTimeMillis();
        writer.write(sizes.records());
        settle(times);
        double perSecond = sizes.records() * 1_000.0 / (times.lastCountedMs() - beginMs);
        double load = LOAD * perSecond;
        progress.accept("%,.0f records/s for %d s".formatted(load, sizes.seconds()));
        long sinceMs = System.currentTimeMillis();
        writer.write((int) (load * sizes.seconds()), load, () -> times.poll(Duration.ZERO));
        settle(times);
        Findings findings = new Findings("endless");
        findings.figure("recordsPerSecond", "records/s at full load", perSecond);
        findings.figure("loadPerSecond", "records/s when latency was measured", load);
        latency(findings, "labelled", "its label", times.labelledAfterMs(sinceMs));
        latency(findings, "learned", "learned from", times.learnedAfterMs(sinceMs));
        latency(findings, "counted", "its label counted", times.countedAfterMs(sinceMs));
        return findings;
    }

    private static void latency(Findings findings, String key, String title, List<Double> ms) {
        findings.figure(key + "P50Ms", "record to " + title + ", p50, ms", percentile(ms, 0.5));
        findings.figure(key + "P99Ms", "  p99, ms", percentile(ms, 0.99));
    }

    private static double percentile(List<Double> ascending, double share) {
        return ascending.get((int) Math.ceil(share * ascending.size()) - 1);
    }

    /** Waits until all that was labelled is learned from and counted, and no label follows. */
    private void settle(LabelTimes times) {
        int[] before = {-1};
        long[] sinceNs = {System.nanoTime()};
        await(
                () -> {
                    times.poll(WAIT);
                    if (times.labels() != before[0] || !times.isDone()) {
                        before[0] = times.labels();
                        sinceNs[0] = System.nanoTime();
                    }
                    return System.nanoTime() - sinceNs[0] > TimeUnit.SECONDS.toNanos(3);
                });
    }

    private Set<String> topics() {
        try (Admin admin = clients.admin()) {
            return KafkaFutures.get(admin.listTopics().names(), "listing topics");
        }
    }

    private void await(BooleanSupplier met) {
        long begin = System.nanoTime();
        while (!met.getAsBoolean()) {
            if (!alive.getAsBoolean()) {
                throw new IllegalStateException("the run has ended");
            }
            if (System.nanoTime() - begin > AT_MOST.toNanos()) {
                throw new IllegalStateException(
                        "the run did not learn from all records within " + AT_MOST);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
