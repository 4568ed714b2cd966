package dev.belay.aggregators.config;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.Topics;
import java.time.Duration;

/**
 * Parameters of one task's topology.
 *
 * @param lateness how late truth may come, and the windows
 * @param partitions of each of the task's topics; at least 1
 * @param sweepFlush how often a shard checks its {@link FlushPolicy}, and a merger whether to
 *     commit emitted rows
 * @param progressiveFlush least time between two PROGRESSIVE metrics events of one pair
 */
public record AggregatorConfig(
        String task,
        int partitions,
        Topics topics,
        Lateness lateness,
        Duration sweepFlush,
        Duration progressiveFlush,
        long alertRunLength) {
    public AggregatorConfig {
        if (alertRunLength < 0) {
            throw new IllegalArgumentException(
                    "alertRunLength must not be negative, got " + alertRunLength);
        }
        if (partitions < 1) {
            throw new IllegalArgumentException("partitions must be positive, got " + partitions);
        }
        if (sweepFlush.isNegative()
                || sweepFlush.isZero()
                || progressiveFlush.compareTo(sweepFlush) < 0) {
            throw new IllegalArgumentException(
                    "expected 0 < sweepFlush <= progressiveFlush, got "
                            + sweepFlush
                            + ", "
                            + progressiveFlush);
        }
    }

    /** sweepFlush 20 ms, progressiveFlush 100 ms, alertRunLength 300,000. */
    public static AggregatorConfig of(
            String task, int partitions, Topics topics, Lateness lateness) {
        return new AggregatorConfig(
                task,
                partitions,
                topics,
                lateness,
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                300_000);
    }

    /** The same with another run length of alerts. */
    public AggregatorConfig withAlertRunLength(long examples) {
        return new AggregatorConfig(
                task, partitions, topics, lateness, sweepFlush, progressiveFlush, examples);
    }
}
