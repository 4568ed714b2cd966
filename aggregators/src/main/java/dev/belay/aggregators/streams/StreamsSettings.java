package dev.belay.aggregators.streams;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.state.BoundedRocksDb;
import dev.belay.runtime.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of a task's Streams application: defaults for live figures in a process shared with
 * other services, then the user's ({@code kafka.*}, {@code kafka.streams.*}), then those that
 * correctness requires.
 */
public final class StreamsSettings {
    private static final int COMMIT_MS = 1_000; // at the latest: processors request it sooner
    private static final long ROWS_CACHE_BYTES = 8 << 20;
    private static final int BATCH_BYTES = 256 << 10; // a block takes some kilobytes
    private static final int MOST_BYTES = 16 << 20;
    private static final int FETCH_BYTES = 2 << 20; // of a partition

    private StreamsSettings() {}

    /** {@code <prefix><task>.aggregator}: group, changelogs and transactions carry it. */
    static String applicationId(Settings settings, String task) {
        return settings.topics().prefix() + task + ".aggregator";
    }

    /**
     * @throws IllegalArgumentException if a setting is not a duration, or settings contradict each
     *     other
     */
    public static Lateness lateness(Settings settings) {
        List<Window.Kind> windows = new ArrayList<>();
        for (String text : settings.windows().split(",", -1)) {
            if (!text.isBlank()) {
                String[] parts = text.split("/", 2);
                Duration size = Settings.duration(parts[0]);
                Duration advance = parts.length > 1 ? Settings.duration(parts[1]) : size;
                try {
                    windows.add(new Window.Kind(size, advance));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "setting 'aggregator.windows': found '%s'; %s"
                                    .formatted(text, e.getMessage()),
                            e);
                }
            }
        }
        return new Lateness(windows, settings.grace(), settings.truthHorizon());
    }

    /** Settings of the application that keeps a task's statistics. */
    public static Map<String, Object> of(Settings settings, String task) {
        return withId(settings, applicationId(settings, task));
    }

    /** Settings of the application that checks the installation's topics. */
    public static Map<String, Object> ofCatalog(Settings settings) {
        return withId(settings, settings.topics().prefix() + "aggregator.catalog");
    }

    private static Map<String, Object> withId(Settings settings, String id) {
        Map<String, Object> config = new HashMap<>();
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MS);
        config.put(StreamsConfig.POLL_MS_CONFIG, 50);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, ROWS_CACHE_BYTES);
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) settings.replication());
        // probabilities hardly compress, and the broker would decompress them to validate them
        config.put(StreamsConfig.producerPrefix("compression.type"), "none");
        config.put(StreamsConfig.producerPrefix("batch.size"), BATCH_BYTES);
        // the confusion counts of a thousand classes may be some megabytes
        config.put(StreamsConfig.producerPrefix("max.request.size"), MOST_BYTES);
        config.put(StreamsConfig.topicPrefix("max.message.bytes"), MOST_BYTES);
        config.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 10_000);
        // fetches the next piece while one is counted, as far as the system's buffers allow
        config.put(StreamsConfig.mainConsumerPrefix("max.partition.fetch.bytes"), FETCH_BYTES);
        config.put(StreamsConfig.mainConsumerPrefix("receive.buffer.bytes"), -1);
        config.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6_000);
        config.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 1_500);
        if (settings.aggregatorServer() != null) {
            config.put(StreamsConfig.APPLICATION_SERVER_CONFIG, settings.aggregatorServer());
        }
        config.putAll(settings.kafka("streams"));
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.state().toAbsolutePath().toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, FencingClients.class);
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        config.put(
                StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG,
                LenientTimestampExtractor.class);
        config.merge(
                StreamsConfig.globalConsumerPrefix("interceptor.classes"),
                TimedRecords.class.getName(),
                (users, ours) -> ours + "," + users);
        return config;
    }
}
