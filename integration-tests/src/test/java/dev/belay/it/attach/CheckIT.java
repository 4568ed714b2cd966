package dev.belay.it.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.experiment.BelayProcess;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code belay check} on a task into which other clients have written. */
@Timeout(400)
class CheckIT {
    private static final Pattern METRICS = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+/metrics)");
    private static final String EXAMPLES = "belay.tickets.examples";
    private static final String LABELS = "belay.tickets.labels.truth";
    private static final long NOW = 1_700_000_000_000L;
    private static final String FILE =
            """
            name: tickets
            task: {classes: [other, urgent]}
            data: {path: tickets.jsonl, holdout: {share: 0.2}}
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 50}
            """;

    @TempDir Path folder;
    private EmbeddedPlatform platform;
    private Clients clients;

    @BeforeEach
    void start() throws Exception {
        platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("data"), 0, 0), line -> {});
        clients =
                new Clients(
                        Settings.of(
                                Map.of(
                                        "kafka.bootstrap.servers", platform.bootstrapServers(),
                                        "registry.url", platform.registryUrl())),
                        new SimpleMeterRegistry());
        Path file = Files.writeString(folder.resolve("t.yaml"), FILE);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            rows.append(
                    "{\"id\": \"r%d\", \"text\": \"text %d\", \"label\": %d}\n"
                            .formatted(i, i, i % 2));
        }
        Files.writeString(folder.resolve("tickets.jsonl"), rows);
        belay(0, "topics", "apply", "--experiment", file.toString());
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void eachKindOfProblemIsNamedCountedAndWatched() throws Exception {
        // Given
        assertEquals("[]", belay(0, "check", "tickets", "--json").strip());
        try (BelayProcess watch =
                BelayProcess.start(
                        folder.resolve("watch"),
                        with("check", "tickets", "--watch", "200ms", "--set", "health.port=0"))) {
            String metrics = watch.awaitOutput(METRICS);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> scrape(metrics).containsValue(0.0));
            assertTrue(scrape(metrics).values().stream().allMatch(n -> n == 0));
            // When
            clients.inTransaction("another client", wrong());
            // Then
            Map<String, Integer> kinds = new TreeMap<>();
            StringBuilder found = new StringBuilder();
            for (JsonNode finding :
                    new ObjectMapper().readTree(belay(1, "check", "tickets", "--json"))) {
                kinds.merge(finding.get("kind").textValue(), 1, Integer::sum);
                found.append(finding.get("found").textValue())
                        .append(finding.get("remedy").textValue());
            }
            assertEquals(
                    new TreeMap<>(
                            Map.of(
                                    "wrong-partition", 1,
                                    "time-in-seconds", 1,
                                    "time-in-future", 1,
                                    "unknown-model", 3,
                                    "distribution", 1,
                                    "unreadable", 1,
                                    "classes", 1,
                                    "incomplete-sweep", 1,
                                    "no-end", 1)),
                    kinds,
                    found::toString);
            for (String part :
                    List.of(
                            "in those of CRC32, librdkafka's default",
                            "partitioner=murmur2_random",
                            "40 event times of belay.tickets.truth are before 1973",
                            "1 event times of belay.tickets.holdout are in the future",
                            " of 42 records of belay.tickets.labels.truth",
                            "1 labels of belay.tickets.labels.truth name the labeler 'tickets/vote#0@7'",
                            "Known: tickets/vote#0@0",
                            "1 labels of belay.tickets.labels.truth have probabilities that are not a",
                            "sum to 1, found 1.5",
                            "1 predictions of model 'tickets/theirs#0@0'",
                            "source of tickets/vote#0@0 is tickets/nobody#0@0",
                            "tickets/vote#0@0 at checkpoint 1 has 1 of 2 rows; missing: [h2]",
                            "partitions [1, 2, 3] of belay.tickets.examples have no end",
                            "1 records of belay.models are no ModelSpec",
                            "key 'garbage'",
                            "kcat -P -b BROKER -t belay.models")) {
                assertTrue(found.toString().contains(part), () -> part + " in " + found);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> {
                                Map<String, Double> gauges = scrape(metrics);
                                gauges.values().removeIf(n -> n == 0);
                                Map<String, Double> expected = new TreeMap<>();
                                kinds.forEach((kind, n) -> expected.put(kind, (double) n));
                                assertEquals(expected, gauges);
                            });
            assertEquals(143, watch.terminate());
            assertTrue(watch.output().contains("check was stopped by a signal"), watch::output);
        }
        // and after the tombstone that the remedy names there is no garbage
        clients.inTransaction(
                "another client",
                List.of(new ProducerRecord<>("belay.models", 3, bytes("garbage"), null)));
        assertTrue(!belay(1, "check", "tickets").contains("are no ModelSpec"));
    }

    @Test
    void examplesPassedOverAreAFindingAndAnExampleThatWaitsForTruthIsANote() throws Exception {
        // Given: the labeler of truth has skipped ten examples, half of them with later truth
        belay(0, "models", "add", folder.resolve("t.yaml").toString());
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String id = "e" + i;
            records.add(
                    record(EXAMPLES, id, EventFactory.example(id, Split.STUDENT, "a text", NOW)));
            if (i < 5) {
                long later = NOW + Duration.ofDays(40 + i).toMillis();
                records.add(
                        clients.codec()
                                .record(
                                        "belay.tickets.truth",
                                        null,
                                        id,
                                        EventFactory.truth(id, 1, later),
                                        later));
            }
        }
        records.add(
                record(
                        LABELS,
                        "e0",
                        EventFactory.label(
                                EventFactory.example("e0", Split.STUDENT, "a text", NOW),
                                "truth",
                                0,
                                List.of(0f, 1f))));
        clients.inTransaction("another client", records);
        try (Admin admin = clients.admin()) {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            for (int p = 0; p < 4; p++) {
                latest.put(new TopicPartition(EXAMPLES, p), OffsetSpec.latest());
            }
            Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
            admin.listOffsets(latest)
                    .all()
                    .get()
                    .forEach((p, end) -> ends.put(p, new OffsetAndMetadata(end.offset())));
            admin.alterConsumerGroupOffsets("belay.tickets.labeler.truth", ends).all().get();
        }
        // When: an example without truth follows
        clients.inTransaction(
                "another client",
                List.of(
                        clients.codec()
                                .record(
                                        EXAMPLES,
                                        1,
                                        "T-bad4",
                                        EventFactory.example("T-bad4", Split.STUDENT, "b", NOW),
                                        NOW)));
        // Then
        String found = belay(1, "check", "tickets");
        for (String part :
                List.of(
                        "4 of the first 10 examples got no truth label",
                        "41d to 44d later, labeler.truth-horizon is 7d",
                        "another task.name",
                        "partition 1 waits for truth of example 'T-bad4'",
                        "1 things wrong")) {
            assertTrue(found.contains(part), () -> part + " in " + found);
        }
    }

    /** One record or more of each kind of mistake. */
    private List<ProducerRecord<byte[], byte[]>> wrong() {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            CRC32 crc = new CRC32();
            crc.update(bytes("t" + i));
            records.add(
                    clients.codec()
                            .record(
                                    "belay.tickets.truth",
                                    (int) (crc.getValue() % 4),
                                    "t" + i,
                                    EventFactory.truth("t" + i, 1, NOW / 1000),
                                    NOW));
        }
        // labels in partitions of CRC32, where truth may be; of an unknown run; not a distribution
        for (int i = 0; i < 40; i++) {
            CRC32 crc = new CRC32();
            crc.update(bytes("t" + i));
            Example example = EventFactory.example("t" + i, Split.STUDENT, "a text", NOW);
            records.add(
                    clients.codec()
                            .record(
                                    LABELS,
                                    (int) (crc.getValue() % 4),
                                    "t" + i,
                                    EventFactory.label(example, "truth", 0, List.of(0f, 1f, 0f)),
                                    NOW));
        }
        Example example = EventFactory.example("l", Split.STUDENT, "a text", NOW);
        records.add(
                record(
                        LABELS,
                        "l",
                        EventFactory.label(example, "tickets/vote#0@7", 0, List.of(0f, 1f, 0f))));
        records.add(
                record(LABELS, "l", EventFactory.label(example, "truth", 0, List.of(1f, .5f, 0f))));
        for (String id : List.of("h1", "h2")) {
            long at = id.equals("h1") ? NOW : 2 * NOW;
            records.add(
                    record(
                            "belay.tickets.holdout",
                            id,
                            EventFactory.example(id, Split.HOLDOUT, "a text", at)));
        }
        records.add(
                record("belay.labelers", "tickets/vote#0@0", labeler("vote", List.of("a", "b"))));
        records.add(
                record(
                        "belay.labelers",
                        "tickets/other#0@0",
                        labeler("other", List.of("a", "b", "c"))));
        records.add(record("belay.tickets.predictions", "h1", block("tickets/theirs#0@0")));
        records.add(record("belay.tickets.predictions", "h1", block("tickets/vote#0@0")));
        records.add(
                record(
                        "belay.tickets.progress",
                        "examples-0",
                        Progress.newBuilder()
                                .setTopic("belay.tickets.examples")
                                .setPartition(0)
                                .setWriter("another client")
                                .setRecords(0)
                                .setSplits(Map.of())
                                .setEnded(true)
                                .build()));
        records.add(new ProducerRecord<>("belay.models", 3, bytes("garbage"), new byte[] {1, 2}));
        return records;
    }

    private static LabelerSpec labeler(String name, List<String> classes) {
        return LabelerSpec.newBuilder()
                .setId("tickets/" + name + "#0@0")
                .setVersion(1)
                .setTask("tickets")
                .setClasses(classes)
                .setPartitions(4)
                .setMethod(new Method("external", Map.of()))
                .setSources(name.equals("vote") ? List.of("tickets/nobody#0@0") : List.of())
                .setSpecHash("")
                .setEventTimeMs(NOW)
                .build();
    }

    private static PredictionBlock block(String model) {
        return PredictionBlock.newBuilder()
                .setModel(model)
                .setCheckpoint(1)
                .setPhase(Phase.HOLDOUT)
                .setClasses(2)
                .setIds(List.of("h1"))
                .setEventTimesMs(List.of(NOW))
                .setProbabilities(List.of(.5f, .5f))
                .setSweepRows(2)
                .build();
    }

    private ProducerRecord<byte[], byte[]> record(String topic, String key, SpecificRecord event) {
        return clients.codec().record(topic, null, key, event, NOW);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The gauges of findings, by kind. */
    private static Map<String, Double> scrape(String url) throws Exception {
        String page =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(url)).build(),
                                BodyHandlers.ofString())
                        .body();
        Map<String, Double> gauges = new TreeMap<>();
        Pattern line =
                Pattern.compile("belay_check_findings\\{kind=\"([a-z-]+)\",task=\"tickets\"} (.*)");
        page.lines()
                .map(line::matcher)
                .filter(m -> m.matches())
                .forEach(m -> gauges.put(m.group(1), Double.valueOf(m.group(2))));
        return gauges;
    }

    private String[] with(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(
                List.of(
                        "--bootstrap-servers",
                        platform.bootstrapServers(),
                        "--registry",
                        platform.registryUrl()));
        return all.toArray(String[]::new);
    }

    private String belay(int code, String... command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int found =
                Belay.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(with(command));
        assertEquals(code, found, () -> out + "\n" + err);
        return out.toString();
    }
}
