package dev.belay.it.aggregators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.platform.PlatformHost;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three aggregators under load, SIGKILLed and started again (as many times as {@code belay.kills}
 * says; {@code belay.seed} says when), and the broker with its registry once too: what they tell in
 * the end is what a batch recount of the topics gives.
 */
@Timeout(3_600)
class AggregatorKillsIT {
    private static final long SEED = Long.getLong("belay.seed", 20261125);
    private static final int KILLS = Integer.getInteger("belay.kills", 5);
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(3);
    private static final Duration QUIET = Duration.ofSeconds(3);

    @Test
    void aggregatorsKilledUnderLoadTellWhatABatchRecountGives() throws Exception {
        // Given
        Random random = new Random(SEED);
        Path target = Files.createDirectories(Path.of("target", "it").toAbsolutePath());
        Path folder = Files.createTempDirectory(target, "aggregators-");
        PlatformHost platform = PlatformHost.start(folder.resolve("platform"));
        String broker = platform.bootstrapServers();
        String registry = platform.registryUrl();
        try {
            Map<String, String> settings = settings(broker, registry);
            Clients clients = new Clients(Settings.of(settings), new SimpleMeterRegistry());
            try (var admin = clients.admin()) {
                TopicPlan.forInstallation(clients.settings())
                        .withTask(clients.topics(), Pairs.TASK, Pairs.PARTITIONS, Set.of())
                        .apply(admin);
            }
            Judge judge = new Judge(registry);
            long beginNs = System.nanoTime();
            try (Load load = new Load(broker, registry, random);
                    MetricsView metrics = new MetricsView(broker, judge);
                    AggregatorFleet fleet = new AggregatorFleet(folder, settings)) {
                // When
                fleet.plan(KILLS / 2, random);
                underLoad(fleet, load, metrics);
                platform.kill();
                fleet.kill(0, false); // begins while nobody answers
                long awayNs = System.nanoTime();
                platform =
                        PlatformHost.start(
                                folder.resolve("platform"), port("//" + broker), port(registry));
                long awayMs = (System.nanoTime() - awayNs) / 1_000_000;
                fleet.plan(KILLS - KILLS / 2 - 1, random);
                underLoad(fleet, load, metrics);
                fleet.allUp();
                load.finish();
                // Then
                BatchRecount recount = recount(broker, judge);
                List<String> differences = settle(recount, metrics, fleet);
                long recoveryMs = fleet.sinceLastKillMs();
                long tookMs = (System.nanoTime() - beginNs) / 1_000_000;
                assertEquals(List.of(), differences, fleet::lastWords);
                recount.requireFigures(metrics.rows());
                requireNoDeadLetters(broker);
                assertTrue(fleet.kills() >= KILLS);
                System.out.printf(
                        "%d kills in %d s, broker away for %d ms, %d predictions, %d rows as"
                                + " recounted out of %d events, %d ms after the last kill%n",
                        fleet.kills(),
                        tookMs / 1_000,
                        awayMs,
                        recount.predictions(),
                        recount.tables().size(),
                        metrics.events(),
                        recoveryMs);
            }
        } finally {
            platform.close();
        }
    }

    private static Map<String, String> settings(String broker, String registry) {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap.servers", broker);
        settings.put("registry.url", registry);
        settings.put("topics.replication", "1");
        settings.put("wait.broker", "120");
        settings.put(
                "kafka.streams.num.standby.replicas", System.getProperty("belay.standbys", "0"));
        return settings;
    }

    /** Until all planned kills are done. */
    private static void underLoad(AggregatorFleet fleet, Load load, MetricsView metrics)
            throws Exception {
        boolean more = true;
        while (more) {
            load.round(List.of());
            metrics.poll(Duration.ofMillis(1));
            more = fleet.tend(metrics.events());
            LockSupport.parkNanos(20_000_000); // the pace of the load
        }
    }

    private static BatchRecount recount(String broker, Judge judge) {
        BatchRecount recount = new BatchRecount();
        try (RawLog log = new RawLog(broker, List.of(Load.TRUTH, Load.PREDICTIONS))) {
            log.rest()
                    .forEach(r -> recount.add(r, judge.of(r.topic(), r.key(), r.value()).event()));
        }
        return recount;
    }

    /** Waits for the recount's rows, and then whether they stay so. */
    private static List<String> settle(
            BatchRecount recount, MetricsView metrics, AggregatorFleet fleet) throws Exception {
        long deadline = System.nanoTime() + SETTLED_WITHIN.toNanos();
        List<String> differences = recount.differences(metrics.rows());
        while (!differences.isEmpty() && System.nanoTime() < deadline) {
            fleet.tend(metrics.events());
            metrics.poll(Duration.ofMillis(200));
            differences = recount.differences(metrics.rows());
        }
        long quietNs = System.nanoTime();
        while (differences.isEmpty() && System.nanoTime() - quietNs < QUIET.toNanos()) {
            metrics.poll(Duration.ofMillis(200));
            differences = recount.differences(metrics.rows());
        }
        return differences;
    }

    private static void requireNoDeadLetters(String broker) {
        try (RawLog letters = new RawLog(broker, List.of("belay.dead-letters"))) {
            assertEquals(0, letters.rest().size());
        }
    }

    private static int port(String url) {
        return URI.create(url).getPort();
    }
}
