package dev.belay.aggregators;

import dev.belay.aggregators.topology.BoundedRocksDb;
import dev.belay.runtime.Settings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of a task's Streams application: defaults made for live figures in a process shared
 * with others, then the user's ({@code kafka.*}, {@code kafka.streams.*}), then what correctness
 * rests on.
 */
final class StreamsSettings {
    private static final int COMMIT_MS = 200;

    private StreamsSettings() {}

    /** {@code <prefix><task>.aggregator}: group, changelogs and transactions carry it. */
    static String applicationId(Settings settings, String task) {
        return settings.topics().prefix() + task + ".aggregator";
    }

    static Map<String, Object> of(Settings settings, String task) {
        Map<String, Object> config = new HashMap<>();
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MS);
        config.put(StreamsConfig.POLL_MS_CONFIG, 50);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) settings.replication());
        config.put(StreamsConfig.producerPrefix("compression.type"), "lz4");
        config.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 10_000);
        config.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6_000);
        config.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 1_500);
        config.putAll(settings.kafka("streams"));
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(settings, task));
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.state().toAbsolutePath().toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        return config;
    }
}
