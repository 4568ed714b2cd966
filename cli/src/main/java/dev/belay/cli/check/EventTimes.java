package dev.belay.cli.check;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Event times that can't be right: in seconds instead of milliseconds, or in the future. */
final class EventTimes {
    /** An earlier time in milliseconds is one in seconds. */
    private static final long LEAST_MS = 100_000_000_000L;

    private static final Duration AHEAD = Duration.ofHours(1);

    private final Map<String, long[]> seconds = new TreeMap<>();
    private final Map<String, long[]> future = new TreeMap<>();
    private final long latest = System.currentTimeMillis() + AHEAD.toMillis();

    void add(ConsumerRecord<byte[], byte[]> record, long ms) {
        if (ms < LEAST_MS) {
            count(seconds, record.topic(), ms);
        } else if (ms > latest) {
            count(future, record.topic(), ms);
        }
    }

    private static void count(Map<String, long[]> of, String topic, long ms) {
        long[] counted = of.computeIfAbsent(topic, t -> new long[] {0, ms});
        counted[0]++;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        seconds.forEach(
                (topic, n) ->
                        findings.add(
                                new Finding(
                                        Finding.Kind.TIME_IN_SECONDS,
                                        "%,d event times of %s are before 1973, such as %d"
                                                .formatted(n[0], topic, n[1]),
                                        "event times are milliseconds; these seem to be seconds")));
        future.forEach(
                (topic, n) ->
                        findings.add(
                                new Finding(
                                        Finding.Kind.TIME_IN_FUTURE,
                                        "%,d event times of %s are in the future, such as %s"
                                                .formatted(n[0], topic, Instant.ofEpochMilli(n[1])),
                                        "check the writer's clock and unit")));
        return findings;
    }
}
