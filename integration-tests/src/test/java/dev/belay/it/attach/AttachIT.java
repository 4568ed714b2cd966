package dev.belay.it.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.experiment.BelayProcess;
import dev.belay.it.experiment.PlainReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics as another team has them: nested JSON, no keys, its own partitioner, truth elsewhere. */
@Timeout(300)
class AttachIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TICKETS = 600;
    private static final String FILE =
            """
            name: tickets
            task: {classes: [other, urgent]}
            data:
              source:
                kind: topic
                topic: tickets
                where: (.channel == "mail")
                time: opened
                truth-topic: outcomes
                truth-id: .ticket
                truth-label: (if .minutes < 60 then "urgent" else "other" end)
                votes-topic: answers
                votes-id: .about
                votes-annotator: .by
                votes-label: .is
              fields:
                id: .no
                text: (.subject + " " + .body.text)
                tags: {team: $headers.team}
              holdout: {share: 0.2, size: 50}
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 50}
              student: {encoder: hashing-bigrams, supervisor: bow, ceiling: none}
            """;

    @TempDir Path folder;
    private EmbeddedPlatform platform;
    private String[] at;

    @BeforeEach
    void start() throws Exception {
        platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("data"), 0, 0), line -> {});
        at =
                new String[] {
                    "--bootstrap-servers",
                    platform.bootstrapServers(),
                    "--registry",
                    platform.registryUrl()
                };
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            admin.createTopics(
                            List.of(
                                    new NewTopic("tickets", 3, (short) 1),
                                    new NewTopic("outcomes", 5, (short) 1),
                                    new NewTopic("answers", 2, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void everyRecordIsThereOnceAlthoughTheSourceIsKilled() throws Exception {
        // Given
        Path file = Files.writeString(folder.resolve("tickets.yaml"), FILE);
        Map<String, Integer> outcomes = write(0, TICKETS);
        try (BelayProcess attach = attach(file)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> exists("belay.tickets.truth") && examples().size() >= 100);
            attach.kill();
        }
        // When: more arrives while it is away
        outcomes.putAll(write(TICKETS, TICKETS));
        int mails = 2 * (2 * TICKETS) / 3;
        try (BelayProcess attach = attach(file)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(
                            () ->
                                    examples().size() >= mails - 1
                                            && truth().size() >= outcomes.size()
                                            && votes().size() >= 2 * TICKETS);
            attach.kill();
        }
        // Then
        Map<String, String> examples = examples();
        assertEquals(mails - 1, examples.size(), "but the one without a text");
        assertEquals("printer 3 is on fire", examples.get("t3"));
        assertEquals(outcomes, truth());
        List<String> votes = new ArrayList<>();
        for (int i = 0; i < 2 * TICKETS; i++) {
            votes.add("t" + i + " a" + i % 3 + " " + (i % 5 == 0 ? null : i % 2));
        }
        assertEquals(votes.stream().sorted().toList(), votes());
        // and the bad record is a dead letter, which is sent back once
        JsonNode deadLetters = json("dead-letters", "list", "--each", "--json");
        assertEquals(1, deadLetters.size(), deadLetters::toString);
        assertTrue(
                deadLetters.get(0).get("reason").textValue().contains(".subject"),
                deadLetters::toString);
        assertEquals("tickets", deadLetters.get(0).get("topic").textValue());
        String place = deadLetters.get(0).get("place").textValue();
        assertTrue(belay(0, "dead-letters", "show", place).contains("team: red"));
        long before = records("tickets");
        assertTrue(
                belay(0, "dead-letters", "redrive", "--reason", "SUBJECT")
                        .contains("1 dead letters redriven"));
        assertTrue(
                belay(0, "dead-letters", "redrive", "--all").contains("0 dead letters redriven"));
        assertEquals(before + 2, records("tickets"), "a record and the marker of its transaction");
        assertEquals(
                "redriven",
                json("dead-letters", "list", "--each", "--json").get(0).get("status").textValue());
        assertTrue(belay(0, "dead-letters", "purge", "--all").contains("records deleted"));
        assertEquals(0, json("dead-letters", "list", "--json").size());
    }

    private BelayProcess attach(Path file) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("attach", file.toString(), "--set", "health.port=0"));
        command.addAll(List.of(at));
        return BelayProcess.start(folder.resolve("attach"), command.toArray(String[]::new));
    }

    /** Writes tickets, a third of them no mails, and their outcomes, and returns the latter. */
    private Map<String, Integer> write(int from, int count) throws Exception {
        Map<String, Integer> outcomes = new TreeMap<>();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            Map<String, Object> ticket = new HashMap<>();
            ticket.put("no", "t" + i);
            ticket.put("channel", i % 3 == 2 ? "phone" : "mail");
            ticket.put("opened", 1_700_000_000_000L + i);
            ticket.put("subject", i == 7 ? Map.of("wrong", i) : "printer " + i);
            ticket.put("body", Map.of("text", "is on fire"));
            var record =
                    new ProducerRecord<byte[], byte[]>(
                            "tickets",
                            i % 3 == 0 ? 0 : i % 3,
                            null,
                            JSON.writeValueAsBytes(ticket));
            record.headers().add("team", "red".getBytes(StandardCharsets.UTF_8));
            records.add(record);
            Map<String, Object> answer = new HashMap<>();
            answer.put("about", "t" + i);
            answer.put("by", "a" + i % 3);
            answer.put("is", i % 5 == 0 ? null : i % 2 == 0 ? "other" : "urgent");
            records.add(
                    new ProducerRecord<>("answers", i % 2, null, JSON.writeValueAsBytes(answer)));
            if (i % 2 == 0) {
                int minutes = i % 100;
                outcomes.put("t" + i, minutes < 60 ? 1 : 0);
                records.add(
                        new ProducerRecord<>(
                                "outcomes",
                                i % 5,
                                null,
                                JSON.writeValueAsBytes(
                                        Map.of("ticket", "t" + i, "minutes", minutes))));
            }
        }
        send(records);
        return outcomes;
    }

    private void send(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", platform.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            var sent = records.stream().map(producer::send).toList();
            for (var one : sent) {
                one.get();
            }
        }
    }

    /** Text of each example, by id; of the stream and of the holdout. */
    private Map<String, String> examples() {
        Map<String, String> texts = new TreeMap<>();
        read("belay\\.tickets\\.(examples|holdout)")
                .forEach(
                        e -> {
                            assertEquals("red", team(e));
                            String before =
                                    texts.put(e.get("id").toString(), e.get("text").toString());
                            assertEquals(null, before, () -> "twice: " + e.get("id"));
                        });
        return texts;
    }

    private static String team(GenericRecord example) {
        Map<String, String> tags = new HashMap<>();
        ((Map<?, ?>) example.get("tags")).forEach((k, v) -> tags.put(k.toString(), v.toString()));
        return tags.getOrDefault("team", "");
    }

    private Map<String, Integer> truth() {
        Map<String, Integer> labels = new TreeMap<>();
        read("belay\\.tickets\\.truth")
                .forEach(e -> labels.put(e.get("id").toString(), (Integer) e.get("label")));
        return labels;
    }

    /** Example, annotator and label of each vote, sorted. */
    private List<String> votes() {
        return read("belay\\.tickets\\.votes").stream()
                .map(e -> e.get("example") + " " + e.get("annotator") + " " + e.get("label"))
                .sorted()
                .toList();
    }

    private List<GenericRecord> read(String topics) {
        List<GenericRecord> events = new ArrayList<>();
        try (var reader = new PlainReader(platform.bootstrapServers(), platform.registryUrl())) {
            reader.forAll(
                    Pattern.compile(topics),
                    read -> {
                        if (read.value() != null) {
                            events.add(read.value());
                        }
                    });
        }
        return events;
    }

    private boolean exists(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            return admin.listTopics().names().get().contains(topic);
        }
    }

    private long records(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            Objects.requireNonNull(
                            admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic))
                    .partitions()
                    .forEach(
                            p ->
                                    latest.put(
                                            new TopicPartition(topic, p.partition()),
                                            OffsetSpec.latest()));
            return admin.listOffsets(latest).all().get().values().stream()
                    .mapToLong(o -> o.offset())
                    .sum();
        }
    }

    private JsonNode json(String... command) throws Exception {
        return JSON.readTree(belay(0, command));
    }

    private String belay(int code, String... command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(at));
        int found =
                Belay.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(all.toArray(String[]::new));
        assertEquals(code, found, () -> out + "\n" + err);
        return out.toString();
    }
}
