package dev.belay.it.aggregators;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.AggregatorService;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventCodec;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The task of the upgrade tests on a platform, and an aggregator of the code under test. */
final class UpgradeTask implements AutoCloseable {
    static final String GROUP = "belay.t.aggregator";

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final String broker;
    private final Map<String, String> settings;
    private final Clients clients;
    private final EventCodec codec;
    private final Judge judge;
    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * The task's topics are there, or are made.
     *
     * @param state the aggregator's state folder
     */
    static UpgradeTask on(EmbeddedPlatform platform, Path state) {
        UpgradeTask task = new UpgradeTask(platform, state);
        try (var admin = task.clients.admin()) {
            TopicPlan.forInstallation(task.clients.settings())
                    .withTask(task.clients.topics(), Pairs.TASK, Pairs.PARTITIONS, Set.of())
                    .apply(admin);
        }
        return task;
    }

    private UpgradeTask(EmbeddedPlatform platform, Path state) {
        broker = platform.bootstrapServers();
        settings =
                Map.of(
                        "kafka.bootstrap.servers",
                        broker,
                        "registry.url",
                        platform.registryUrl(),
                        "topics.replication",
                        "1",
                        "aggregator.windows",
                        "3m");
        clients =
                new Clients(
                        Settings.of(settings).with(Map.of("state", state.toString())),
                        new SimpleMeterRegistry());
        judge = new Judge(platform.registryUrl());
        codec = new EventCodec(new CachedSchemaRegistryClient(platform.registryUrl(), 100));
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    void send(Function<EventCodec, List<ProducerRecord<byte[], byte[]>>> records) {
        for (ProducerRecord<byte[], byte[]> record : records.apply(codec)) {
            Future<?> unused = producer.send(record);
        }
        producer.flush();
    }

    /** Of an aggregator, but for its state folder. */
    Map<String, String> settings() {
        return settings;
    }

    MetricsView metrics() {
        return new MetricsView(broker, judge);
    }

    /**
     * Counts until the metrics are what a batch recount of the topics gives.
     *
     * @param counts which rows, by student, checkpoint and phase, have to be there
     */
    void aggregate(MetricsView metrics, Predicate<String> counts) {
        try (var group = ServiceGroup.start(List.of(new AggregatorService(clients)))) {
            awaitRecount(metrics, counts);
            assertNull(group.failure());
        }
    }

    /** Waits for what some aggregator counts. */
    void awaitRecount(MetricsView metrics, Predicate<String> counts) {
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> {
                            metrics.poll(Duration.ofMillis(200));
                            assertEquals(List.of(), differences(metrics, counts));
                        });
    }

    private List<String> differences(MetricsView metrics, Predicate<String> counts) {
        BatchRecount recount = new BatchRecount();
        try (RawLog log = new RawLog(broker, List.of(Load.TRUTH, Load.PREDICTIONS))) {
            log.rest()
                    .forEach(r -> recount.add(r, judge.of(r.topic(), r.key(), r.value()).event()));
        }
        return recount.differences(metrics.rows()).stream().filter(counts).toList();
    }

    @Override
    public void close() {
        producer.close();
    }
}
