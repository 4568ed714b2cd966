package dev.belay.cli.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.cli.export.FakeLog;
import dev.belay.cli.noise.StudentStreamReader;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SuspectsTest {
    private static final Topics TOPICS = Topics.defaults();
    private static final String STUDENT = "x/conf#0@0";
    private static final String WEAK = "x/weak#0@0";

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final FakeLog log = new FakeLog(codec);
    private final Map<String, ModelSpec> specs = new HashMap<>();

    @BeforeEach
    void studentAndSupervisor() {
        spec(STUDENT, WEAK);
        spec(WEAK, ModelId.TRUTH);
    }

    @Test
    void theMostConfidentContradictionIsFirstAndPrecisionIsTheShareOfWrongLabelsAmongTheFirst() {
        // Given: label 0 for all; the student says 1 of a to d
        for (String id : List.of("a", "b", "c", "d", "e")) {
            label(id, .25f);
        }
        predicted("a", 1, .75f); // margin .5
        predicted("b", 1, .875f); // margin .75
        predicted("c", 1, .625f); // margin .25
        predicted("d", 1, .875f); // as b: by id
        predicted("e", 1, .25f);
        predicted("unlabelled", 1, 1);
        truth("a", 1);
        truth("b", 1);
        truth("c", 0);
        truth("e", 1);
        // When
        Suspects found = search("x/conf");
        // Then
        assertEquals(
                List.of("b", "d", "a", "c"),
                found.contradictions().stream().map(Suspects.Suspect::id).toList());
        assertEquals(
                List.of(.75, .75, .5, .25),
                found.contradictions().stream().map(Suspects.Suspect::margin).toList());
        assertEquals(5, found.labelled());
        assertEquals(4, found.labelledWithTruth());
        assertEquals(3, found.wrong());
        assertEquals(1, value(found.precision(1)));
        assertEquals(2. / 2, value(found.precision(3))); // of d no truth is known
        assertEquals(2. / 3, value(found.precision(100)));
        assertEquals(3, Objects.requireNonNull(found.precision(100)).n());
        StringWriter text = new StringWriter();
        found.print(new PrintWriter(text), 2);
        assertTrue(text.toString().contains("4 contradict their label"), text::toString);
        assertTrue(text.toString().contains("0.750 [0.194, 0.994]"), text::toString); // 3 of 4
        assertTrue(!text.toString().contains("0.5000"), text::toString); // the third
    }

    @Test
    void thePredictionBeforeLearningAndTheLabelCountAndNothingElse() {
        // Given
        label("a", .25f);
        predicted("a", 2, .125f); // of a later checkpoint
        predicted("a", 1, .75f);
        block(STUDENT, 1, Phase.HOLDOUT, "a", .125f, false);
        block(STUDENT, 3, Phase.PROGRESSIVE, "a", .125f, true); // its own label, for others
        block("x/other#0@0", 1, Phase.PROGRESSIVE, "a", .125f, false);
        abstention("b");
        predicted("b", 1, .75f);
        truth("a", 1);
        log.add(TOPICS.truth("t"), 0, "a", EventFactory.truth("a", 0, 99L)); // corrected
        // When
        Suspects found = search("x/conf");
        // Then
        assertEquals(1, found.labelled());
        assertEquals(1, found.contradictions().size());
        assertEquals(.5, found.contradictions().get(0).margin());
        assertEquals(false, found.contradictions().get(0).wrong());
    }

    @Test
    void bothFilesHaveIdsDistributionsAndWhetherTheLabelIsWrong() throws Exception {
        label("a,\"b\"", .25f);
        predicted("a,\"b\"", 1, .75f);
        truth("a,\"b\"", 1);
        label("c", .25f);
        predicted("c", 1, .625f);
        Suspects found = search("x/conf");
        StringWriter csv = new StringWriter();
        found.writeCsv(csv);
        StringWriter lines = new StringWriter();
        found.writeJsonLines(lines);

        List<CSVRecord> rows =
                CSVFormat.RFC4180
                        .builder()
                        .setHeader()
                        .setSkipHeaderRecord(true)
                        .get()
                        .parse(new StringReader(csv.toString()))
                        .getRecords();
        assertEquals("a,\"b\"", rows.get(0).get("id"));
        assertEquals("[0.75,0.25]", rows.get(0).get("labelProbabilities"));
        assertEquals("[0.25,0.75]", rows.get(0).get("predictionProbabilities"));
        assertEquals("no", rows.get(0).get("label"));
        assertEquals("yes", rows.get(0).get("prediction"));
        assertEquals("true", rows.get(0).get("wrong"));
        assertEquals("", rows.get(1).get("wrong"));
        JsonNode first = new ObjectMapper().readTree(lines.toString().lines().toList().get(0));
        assertEquals("a,\"b\"", first.get("id").textValue());
        assertEquals(.5, first.get("margin").doubleValue());
        assertEquals("yes", first.get("truth").textValue());
        assertEquals(.75, first.at("/predictionProbabilities/1").doubleValue());
        JsonNode second = new ObjectMapper().readTree(lines.toString().lines().toList().get(1));
        assertTrue(second.get("wrong").isNull());
    }

    @Test
    void withoutTruthPrecisionIsUndefined() {
        label("a", .25f);
        predicted("a", 1, .75f);
        truth("another", 1);
        Suspects found = search("x/conf");
        assertNull(found.precision(10));
        StringWriter text = new StringWriter();
        found.print(new PrintWriter(text), 20);
        assertTrue(text.toString().contains("undefined: no truth"), text::toString);
    }

    @Test
    void whatHasNoLabelsIsSaid() {
        assertRefused("x", "expected EXPERIMENT/STUDENT");
        assertRefused("x/weak", "x/weak#0@0 learns from truth");
        predicted("a", 1, .75f);
        truth("a", 1);
        assertRefused("x/conf", "x/conf#0@0 (1 have) and a label of x/weak#0@0");
    }

    private void assertRefused(String reference, String part) {
        var e = assertThrows(IllegalArgumentException.class, () -> search(reference));
        assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
    }

    private static double value(@Nullable Measure measure) {
        return Objects.requireNonNull(measure).value();
    }

    private Suspects search(String reference) {
        Fleet fleet = new Fleet(specs, specs, Map.of(), Map.of(), Map.of());
        return Suspects.of(
                new StudentStreamReader(log::consumer, codec, TOPICS, line -> {})
                        .of(
                                fleet.student(CheckpointReference.parse(reference)),
                                Long.MIN_VALUE,
                                Long.MAX_VALUE));
    }

    private void truth(String id, int label) {
        log.add(TOPICS.truth("t"), 0, id, EventFactory.truth(id, label, 1L));
    }

    private void label(String id, float yes) {
        block(WEAK, 7, Phase.PROGRESSIVE, id, yes, true);
    }

    private void predicted(String id, long checkpoint, float yes) {
        block(STUDENT, checkpoint, Phase.PROGRESSIVE, id, yes, false);
    }

    private void abstention(String id) {
        log.add(
                TOPICS.predictions("t"),
                0,
                id,
                EventFactory.block(
                        WEAK,
                        7,
                        Phase.PROGRESSIVE,
                        BlockRows.ofClasses(2),
                        List.of(id),
                        List.of(10L),
                        List.of(0f, 0f),
                        0L,
                        true,
                        List.of(0),
                        0));
    }

    private void block(
            String model, long checkpoint, Phase phase, String id, float yes, boolean labels) {
        log.add(
                TOPICS.predictions("t"),
                0,
                id,
                EventFactory.block(
                        model,
                        checkpoint,
                        phase,
                        2,
                        List.of(id),
                        List.of(10L),
                        List.of(1 - yes, yes),
                        0L,
                        labels));
    }

    private void spec(String id, String supervisor) {
        ModelId model = ModelId.parse(id);
        specs.put(id, CompareTest.spec(model, "t", supervisor));
    }
}
