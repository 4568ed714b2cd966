package dev.belay.runtime.clients;

import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Kafka clients from the settings, each with its metrics bound. Clients carry raw bytes,
 * which {@link #codec()} decodes, so that the service can send a record that can't be read to the
 * dead letters.
 */
public final class Clients {
    private static final Logger LOG = LoggerFactory.getLogger(Clients.class);
    private static final Duration FIRST_REPORT = Duration.ofSeconds(3);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(5);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private final Settings settings;
    private final MeterRegistry meters;
    private final EventCodec codec;

    /** Binds new client metrics once a minute, on one thread for all clients. */
    private final ScheduledExecutorService refresher =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "kafka-metrics");
                        thread.setDaemon(true);
                        return thread;
                    });

    public Clients(Settings settings, MeterRegistry meters) {
        this(settings, meters, RegistryAccess.client(settings));
    }

    /** With another registry client, such as {@code MockSchemaRegistryClient}. */
    public Clients(Settings settings, MeterRegistry meters, SchemaRegistryClient registry) {
        this.settings = settings;
        this.meters = meters;
        this.codec =
                new EventCodec(registry, settings.registersSchemas(), settings.shownRegistryUrl());
    }

    public Settings settings() {
        return settings;
    }

    public MeterRegistry meters() {
        return meters;
    }

    public EventCodec codec() {
        return codec;
    }

    public Topics topics() {
        return settings.topics();
    }

    /**
     * A transactional producer; {@code initTransactions} is the caller's. Transactions time out
     * after 10 s, so a dead writer blocks readers for seconds only.
     */
    public Producer<byte[], byte[]> producer(String transactionalId) {
        Map<String, Object> config = new HashMap<>();
        config.put("linger.ms", 5);
        // a coordinator's first request waits one back-off for the connection, and longer at each
        // retry
        config.put("retry.backoff.ms", 10);
        config.put("compression.type", "lz4");
        config.put("batch.size", 1 << 16); // a batch begins with an lz4 frame, which costs
        config.put("transaction.timeout.ms", 10_000);
        config.putAll(settings.kafka("producer"));
        config.put("enable.idempotence", true);
        config.put("acks", "all");
        config.put("transactional.id", transactionalId);
        config.put("client.id", transactionalId);
        return new MeteredProducer(config, meters, settings.kafkaMetrics(), refresher);
    }

    /** Sends records in one transaction, all of them or none, by a producer of its own. */
    public void inTransaction(
            String transactionalId, List<ProducerRecord<byte[], byte[]>> records) {
        try (Producer<byte[], byte[]> producer = producer(transactionalId)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                Future<?> unused = producer.send(record);
            }
            producer.commitTransaction(); // throws what a send has failed with
        }
    }

    /**
     * A {@code read_committed} consumer without automatic commits and without a reset policy: its
     * user seeks where there is no committed offset. A position outside the log is an {@link
     * ExpiredOffsetException} of {@code poll}, so that no record is ever skipped.
     *
     * @param group null for one that is assigned its partitions by hand
     */
    public Consumer<byte[], byte[]> consumer(@Nullable String group, String clientId) {
        return consumer(group, clientId, Map.of());
    }

    /** As {@link #consumer(String, String)}, with other settings on top of the user's. */
    public Consumer<byte[], byte[]> consumer(
            @Nullable String group, String clientId, Map<String, Object> overrides) {
        Map<String, Object> config = new HashMap<>();
        config.put("session.timeout.ms", 6_000);
        config.put("heartbeat.interval.ms", 1_500);
        config.putAll(settings.kafka("consumer"));
        config.put("auto.offset.reset", "none");
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", false);
        config.put("allow.auto.create.topics", false);
        config.put("client.id", clientId);
        config.putAll(overrides);
        if (group == null) {
            config.remove("group.id");
        } else {
            config.put("group.id", group);
        }
        return new MeteredConsumer(config, meters, settings.kafkaMetrics(), refresher);
    }

    /**
     * @throws IllegalStateException when a setting below {@code kafka.} is wrong, or no address can
     *     be resolved
     */
    public Admin admin() {
        Map<String, Object> config = new HashMap<>(settings.kafka("admin"));
        config.putIfAbsent("client.id", "belay-admin");
        try {
            return Admin.create(config);
        } catch (KafkaException e) {
            throw new IllegalStateException(
                    "can't make a Kafka client for %s from the settings kafka.*"
                            .formatted(settings.bootstrapServers()),
                    e);
        }
    }

    /** As {@link #awaitBroker(java.util.function.Consumer)}, reporting to the log. */
    public void awaitBroker() {
        awaitBroker(LOG::warn);
    }

    /**
     * Waits until the broker answers.
     *
     * @param report gets a line after 3 s without an answer, and every 5 s after that
     * @throws IllegalStateException when it does not within {@link Settings#waitForBroker}, naming
     *     its address
     */
    public void awaitBroker(java.util.function.Consumer<String> report) {
        Duration wait = settings.waitForBroker();
        Duration tried = Duration.ZERO;
        Duration next = FIRST_REPORT;
        try (Admin admin = admin()) {
            while (true) {
                Duration left = wait.minus(tried);
                Duration within = left.compareTo(next) < 0 ? left : next;
                if (answers(admin, within)) {
                    return;
                }
                tried = tried.plus(within);
                if (tried.compareTo(wait) >= 0) {
                    throw new IllegalStateException(
                            ("no Kafka broker answers at %s (tried for %s s); start one"
                                            + " with './belay broker', or correct the address")
                                    .formatted(settings.bootstrapServers(), wait.toSeconds()));
                }
                report.accept(
                        "no Kafka broker answers at %s yet; waiting, %d of %d s"
                                .formatted(
                                        settings.bootstrapServers(),
                                        tried.toSeconds(),
                                        wait.toSeconds()));
                next = BETWEEN_REPORTS;
            }
        }
    }

    /**
     * Waits until the schema registry answers, as long as for the broker.
     *
     * @param report gets a line when it does not answer at once, and every 5 s after that
     * @throws IllegalStateException when it does not answer in time, or a server answers that has
     *     no registry at this URL
     */
    public void awaitRegistry(java.util.function.Consumer<String> report) {
        long begin = System.nanoTime();
        long reported = begin - BETWEEN_REPORTS.toNanos();
        while (true) {
            String problem;
            try {
                codec.checkRegistry();
                return;
            } catch (IllegalStateException e) {
                throw noRegistry(String.valueOf(e.getMessage()), e);
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
                if (System.nanoTime() - begin >= settings.waitForBroker().toNanos()) {
                    throw noRegistry(
                            ("%s (tried for %s s); start one with './belay registry', or"
                                            + " correct the address")
                                    .formatted(problem, settings.waitForBroker().toSeconds()),
                            e);
                }
            }
            if (System.nanoTime() - reported >= BETWEEN_REPORTS.toNanos()) {
                reported = System.nanoTime();
                report.accept(
                        "no schema registry answers at %s yet: %s"
                                .formatted(settings.shownRegistryUrl(), problem));
            }
            LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
    }

    /**
     * The problem with the registry now, or null; for callers that can do without it or wait for it
     * themselves.
     */
    public @Nullable String registryProblem() {
        try {
            codec.checkRegistry();
            return null;
        } catch (IOException | IllegalStateException e) {
            return noRegistry(String.valueOf(e.getMessage()), e).getMessage();
        }
    }

    private IllegalStateException noRegistry(String problem, Exception cause) {
        return new IllegalStateException(
                "no schema registry answers at %s: %s"
                        .formatted(settings.shownRegistryUrl(), problem),
                cause);
    }

    private boolean answers(Admin admin, Duration within) {
        try {
            admin.describeCluster(
                            new DescribeClusterOptions()
                                    .timeoutMs(Math.toIntExact(within.toMillis())))
                    .nodes()
                    .get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TimeoutException) {
                return false;
            }
            throw new IllegalStateException(
                    "the Kafka broker at %s refuses: %s"
                            .formatted(settings.bootstrapServers(), e.getCause()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the broker", e);
        }
    }
}
