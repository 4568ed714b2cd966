package dev.belay.it.aggregators;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.AggregatorService;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.http.HttpServer;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The aggregator on a real broker: four partitions, exactly-once, stopped and started again. */
@Timeout(240)
class AggregatorServiceIT {
    private static final String TASK = "t";
    private static final int PARTITIONS = 4;
    private static final int EXAMPLES = 1_000;
    private static final String WEAK = "x/weak#0@0";
    private static final String STRONG = "x/strong#0@0";
    private static final String TOP = "x/top#0@0";
    private static final String KEY = STRONG + "|1|HOLDOUT|cumulative";

    @TempDir Path data;

    @Test
    void countsStandAfterARestartAndLateTruthStillMovesThem() throws Exception {
        try (var platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {})) {
            check(
                    clients(
                            Map.of(
                                    "kafka.bootstrap.servers",
                                    platform.bootstrapServers(),
                                    "registry.url",
                                    platform.registryUrl(),
                                    "topics.replication",
                                    "1",
                                    "state",
                                    data.resolve("streams").toString())));
        }
    }

    private static Clients clients(Map<String, String> settings) {
        return new Clients(
                Settings.of(settings), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    private static HttpServer health(Clients clients, ServiceGroup group) {
        return HttpServer.start(
                clients.settings().with(Map.of("health.port", "0")),
                (PrometheusMeterRegistry) clients.meters(),
                group);
    }

    private static String pair(String name, String of) {
        return "%s{experiment=\"x\",%sstudent=\"%s\",supervisor=\"%s\",task=\"%s\"}"
                .formatted(name, of, STRONG, WEAK, TASK);
    }

    /** In Prometheus' text form, some moment soon. */
    private static void scrapeSays(HttpServer health, String... parts) {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + health.port() + "/metrics"))
                        .build();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            String said =
                                    HttpClient.newHttpClient()
                                            .send(request, BodyHandlers.ofString())
                                            .body();
                            for (String part : parts) {
                                assertTrue(
                                        said.contains(part),
                                        () ->
                                                "no "
                                                        + part
                                                        + " among\n"
                                                        + said.lines()
                                                                .filter(l -> l.startsWith("belay"))
                                                                .collect(joining("\n")));
                            }
                        });
    }

    static void check(Clients clients) throws Exception {
        try (var admin = clients.admin()) {
            TopicPlan.forInstallation(clients.settings())
                    .withTask(clients.topics(), TASK, PARTITIONS, Set.of())
                    .apply(admin);
        }
        try (var producer = clients.producer("test");
                var metrics =
                        new TopicTable<>(clients, clients.topics().metrics(), PairMetrics.class)) {
            producer.initTransactions();
            // Given everything but the truth of the odd examples
            try (var group = ServiceGroup.start(List.of(new AggregatorService(clients)));
                    var health = health(clients, group)) {
                transaction(producer, sender -> everythingButOddTruth(clients, sender));
                PairMetrics row = rowWith(metrics, EXAMPLES / 2);
                assertEquals(EXAMPLES / 2, row.getWithoutTruth());
                assertEquals(1.0, requireNonNull(row.getCeilingAccuracy()).getValue());
                // and the anytime-valid PGR only: n still grows
                assertEquals("truth-missing", row.getPgrUndefined());
                assertNotNull(row.getAnytimePgr());
                scrapeSays(
                        health,
                        "belay_accuracy{experiment=\"x\",of=\"ceiling\",student=\"" + STRONG,
                        "belay_predictions_counted_total{service=\"aggregator\"} "
                                + 3.0 * EXAMPLES);
                assertNull(group.failure());
            }
            // When it comes after a restart
            try (var group = ServiceGroup.start(List.of(new AggregatorService(clients)));
                    var health = health(clients, group)) {
                // Then what was told before is shown again, until there is more to tell
                scrapeSays(health, pair("belay_examples_seen", "") + " 256.0");
                transaction(producer, sender -> truths(clients, sender, 1));
                PairMetrics row = rowWith(metrics, EXAMPLES);
                // Then
                assertEquals(0, row.getWithoutTruth());
                assertEquals(right(4), requireNonNull(row.getSupervisorAccuracy()).getValue());
                assertEquals(right(8), requireNonNull(row.getStudentAccuracy()).getValue());
                assertEquals(false, row.getProvisional());
                scrapeSays(
                        health,
                        pair("belay_accuracy", "of=\"supervisor\",") + " " + right(4),
                        pair("belay_accuracy", "of=\"student\",") + " " + right(8),
                        pair("belay_pgr", "") + " " + requireNonNull(row.getPgr()).getValue(),
                        pair("belay_checkpoint_number", "") + " 1.0",
                        "belay_dead_letters_total{service=\"aggregator\",topic=\"belay.t.truth\"} 0.0");
                assertNull(group.failure());
            }
        }
    }

    /** Share of examples whose number is not a multiple of {@code wrongEvery}. */
    private static double right(int wrongEvery) {
        return (double) (EXAMPLES - EXAMPLES / wrongEvery) / EXAMPLES;
    }

    private static PairMetrics rowWith(TopicTable<PairMetrics> metrics, long n) {
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            metrics.poll(Duration.ofMillis(100));
                            PairMetrics row = metrics.get(KEY);
                            return row != null
                                    && row.getN() == n
                                    && row.getCeilingCheckpoint() != null;
                        });
        return requireNonNull(metrics.get(KEY));
    }

    private interface Sender {
        void send(String topic, String key, SpecificRecord event);
    }

    private static void transaction(
            Producer<byte[], byte[]> producer,
            java.util.function.Consumer<Producer<byte[], byte[]>> body) {
        producer.beginTransaction();
        body.accept(producer);
        producer.commitTransaction();
    }

    private static void everythingButOddTruth(Clients clients, Producer<byte[], byte[]> producer) {
        EventCodec codec = clients.codec();
        var topics = clients.topics();
        Sender sender =
                (topic, key, event) -> send(producer, codec.record(topic, null, key, event, 1_000));
        sender.send(topics.models(), WEAK, spec(WEAK, "weak", "truth", null));
        sender.send(topics.models(), STRONG, spec(STRONG, "strong", WEAK, TOP));
        sender.send(topics.models(), TOP, spec(TOP, "top", "truth", null));
        for (String model : List.of(WEAK, STRONG, TOP)) {
            sender.send(topics.checkpoints(), model, checkpoint(model));
        }
        truths(clients, producer, 0);
        sweep(WEAK, 4, sender, topics.predictions(TASK));
        sweep(STRONG, 8, sender, topics.predictions(TASK));
        sweep(TOP, EXAMPLES + 1, sender, topics.predictions(TASK));
    }

    private static void truths(Clients clients, Producer<byte[], byte[]> producer, int from) {
        String topic = clients.topics().truth(TASK);
        for (int i = from; i < EXAMPLES; i += 2) {
            Truth truth = EventFactory.truth(id(i), i % 3 == 0 ? 1 : 0, 1_000L);
            send(producer, clients.codec().record(topic, null, id(i), truth, 1_000));
        }
    }

    /** A send that fails makes the transaction's commit fail. */
    private static void send(
            Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        var unused = producer.send(record);
    }

    private static void sweep(String model, int wrongEvery, Sender sender, String topic) {
        List<List<Integer>> byPartition = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            byPartition.add(new ArrayList<>());
        }
        for (int i = 0; i < EXAMPLES; i++) {
            byte[] key = id(i).getBytes(StandardCharsets.UTF_8);
            byPartition.get(Utils.toPositive(Utils.murmur2(key)) % PARTITIONS).add(i);
        }
        for (List<Integer> rows : byPartition) {
            List<String> ids = new ArrayList<>();
            List<Long> times = new ArrayList<>();
            List<Float> probabilities = new ArrayList<>();
            for (int i : rows) {
                int truth = i % 3 == 0 ? 1 : 0;
                int said = i % wrongEvery == 0 && wrongEvery <= EXAMPLES ? 1 - truth : truth;
                ids.add(id(i));
                times.add(2_000L);
                probabilities.add(said == 0 ? 0.75f : 0.25f);
                probabilities.add(said == 0 ? 0.25f : 0.75f);
            }
            PredictionBlock block =
                    EventFactory.block(
                            model,
                            1L,
                            Phase.HOLDOUT,
                            2,
                            ids,
                            times,
                            probabilities,
                            (long) EXAMPLES,
                            false);
            sender.send(topic, ids.get(0), block);
        }
    }

    private static String id(int i) {
        return "example-" + i;
    }

    private static Checkpoint checkpoint(String model) {
        return Checkpoint.newBuilder()
                .setModel(model)
                .setNumber(1L)
                .setState(State.FINISHED)
                .setReason(null)
                .setWeightsUri("file:w")
                .setWeightsSha256("00")
                .setStateUri("file:s")
                .setStateSha256("00")
                .setExamplesSeen(256L)
                .setCursor(List.of())
                .setNextPartition(0)
                .setSupervisorCheckpoints(List.of())
                .setLoss(0.5)
                .setGradientNorm(0.0)
                .setSpecHash("hash")
                .setSoftwareVersion("test")
                .setEventTimeMs(1_000L)
                .build();
    }

    private static ModelSpec spec(
            String id, String model, String supervisor, @Nullable String ceiling) {
        return ModelSpec.newBuilder()
                .setId(id)
                .setExperiment("x")
                .setModel(model)
                .setSeed(0L)
                .setRun(0)
                .setSpecHash("hash")
                .setTask(TASK)
                .setClasses(List.of("a", "b"))
                .setPartitions(PARTITIONS)
                .setEncoderName("minilm")
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(supervisor)
                .setCeiling(ceiling)
                .setSplit(Split.STUDENT)
                .setBudget(256L)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAMW)
                                .setLearningRate(1e-3)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }
}
