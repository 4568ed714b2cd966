package dev.belay.labelers.spec;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the stream of each partition of a topic has come in event time, as the timestamps of its
 * committed records say; asked of the broker, because what has to be known may be further ahead
 * than what fits in memory. Belongs to one thread.
 *
 * <p>The broker is asked at most every 200 ms for a partition, whether it has a record of a time or
 * later. The time asked for is ahead of the one wanted, by twice as much after each yes and a
 * quarter after each no: a backlog takes few questions, and a live stream is followed closely.
 */
final class StreamTime {
    private static final long ASK_EVERY_MS = 200;

    private final Log log;
    private final LongSupplier clockMs;
    private final Map<Integer, Partition> partitions = new HashMap<>();

    /** Finds records by time. */
    @FunctionalInterface
    interface Log {
        /** No such record. */
        long NONE = Long.MIN_VALUE;

        /**
         * The timestamp of the first committed record of a partition that has this time or a later
         * one; {@link #NONE} if there is none.
         */
        long firstAt(int partition, long timeMs);
    }

    private static final class Partition {
        long passedMs = Long.MIN_VALUE; // rises only
        long aheadMs;
        long askAtMs = Long.MIN_VALUE;
    }

    /**
     * @param clockMs any clock, to limit the questions
     */
    StreamTime(Log log, LongSupplier clockMs) {
        this.log = log;
        this.clockMs = clockMs;
    }

    /** By the records of a topic. */
    static StreamTime of(Consumer<byte[], byte[]> consumer, String topic) {
        return new StreamTime(
                (partition, timeMs) -> {
                    TopicPartition at = new TopicPartition(topic, partition);
                    long from = Math.max(0, timeMs); // Kafka has no earlier times
                    var found = consumer.offsetsForTimes(Map.of(at, from)).get(at);
                    return found == null ? Log.NONE : found.timestamp();
                },
                () -> System.nanoTime() / 1_000_000);
    }

    /**
     * Whether a partition is known to have a record of this time, ms since the epoch, or later. May
     * be false for a moment although it has.
     */
    boolean hasPassed(int partition, long timeMs) {
        Partition state = partitions.computeIfAbsent(partition, p -> new Partition());
        long nowMs = clockMs.getAsLong();
        if (timeMs > state.passedMs && nowMs >= state.askAtMs) {
            state.askAtMs = nowMs + ASK_EVERY_MS;
            long found = log.firstAt(partition, timeMs + state.aheadMs);
            boolean none = found == Log.NONE;
            state.passedMs = none ? state.passedMs : Math.max(state.passedMs, found);
            state.aheadMs = none ? state.aheadMs / 4 : 2 * state.aheadMs + ASK_EVERY_MS;
        }
        return timeMs <= state.passedMs;
    }
}
