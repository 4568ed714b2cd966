package dev.belay.it.aggregators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.AggregatorService;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutated records among good ones on every topic the aggregators read ({@code belay.mutants} in
 * all): none stops the application, all that make no sense are in the dead letters, each once, with
 * where from and why, and the metrics are those of the rest.
 */
@Timeout(1_200)
class MutatedRecordsIT {
    private static final long SEED = Long.getLong("belay.seed", 20261126);
    private static final int MUTANTS = Integer.getInteger("belay.mutants", 1_500);
    private static final int A_ROUND = 15;
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(2);
    private static final Duration QUIET = Duration.ofSeconds(2);

    @TempDir Path data;

    @Test
    void mutatedRecordsStopNothingAndCountNowhere() throws Exception {
        try (var platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {})) {
            check(platform.bootstrapServers(), platform.registryUrl());
        }
    }

    private void check(String broker, String registry) throws Exception {
        // Given
        Clients clients =
                new Clients(Settings.of(settings(broker, registry)), new SimpleMeterRegistry());
        try (var admin = clients.admin()) {
            TopicPlan.forInstallation(clients.settings())
                    .withTask(clients.topics(), Pairs.TASK, Pairs.PARTITIONS, Set.of())
                    .apply(admin);
        }
        long beginNs = System.nanoTime();
        Random random = new Random(SEED);
        Judge judge = new Judge(registry);
        judge.registerAll();
        try (Load load = new Load(broker, registry, random);
                MetricsView metrics = new MetricsView(broker, judge);
                DeadLettersView letters = new DeadLettersView(broker)) {
            List<Mutant> mutants = mutants(new Mutator(load, judge, random), random);
            MutantCensus census = new MutantCensus(judge);
            load.round(
                    List.of(
                            load.codec()
                                    .record(
                                            Load.MODELS,
                                            null,
                                            Mutator.FOREIGN,
                                            Mutator.foreign(),
                                            System.currentTimeMillis())));
            // When
            AggregatorService service = new AggregatorService(clients);
            try (var group = ServiceGroup.start(List.of(service))) {
                for (int from = 0; from < mutants.size(); from += A_ROUND) {
                    List<ProducerRecord<byte[], byte[]>> some = new ArrayList<>();
                    for (Mutant m :
                            mutants.subList(from, Math.min(mutants.size(), from + A_ROUND))) {
                        some.add(m.record());
                        census.add(m);
                    }
                    load.round(some);
                    requireAlive(service, group);
                }
                load.finish();
                // Then
                BatchRecount recount = new BatchRecount();
                Map<String, ConsumerRecord<byte[], byte[]>> bad = new HashMap<>();
                sort(broker, judge, recount, bad);
                settle(recount, metrics, letters, bad.size(), service, group);
                assertEquals(List.of(), recount.differences(metrics.rows()));
                recount.requireFigures(metrics.rows());
                letters.require(bad);
                System.out.printf(
                        "%d mutants (seed %d), %d of %d records bad, %d dead letters, %d"
                                + " predictions, %d rows as recounted, in %d s%n%s",
                        mutants.size(),
                        SEED,
                        bad.size(),
                        census.records(),
                        letters.size(),
                        recount.predictions(),
                        recount.tables().size(),
                        (System.nanoTime() - beginNs) / 1_000_000_000,
                        census);
            }
        }
    }

    private Map<String, String> settings(String broker, String registry) {
        return Map.of(
                "kafka.bootstrap.servers",
                broker,
                "registry.url",
                registry,
                "topics.replication",
                "1",
                "state",
                data.resolve("streams").toString(),
                // nothing is too late: by what time would depend on the order in which records come
                "aggregator.truth-horizon",
                "900000d");
    }

    private static List<Mutant> mutants(Mutator mutator, Random random) {
        List<Mutant> mutants = new ArrayList<>();
        for (int i = 0; i < MUTANTS; i++) {
            mutants.add(mutator.of(Load.TOPICS.get(i % Load.TOPICS.size())));
        }
        Collections.shuffle(mutants, random);
        return mutants;
    }

    /** Everything that the input topics hold: into the recount, or to the bad. */
    private static void sort(
            String broker,
            Judge judge,
            BatchRecount recount,
            Map<String, ConsumerRecord<byte[], byte[]>> bad) {
        try (RawLog log = new RawLog(broker, Load.TOPICS)) {
            for (ConsumerRecord<byte[], byte[]> record : log.rest()) {
                Judge.Verdict verdict = judge.of(record.topic(), record.key(), record.value());
                if (verdict.nonsense() == null) {
                    recount.add(record, verdict.event());
                } else {
                    bad.put(DeadLettersView.place(record), record);
                }
            }
        }
    }

    /** A trouble that names no task is an application that has died. */
    private static void requireAlive(AggregatorService service, ServiceGroup group) {
        assertNull(group.failure());
        for (String trouble : service.troubles()) {
            assertTrue(trouble.startsWith("task "), trouble);
        }
    }

    private static void settle(
            BatchRecount recount,
            MetricsView metrics,
            DeadLettersView letters,
            int bad,
            AggregatorService service,
            ServiceGroup group) {
        long deadline = System.nanoTime() + SETTLED_WITHIN.toNanos();
        boolean settled = false;
        while (!settled && System.nanoTime() < deadline) {
            requireAlive(service, group);
            letters.poll(Duration.ofMillis(100));
            metrics.poll(Duration.ofMillis(100));
            settled = letters.size() >= bad && recount.differences(metrics.rows()).isEmpty();
        }
        long quietNs = System.nanoTime();
        while (System.nanoTime() - quietNs < QUIET.toNanos()) {
            requireAlive(service, group);
            letters.poll(Duration.ofMillis(100));
            metrics.poll(Duration.ofMillis(100));
        }
    }
}
