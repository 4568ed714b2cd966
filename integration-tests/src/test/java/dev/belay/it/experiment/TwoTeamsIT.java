package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.cli.service.Services;
import dev.belay.it.LongTest;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.http.HttpServer;
import dev.belay.runtime.http.Meters;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two teams on one installation: whatever one of them writes, the other's task goes on. */
@LongTest
@Timeout(400)
class TwoTeamsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BROKEN = "broken";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path folder;

    @Test
    void aTeamsBrokenSpecsAndGarbageLeaveTheOthersTaskAlone() throws Exception {
        // Given
        try (var platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {})) {
            Settings settings =
                    Settings.of(
                            Map.of(
                                    "kafka.bootstrap.servers", platform.bootstrapServers(),
                                    "registry.url", platform.registryUrl(),
                                    "health.port", "0",
                                    "store", folder.resolve("store").toString(),
                                    "cache", folder.resolve("cache").toString(),
                                    "state", folder.resolve("state").toString()));
            var meters = Meters.prometheus();
            Clients clients = new Clients(settings, meters);
            List<ProducerRecord<byte[], byte[]>> broken = brokenTeam(clients);
            clients.inTransaction("their.client", broken);
            try (ServiceGroup services = ServiceGroup.start(Services.all(clients));
                    HttpServer health = HttpServer.start(settings, meters, services)) {
                // When: before the other team begins, and while its models learn
                Thread again =
                        new Thread(() -> clients.inTransaction("their.other.client", broken));
                again.start();
                run(platform);
                again.join();
                // Then
                assertNull(services.failure());
                Awaitility.await()
                        .atMost(SOON)
                        .untilAsserted(() -> theirsIsReported(get(health, 200, "/health"), health));
                JsonNode small = get(health, 200, "/health/ready/small");
                assertTrue(small.get("running").size() > 0, small::toString);
                get(health, 503, "/health/ready/" + BROKEN);
                get(health, 404, "/health/ready/nobody");
                get(health, 200, "/health/ready");

                assertNull(services.failure());
            }
        }
    }

    private static void theirsIsReported(JsonNode report, HttpServer health) {
        assertTrue(report.get("live").booleanValue(), report::toString);
        assertTrue(report.get("ready").booleanValue(), report::toString);
        JsonNode theirs = report.get("tasks").get(BROKEN);
        assertFalse(theirs.get("ready").booleanValue(), report::toString);
        JsonNode why = theirs.get("problems");
        for (String[] expected :
                new String[][] {
                    {"trainer broken/loss#0@0", "no such loss"},
                    {"trainer broken/encoder#0@0", "unknown encoder 'no such encoder'"},
                    {"trainer broken/init#0@0", "expected experiment/model#seed@run"},
                    {"trainer broken/size#0@0", "microEpoch"},
                    {"trainer broken/partitions#0@0", "has 4 partitions, expected 7"},
                    {"labeler-specs broken/rule#0@0", "no labeler of kind 'no such kind'"}
                }) {
            JsonNode reason = why.get(expected[0]);
            assertTrue(
                    reason != null && reason.textValue().contains(expected[1]),
                    () -> expected[0] + " in " + report.toPrettyString());
        }
        assertTrue(health.port() > 0);
    }

    /** Records of a team whose client writes whatever it likes. */
    private static List<ProducerRecord<byte[], byte[]>> brokenTeam(Clients clients) {
        try (Admin admin = clients.admin()) {
            TopicPlan.forInstallation(clients.settings())
                    .withTask(
                            clients.topics(),
                            BROKEN,
                            clients.settings().taskPartitions(),
                            List.of(ModelId.TRUTH, "broken/rule#0@0"))
                    .apply(admin);
        }
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        int partitions = clients.settings().taskPartitions();
        String models = clients.topics().models();
        ModelSpec good = model("good", partitions);
        List<ModelSpec> specs =
                List.of(
                        good,
                        ModelSpec.newBuilder(model("loss", partitions))
                                .setLossMethod(new Method("no such loss", Map.of()))
                                .build(),
                        ModelSpec.newBuilder(model("encoder", partitions))
                                .setEncoderName("no such encoder")
                                .build(),
                        ModelSpec.newBuilder(model("init", partitions)).setInit("whatever").build(),
                        ModelSpec.newBuilder(model("size", partitions)).setMicroEpoch(0).build(),
                        ModelSpec.newBuilder(model("classes", partitions))
                                .setClasses(List.of("one"))
                                .build(),
                        ModelSpec.newBuilder(model("other-classes", partitions))
                                .setClasses(List.of("x", "y", "z"))
                                .build(),
                        ModelSpec.newBuilder(model("partitions", partitions))
                                .setPartitions(7)
                                .build(),
                        ModelSpec.newBuilder(model("task", partitions))
                                .setTask("no task/at all")
                                .build(),
                        ModelSpec.newBuilder(model("kind", partitions))
                                .setTaskKind("no kind")
                                .build(),
                        ModelSpec.newBuilder(model("selector", partitions))
                                .setSelector(new Method("no such selector", Map.of()))
                                .build(),
                        ModelSpec.newBuilder(model("where", partitions)).setWhere("?").build(),
                        ModelSpec.newBuilder(model("supervisor", partitions))
                                .setSupervisor("nobody")
                                .build());
        specs.forEach(spec -> records.add(record(clients, models, spec.getId(), spec)));
        records.add(record(clients, models, "broken/key#0@0", good));
        records.add(record(clients, models, "no id", good));
        for (int i = 0; i < 20; i++) {
            Example example = EventFactory.example("e" + i, Split.STUDENT, "a text", 7L);
            records.add(
                    record(clients, clients.topics().examples(BROKEN), example.getId(), example));
        }
        LabelerSpec rule =
                LabelerSpec.newBuilder()
                        .setId("broken/rule#0@0")
                        .setVersion(0)
                        .setTask(BROKEN)
                        .setClasses(List.of("no", "yes"))
                        .setPartitions(clients.settings().taskPartitions())
                        .setMethod(new Method("no such kind", Map.of()))
                        .setSpecHash("")
                        .setEventTimeMs(1)
                        .build();
        records.add(record(clients, clients.topics().labelers(), rule.getId(), rule));
        for (String[] uri :
                new String[][] {
                    {"good", "file:///etc/passwd.safetensors"},
                    {"supervisor", "ftp://nowhere/x"},
                    {"classes", ""}
                }) {
            Checkpoint checkpoint = checkpoint("broken/" + uri[0] + "#0@0", uri[1]);
            records.add(
                    record(
                            clients,
                            clients.topics().checkpoints(),
                            checkpoint.getModel(),
                            checkpoint));
        }
        for (String topic :
                List.of(models, clients.topics().labelers(), clients.topics().checkpoints())) {
            for (int partition = 0; partition < 16; partition++) {
                byte[] garbage = "garbage".getBytes(StandardCharsets.UTF_8);
                records.add(new ProducerRecord<>(topic, partition, garbage, garbage));
            }
        }
        byte[] noKey = "no key".getBytes(StandardCharsets.UTF_8);
        records.add(new ProducerRecord<>(clients.topics().checkpoints(), 0, null, noKey));
        return records;
    }

    private static ModelSpec model(String name, int partitions) {
        return ModelSpec.newBuilder()
                .setId("broken/" + name + "#0@0")
                .setExperiment(BROKEN)
                .setModel(name)
                .setSeed(0)
                .setRun(0)
                .setSpecHash("hash")
                .setTask(BROKEN)
                .setClasses(List.of("no", "yes"))
                .setPartitions(partitions)
                .setEncoderName("hashing")
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(ModelId.TRUTH)
                .setSplit(Split.SUPERVISOR)
                .setBudget(0)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAM)
                                .setLearningRate(0.02)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }

    private static Checkpoint checkpoint(String model, String uri) {
        return Checkpoint.newBuilder()
                .setModel(model)
                .setNumber(1)
                .setState(State.READY)
                .setWeightsUri(uri)
                .setWeightsSha256("00")
                .setStateUri("")
                .setStateSha256("")
                .setExamplesSeen(1)
                .setCursor(List.of())
                .setNextPartition(0)
                .setSupervisorCheckpoints(List.of())
                .setLoss(0.5)
                .setSpecHash("hash")
                .setSoftwareVersion("test")
                .setEventTimeMs(1000)
                .build();
    }

    private static ProducerRecord<byte[], byte[]> record(
            Clients clients, String topic, String key, SpecificRecord event) {
        return clients.codec().record(topic, null, key, event, 7);
    }

    private void run(EmbeddedPlatform platform) throws Exception {
        StringWriter err = new StringWriter();
        int code =
                Belay.commandLine()
                        .setOut(new PrintWriter(new StringWriter()))
                        .setErr(new PrintWriter(err, true))
                        .execute(
                                "run",
                                SmallExperiment.write(folder.resolve("small")).toString(),
                                "--out",
                                folder.resolve("out").toString(),
                                "--data",
                                folder.resolve("data").toString(),
                                "--bootstrap-servers",
                                platform.bootstrapServers(),
                                "--registry",
                                platform.registryUrl());
        assertEquals(0, code, err::toString);
        JsonNode summary = JSON.readTree(folder.resolve("out").resolve("summary.json").toFile());
        assertEquals(
                SmallExperiment.STUDENTS.size() * SmallExperiment.SEEDS.size(),
                summary.get("pairs").size());
    }

    private static JsonNode get(HttpServer health, int status, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + health.port() + path);
        HttpResponse<String> answer =
                HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        assertEquals(status, answer.statusCode(), answer::body);
        return JSON.readTree(answer.body());
    }
}
