package dev.belay.it.producers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.plugins.Configured;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Source;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.producers.task.ProgressListener;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A producer that the broker fences: as after a transaction that timed out, or because another one
 * has its transactional id.
 */
@Timeout(240)
class FencedProducerIT {
    private static final ProducerConfig CONFIG = new ProducerConfig("task", 500, 0);
    private static final long ROWS = 12_000;
    private static final Configured<Source> WORDNET =
            Configured.of(Source.class, "wordnet-physical", Map.of());

    @TempDir Path dir;
    private EmbeddedPlatform platform;
    private Clients clients;
    private Admin admin;
    private DataSet data;

    @BeforeEach
    void start() {
        platform = EmbeddedPlatform.start(new PlatformConfig(dir, 0, 0), line -> {});
        clients =
                new Clients(
                        Settings.of(
                                Map.of(
                                        "kafka.bootstrap.servers",
                                        platform.bootstrapServers(),
                                        "topics.replication",
                                        "1")),
                        new SimpleMeterRegistry(),
                        new MockSchemaRegistryClient());
        admin = clients.admin();
        TopicPlan.forInstallation(clients.settings())
                .withTask(clients.topics(), CONFIG.task(), 4, List.of())
                .apply(admin);
        data = DataSet.open(DataConfig.preset(WORDNET, .5));
    }

    @AfterEach
    void stop() {
        data.close();
        admin.close();
        platform.close();
    }

    @Test
    void fencedWithoutAnotherProducerItWritesEveryRowOnce() {
        // Given one that is fenced twice
        Set<Long> open = new HashSet<>(Set.of(2_000L, 3_000L));
        ProducerService producer =
                service(
                        (done, total) -> {
                            if (open.remove(done)) {
                                fence();
                            }
                        });
        // When
        producer.run();
        // Then
        assertTrue(producer.complete() && open.isEmpty());
        assertEquals(ROWS, rows());
    }

    @Test
    void fencedTimeAfterTimeItEndsWithBothPossibleCauses() {
        // Given one that never gets a transaction through
        ProducerService producer = service((done, total) -> fence());
        // When
        String message = assertThrows(IllegalStateException.class, producer::run).toString();
        // Then
        assertTrue(
                message.contains("Either another producer of the task is running")
                        && message.contains("transaction.timeout.ms")
                        && message.contains("at row 0"),
                message);
        assertEquals(0, rows());
    }

    @Test
    void ofTwoProducersTheFirstEndsAndTheSecondWritesTheRest() {
        // Given a second one that begins while the first writes
        AtomicBoolean begun = new AtomicBoolean();
        try (DataSet own = DataSet.open(DataConfig.preset(WORDNET, .5))) {
            ProducerService second = new ProducerService(clients, CONFIG, own, (rows, total) -> {});
            ProducerService first =
                    service(
                            (done, total) -> {
                                if (done >= 2_000 && begun.compareAndSet(false, true)) {
                                    second.run();
                                }
                            });
            // When
            String message = assertThrows(IllegalStateException.class, first::run).toString();
            // Then
            assertTrue(
                    message.contains("another producer of task task has taken over")
                            && message.contains("found 12,000 rows, this one has written 2,500"),
                    message);
            assertTrue(second.complete());
            assertEquals(ROWS, rows());
        }
    }

    @Test
    void afterAnOutageTheProducerOfAnEndlessSourceWritesEveryRowOnce() {
        // Given a broker that does not answer twice
        Set<Long> open = new HashSet<>(Set.of(2_000L, 3_000L));
        ProgressListener outages =
                (done, total) -> {
                    if (open.remove(done)) {
                        throw new TimeoutException("no answer");
                    }
                };
        // When, Then one of a file ends
        assertThrows(TimeoutException.class, service(outages)::run);
        // and that of an endless source goes on
        ExampleSource endless =
                new ExampleSource() {
                    @Override
                    public String name() {
                        return data.name();
                    }

                    @Override
                    public String sourceHash() {
                        return data.sourceHash();
                    }

                    @Override
                    public long total() {
                        return ENDLESS;
                    }

                    @Override
                    public Reader open(long done) {
                        return data.open(done);
                    }
                };
        ProducerService producer = new ProducerService(clients, CONFIG, endless, outages);
        producer.run();
        assertTrue(producer.complete() && open.isEmpty());
        assertEquals(ROWS, rows());
    }

    /** As the coordinator does after the timeout of a transaction: a new epoch for the id. */
    private void fence() {
        try {
            admin.fenceProducers(List.of(Topics.DEFAULT_PREFIX + CONFIG.writer())).all().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("not fenced", e);
        }
    }

    private ProducerService service(ProgressListener listener) {
        return new ProducerService(clients, CONFIG, data, listener);
    }

    /** Events, not keys: a row written twice would count twice. */
    private long rows() {
        AtomicLong events = new AtomicLong();
        try (TopicTable<Truth> table =
                new TopicTable<>(
                        clients,
                        clients.topics().truth(CONFIG.task()),
                        Truth.class,
                        (key, event) -> events.incrementAndGet())) {
            table.catchUp(Duration.ofSeconds(30));
        }
        return events.get();
    }
}
