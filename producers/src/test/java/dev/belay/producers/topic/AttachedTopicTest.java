package dev.belay.producers.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.plugins.Configured;
import dev.belay.producers.source.Batch;
import dev.belay.producers.source.Batch.Entry;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Source;
import dev.belay.producers.source.VoteColumns;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.Example;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** Topics that other teams write, in their own formats and with their own field names. */
class AttachedTopicTest {
    private static final String OUTCOMES = "outcomes";

    private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
    private final Clients clients =
            new Clients(Settings.of(Map.of()), new SimpleMeterRegistry(), registry);
    private final MockTopic topic = new MockTopic(2);

    @Test
    void expressionsMakeIdTextLabelTagsAndTime() {
        // Given
        topic.add(
                """
                {"meta": {"id": 7, "lang": "en"}, "title": "good", "body": "very", "stars": 5,
                 "at": 1700000000}""");
        Fields fields =
                new Fields(
                        ".meta.id",
                        new InputColumns.Text("(.title + \" \" + .body)"),
                        "(if .stars == null then null elif .stars > 3 then \"yes\" else \"no\" end)",
                        null,
                        Map.of("language", ".meta.lang"),
                        null);
        // When
        Batch batch = read(fields, Map.of("time", "(.at * 1000)"));
        // Then
        Entry entry = batch.entries().get(0);
        assertEquals("7", entry.id());
        assertEquals("good very", example(entry).getText());
        assertEquals(1, entry.label());
        assertEquals(Map.of("language", "en"), example(entry).getTags());
        assertEquals(1_700_000_000_000L, entry.eventTimeMs());
    }

    @Test
    void keyHeadersAndTimestampAreVariables() {
        topic.add(MockTopic.NAME, "k1", bytes("{\"text\": \"a\"}"));
        Batch batch =
                read(
                        new Fields(
                                "$key",
                                new InputColumns.Text("text"),
                                "label",
                                null,
                                Map.of("n", "($headers | length)", "t", "$timestamp"),
                                null),
                        Map.of());
        Entry entry = batch.entries().get(0);
        assertEquals("k1", entry.id());
        assertEquals(
                Map.of("n", "0", "t", Long.toString(MockTopic.TIME_MS)), example(entry).getTags());
        assertEquals(MockTopic.TIME_MS, entry.eventTimeMs());
    }

    @Test
    void whereTakesSomeRecordsAndTheOthersAreConsumed() {
        for (int i = 0; i < 10; i++) {
            topic.add("{\"id\": \"r%d\", \"text\": \"t\", \"n\": %d}".formatted(i, i));
        }
        Batch batch = read(Fields.defaults(), Map.of("where", "(.n % 2 == 0)"));
        assertEquals(10, batch.rows());
        assertEquals(5, batch.entries().size());
        assertEquals(0, batch.rejected().size());
    }

    @Test
    void examplesWithATimeAndTruthWithoutOneAreWarnedOf() {
        Map<String, String> untimed = Map.of("truth-topic", OUTCOMES, "time", "opened");
        List<String> warnings = warnings(untimed);
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).contains("labeler.truth-horizon"), warnings::toString);
        Map<String, String> timed = new HashMap<>(untimed);
        timed.put("truth-time", "closed");
        assertEquals(List.of(), warnings(timed));
        assertEquals(List.of(), warnings(Map.of("truth-topic", OUTCOMES)));
        assertEquals(List.of(), warnings(Map.of("time", "opened")));
        Map<String, String> votes =
                new HashMap<>(Map.of("votes-topic", OUTCOMES, "time", "opened"));
        assertTrue(warnings(votes).get(0).contains("no votes-time"));
        votes.put("votes-time", "at");
        assertEquals(List.of(), warnings(votes));
    }

    private List<String> warnings(Map<String, String> parameters) {
        return new TopicSource(clients, "task", config(Fields.defaults(), parameters)).warnings();
    }

    @Test
    void truthComesFromASecondTopicInAnyOrder() {
        // Given: truth before and after its example, and a record that has none
        topic.add(OUTCOMES, null, bytes("{\"ref\": \"a\", \"was\": 1}"));
        topic.add("{\"id\": \"a\", \"text\": \"first\"}");
        topic.add("{\"id\": \"b\", \"text\": \"second\"}");
        topic.add(OUTCOMES, null, bytes("{\"ref\": \"b\", \"was\": 0}"));
        topic.add(OUTCOMES, null, bytes("{\"ref\": \"b\", \"was\": null}"));
        // When
        Batch batch =
                read(
                        Fields.defaults(),
                        Map.of("truth-topic", OUTCOMES, "truth-id", "ref", "truth-label", ".was"));
        // Then
        Map<String, Integer> labels = new HashMap<>();
        batch.entries().stream()
                .filter(e -> e.row() == null)
                .forEach(e -> labels.put(e.id(), e.label()));
        assertEquals(Map.of("a", 1, "b", 0), labels);
        assertEquals(2, batch.entries().stream().filter(e -> e.row() != null).count());
        assertEquals(0, batch.rejected().size());
        assertEquals(4, batch.positions().size(), "partitions of both topics");
    }

    @Test
    void avroOfAnySchemaIsRead() throws Exception {
        // Given
        Schema schema =
                new Schema.Parser()
                        .parse(
                                """
                                {"type": "record", "name": "Review", "fields": [
                                  {"name": "id", "type": "long"},
                                  {"name": "text", "type": ["null", "string"]},
                                  {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
                                  {"name": "verdict", "type": {"type": "map", "values": "int"}}]}""");
        int id = registry.register(MockTopic.NAME + "-value", new AvroSchema(schema));
        var record = new GenericData.Record(schema);
        record.put("id", 12L);
        record.put("text", "fine");
        record.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "B"));
        record.put("verdict", Map.of("label", 1));
        topic.add(MockTopic.NAME, null, wire(id, schema, record));
        topic.add(MockTopic.NAME, null, bytes("not avro"));
        topic.add(MockTopic.NAME, null, new byte[] {0, 0, 0, 0, 99, 1});
        // When
        Batch batch =
                read(
                        new Fields(
                                "id",
                                new InputColumns.Text("text"),
                                ".verdict.label",
                                null,
                                Map.of("kind", "kind"),
                                null),
                        Map.of("format", "avro"));
        // Then
        Entry entry = batch.entries().get(0);
        assertEquals("12", entry.id());
        assertEquals("fine", example(entry).getText());
        assertEquals(1, entry.label());
        assertEquals(Map.of("kind", "B"), example(entry).getTags());
        assertEquals(2, batch.rejected().size());
    }

    @Test
    void jsonWithASchemaIdInFrontAndPlainTextAreRead() {
        byte[] json = bytes("{\"id\": \"a\", \"text\": \"t\"}");
        topic.add(
                MockTopic.NAME,
                null,
                ByteBuffer.allocate(5 + json.length).put((byte) 0).putInt(3).put(json).array());
        assertEquals(
                "a",
                read(Fields.defaults(), Map.of("format", "json-schema")).entries().get(0).id());

        MockTopic texts = new MockTopic(1).add(MockTopic.NAME, "k", bytes("just a line"));
        Batch batch =
                read(texts, new Fields("$key", "value", "label", null), Map.of("format", "string"));
        assertEquals("just a line", example(batch.entries().get(0)).getText());
    }

    @Test
    void whatExpressionsCannotDoIsADeadLetterWithItsReason() {
        topic.add("{\"id\": \"a\", \"text\": 5}").add("{\"id\": \"b\"}");
        Batch batch =
                read(
                        new Fields(
                                "id",
                                new InputColumns.Text("(.text | ascii_downcase)"),
                                "label",
                                null,
                                Map.of(),
                                null),
                        Map.of());
        assertEquals(2, batch.rejected().size());
        String reason =
                new String(
                        batch.rejected().get(0).headers().lastHeader("belay.reason").value(),
                        StandardCharsets.UTF_8);
        assertTrue(reason.contains("(.text | ascii_downcase)"), reason);
    }

    @Test
    void anEventTimeInSecondsIsRefused() {
        topic.add("{\"id\": \"a\", \"text\": \"t\", \"at\": 1700000000}");
        Batch batch = read(Fields.defaults(), Map.of("time", "at"));
        assertEquals(1, batch.rejected().size());
    }

    @Test
    void anExpressionThatIsNoneIsAnErrorOfTheFile() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> read(new Fields(".id", "(.text", "label", null), Map.of()));
        assertTrue(e.toString().contains("'(.text' is no jq expression"), e.toString());
        assertThrows(
                IllegalArgumentException.class,
                () -> Configured.of(Source.class, "topic", Map.of("topic", "t", "where", "(")));
        assertThrows(
                IllegalArgumentException.class,
                () -> Configured.of(Source.class, "topic", Map.of("topic", "t", "from", "noon")));
    }

    @Test
    void readingBeginsWhereTheFileSays() {
        for (int i = 0; i < 10; i++) {
            topic.add("{\"id\": \"r%d\", \"text\": \"t\"}".formatted(i));
        }
        assertEquals(10, read(Fields.defaults(), Map.of("from", "earliest")).rows());
        assertEquals(4, read(Fields.defaults(), Map.of("from", "3")).rows());
        assertEquals(0, read(Fields.defaults(), Map.of("from", "latest")).rows());
    }

    @Test
    void malformedValuesAreDeadLettersWithTheGuardsOfTheDocs() {
        for (String minutes : List.of("null", "\"5\"")) {
            topic.add(OUTCOMES, null, bytes("{\"id\": \"a\", \"minutes\": " + minutes + "}"));
        }
        topic.add(OUTCOMES, null, bytes("{\"id\": \"b\", \"minutes\": 5}"));
        topic.add("{\"id\": \"a\", \"subject\": \"s\", \"body\": null}");
        topic.add("{\"id\": \"b\", \"subject\": \"s\", \"body\": \"t\"}");
        Batch batch =
                read(
                        new Fields(
                                "id",
                                "(if (.subject | type) != \"string\" or (.body | type) != \"string\" then error(\"no subject or body\") else .subject + \"\\n\" + .body end)",
                                "label",
                                null),
                        Map.of(
                                "truth-topic",
                                OUTCOMES,
                                "truth-label",
                                "(if (.minutes | type) != \"number\" then error(\"minutes is no number\") elif .minutes < 60 then \"yes\" else \"no\" end)"));
        assertEquals(2, batch.entries().size());
        assertEquals(3, batch.rejected().size());
        List<String> reasons = reasons(batch);
        assertEquals(2, reasons.stream().filter(r -> r.contains("(minutes is no number)")).count());
        assertEquals(1, reasons.stream().filter(r -> r.contains("(no subject or body)")).count());
    }

    @Test
    void reasonsHaveNothingOfTheRecordAndNoLineBreak() {
        topic.add("{\"id\": \"a\", \"text\": {\"k\": \"secret\"}}");
        List<String> all = new ArrayList<>();
        for (String where :
                List.of("(.id = \"b\")", "(error)", "(.text + 1)", "(.text | ascii_downcase)")) {
            all.addAll(reasons(read(Fields.defaults(), Map.of("where", where))));
        }
        all.addAll(
                reasons(
                        read(
                                new MockTopic(1).add("{\"secret\": tru\n, }"),
                                Fields.defaults(),
                                Map.of())));
        assertEquals(5, all.size(), all.toString());
        assertTrue(all.get(0).contains("where gave a JSON object; expected true or false (=="));
        for (String reason : all) {
            assertTrue(!reason.contains("secret") && !reason.contains("\n"), reason);
            assertTrue(!reason.contains("Source"), reason);
        }
    }

    @Test
    void reasonsOfTruthNameItsTopicAndKeysAndTheTask() {
        topic.add(OUTCOMES, null, bytes("{\"nummer\": 1, \"was\": 1}"));
        Batch batch =
                read(
                        Fields.defaults(),
                        Map.of("truth-topic", OUTCOMES, "truth-id", "ref", "truth-label", ".was"));
        String reason = reasons(batch).get(0);
        assertTrue(
                reason.startsWith(
                        "topic outcomes: found columns [nummer, was]; expected a column 'ref'"),
                reason);
        assertTrue(reason.contains("data.source.truth-id"), reason);
        assertEquals(
                "t",
                new String(
                        batch.rejected().get(0).headers().lastHeader("belay.task").value(),
                        StandardCharsets.UTF_8));
    }

    @Test
    void votesAreEntriesOfTheirOwnAndNullTakesOneBack() {
        topic.add("{\"id\": \"a\", \"text\": \"t\", \"crowd\": {\"anna\": 1}}");
        for (String vote :
                List.of(
                        "{\"task\": \"a\", \"by\": 7, \"is\": \"yes\"}",
                        "{\"task\": \"a\", \"by\": \"ben\", \"is\": 0}",
                        "{\"task\": \"a\", \"by\": \"ben\", \"is\": null}",
                        "{\"task\": \"a\", \"by\": \"ben\", \"is\": 2}",
                        "{\"task\": \"a\", \"by\": \"\", \"is\": 0}",
                        "{\"task\": \"a\", \"is\": 0}")) {
            topic.add(OUTCOMES, null, bytes(vote));
        }
        Fields fields =
                new Fields(
                        "id",
                        new InputColumns.Text("text"),
                        "label",
                        null,
                        Map.of(),
                        null,
                        null,
                        new VoteColumns.One(".crowd"));
        Batch batch =
                read(
                        fields,
                        Map.of(
                                "votes-topic",
                                OUTCOMES,
                                "votes-id",
                                "task",
                                "votes-annotator",
                                ".by",
                                "votes-label",
                                "is"));
        assertEquals(
                Set.of(
                        new Batch.Vote("7", 1),
                        new Batch.Vote("ben", 0),
                        new Batch.Vote("ben", null)),
                batch.entries().stream()
                        .map(Entry::vote)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()));
        Entry entry =
                batch.entries().stream().filter(e -> e.row() != null).findFirst().orElseThrow();
        assertEquals(Map.of("anna", 1), example(entry).getVotes());
        List<String> reasons = reasons(batch);
        assertEquals(3, reasons.size(), reasons::toString);
        for (String part :
                List.of(
                        "topic outcomes: found label 2 in 'is'; expected a class: 0 to 1",
                        "found an annotator's name of 0 characters in '.by'",
                        "found a JSON null in '.by'; expected a string or an integer")) {
            assertEquals(1, reasons.stream().filter(r -> r.contains(part)).count(), part + reasons);
        }
        assertEquals(
                2,
                reasons.stream()
                        .filter(r -> r.contains("data.source.votes-id, votes-annotator and"))
                        .count());
        var same =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> read(fields, Map.of("votes-topic", MockTopic.NAME)));
        assertTrue(String.valueOf(same.getMessage()).contains("different topics"));
    }

    @Test
    void singleVotesInATaskOfOptionsAreRefused() {
        Fields options =
                new Fields(
                        "id",
                        Fields.defaults().input(),
                        "label",
                        null,
                        Map.of(),
                        null,
                        new DataConfig.OptionColumns(List.of("options")),
                        null);
        var parameters =
                config(Fields.defaults(), Map.of("votes-topic", OUTCOMES)).source().parameters();
        var source = new TopicSource.Factory();
        var refused =
                assertThrows(
                        IllegalArgumentException.class, () -> source.check(parameters, options));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .startsWith("votes-topic: found 'outcomes' in a task of kind choice"),
                refused::getMessage);
        source.check(parameters, Fields.defaults());
    }

    private static List<String> reasons(Batch batch) {
        return batch.rejected().stream()
                .map(r -> r.headers().lastHeader("belay.reason").value())
                .map(reason -> new String(reason, StandardCharsets.UTF_8))
                .toList();
    }

    private Batch read(Fields fields, Map<String, String> parameters) {
        return read(topic, fields, parameters);
    }

    private Batch read(MockTopic from, Fields fields, Map<String, String> parameters) {
        DataConfig config = config(fields, parameters);
        try (ExampleSource.Reader reader =
                from.source(config, clients, 2, Map.of(), Stream.of(), 100).open(0)) {
            return reader.next(1_000);
        }
    }

    private static DataConfig config(Fields fields, Map<String, String> parameters) {
        Map<String, String> all = new HashMap<>(parameters);
        all.put("topic", MockTopic.NAME);
        return new DataConfig(
                Configured.of(Source.class, "topic", all),
                fields,
                new DataConfig.Holdout.Share(.3, 100),
                .5,
                DataConfig.Order.HASH,
                0,
                List.of("no", "yes"));
    }

    private static Example example(Entry entry) {
        return Objects.requireNonNull(entry.row()).example();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] wire(int id, Schema schema, GenericData.Record record)
            throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericData.Record>(schema).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
