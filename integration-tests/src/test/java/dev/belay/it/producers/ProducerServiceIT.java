package dev.belay.it.producers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.plugins.Configured;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Source;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.producers.task.ProgressListener;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The built-in task on a real broker: stopped, gone on, given again, given otherwise. */
@Timeout(240)
class ProducerServiceIT {
    private static final String TASK = "wordnet-physical";
    private static final Configured<Source> WORDNET =
            Configured.of(Source.class, "wordnet-physical", Map.of());
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path dir;

    @Test
    void everyRowIsThereOnceAfterAStopAndProducingTwice() throws Exception {
        try (EmbeddedPlatform platform =
                        EmbeddedPlatform.start(new PlatformConfig(dir, 0, 0), line -> {});
                DataSet data = DataSet.open(DataConfig.preset(WORDNET, .5))) {
            Clients clients = clients(platform);
            try (Admin admin = clients.admin()) {
                TopicPlan.forInstallation(clients.settings())
                        .withTask(clients.topics(), TASK, 4, List.of("truth"))
                        .apply(admin);
            }
            // Given a producer that was stopped in the middle
            AtomicLong done = new AtomicLong();
            CompletableFuture<ProducerService> running = new CompletableFuture<>();
            ProducerService first =
                    service(
                            clients,
                            data,
                            (rows, total) -> {
                                done.set(rows);
                                if (rows >= 5_000) {
                                    running.join().close();
                                }
                            });
            running.complete(first);
            first.run();
            assertFalse(first.complete());
            assertEquals(5_000, done.get());
            // When it is started again, and once more
            for (int i = 0; i < 2; i++) {
                ProducerService again = service(clients, data, (rows, total) -> done.set(rows));
                again.run();
                assertTrue(again.complete());
                assertEquals(12_000, done.get());
            }
            // Then
            assertEquals(10_000, count(clients, clients.topics().examples(TASK), Example.class));
            assertEquals(2_000, count(clients, clients.topics().holdout(TASK), Example.class));
            assertEquals(12_000, count(clients, clients.topics().truth(TASK), Truth.class));
            try (ProgressTable progress = new ProgressTable(clients, TASK)) {
                progress.catchUp(SOON);
                assertTrue(progress.ended(clients.topics().examples(TASK), 4));
                assertEquals(10_000, progress.records(clients.topics().examples(TASK)));
                long students =
                        progress.all().stream()
                                .mapToLong(p -> p.getSplits().getOrDefault("STUDENT", 0L))
                                .sum();
                assertEquals(data.summary().of(Split.STUDENT).rows(), students);
            }
            // And another split of it is refused
            try (DataSet other = DataSet.open(DataConfig.preset(WORDNET, .4))) {
                ProducerService refused = service(clients, other, (rows, total) -> {});
                String message = assertThrows(DataException.class, refused::run).toString();
                assertTrue(message.contains(data.sourceHash()), message);
                assertTrue(message.contains(other.sourceHash()), message);
            }
        }
    }

    private static Clients clients(EmbeddedPlatform platform) {
        return new Clients(
                Settings.of(
                        Map.of(
                                "kafka.bootstrap.servers",
                                platform.bootstrapServers(),
                                "registry.url",
                                platform.registryUrl(),
                                "topics.replication",
                                "1")),
                new SimpleMeterRegistry());
    }

    private static ProducerService service(
            Clients clients, DataSet data, ProgressListener listener) {
        return new ProducerService(clients, new ProducerConfig(TASK, 500, 0), data, listener);
    }

    /** Events, not keys: a row written twice would count twice. */
    private static <T extends SpecificRecord> long count(
            Clients clients, String topic, Class<T> type) {
        AtomicLong events = new AtomicLong();
        try (TopicTable<T> table =
                new TopicTable<>(clients, topic, type, (key, event) -> events.incrementAndGet())) {
            table.catchUp(SOON);
        }
        return events.get();
    }
}
