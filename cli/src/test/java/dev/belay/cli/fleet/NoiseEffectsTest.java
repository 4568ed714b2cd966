package dev.belay.cli.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.cli.export.FakeLog;
import dev.belay.cli.fleet.NoiseEffects.Line;
import dev.belay.cli.noise.StudentStreamReader;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.commons.csv.CSVFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NoiseEffectsTest {
    private static final Topics TOPICS = Topics.defaults();
    private static final String STUDENT = "x/conf#0@0";
    private static final String NOISY = "x/noisy#0@0";
    private static final List<String> CLASSES = List.of("no", "yes", "maybe");

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final FakeLog log = new FakeLog(codec);

    /** What is written of an example: classes, and the supervisor's largest probability. */
    private record Written(
            int label, float p, int student, @Nullable Integer truth, String lang, boolean flip) {
        boolean wrong() {
            return truth != null && label != truth;
        }
    }

    @Test
    void groupsEqualARecountOfWhatWasWritten() throws Exception {
        // Given
        Random random = new Random(5);
        List<Written> all = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            int truth = random.nextInt(3);
            boolean flip = random.nextInt(5) == 0;
            int label = flip ? (truth + 1) % 3 : random.nextInt(6) == 0 ? (truth + 2) % 3 : truth;
            var written =
                    new Written(
                            label,
                            .40625f + random.nextInt(19) / 32f, // exact in binary, up to .96875
                            random.nextInt(3),
                            random.nextInt(10) == 0 ? null : (Integer) truth,
                            random.nextBoolean() ? "de" : "fr",
                            flip);
            all.add(written);
            write("e" + i, written);
        }
        // a version that did not give the label, and another labeler
        log.add(TOPICS.flips("t"), 0, "e0", new Flip("e0", NOISY, 1L, 0, 1, 10L));
        log.add(TOPICS.flips("t"), 0, "e1", new Flip("e1", "x/other#0@0", 2L, 0, 1, 10L));
        // When
        NoiseEffects found = search();
        // Then
        check(all, found, "all", "all", w -> true);
        check(all, found, "class", "maybe", w -> Objects.equals(w.truth(), 2));
        check(all, found, "tag", "lang=de", w -> w.lang().equals("de"));
        check(all, found, "confidence", "0.4 to 0.5", w -> w.p() < .5);
        check(all, found, "confidence", "0.9 to 1", w -> w.p() >= .9);
        check(all, found, "cause", "changed by noise", Written::flip);
        check(all, found, "cause", "as its source", w -> !w.flip());
        assertEquals(
                List.of("no", "yes", "maybe"),
                found.lines().stream()
                        .filter(line -> line.by().equals("class"))
                        .map(Line::group)
                        .toList());
        for (String by : List.of("confidence", "class", "tag", "cause")) {
            assertEquals(
                    found.lines().get(0).wrong(),
                    found.lines().stream()
                            .filter(line -> line.by().equals(by))
                            .mapToLong(Line::wrong)
                            .sum(),
                    by);
        }
        checkFiles(found);
    }

    private static void check(
            List<Written> all,
            NoiseEffects found,
            String by,
            String group,
            Predicate<Written> belongs) {
        List<Written> known = all.stream().filter(belongs).filter(w -> w.truth() != null).toList();
        List<Written> wrong = known.stream().filter(Written::wrong).toList();
        assertTrue(wrong.size() > 5, group);
        long corrected = wrong.stream().filter(w -> Objects.equals(w.student(), w.truth())).count();
        long inherited = wrong.stream().filter(w -> w.student() == w.label()).count();
        assertEquals(
                new Line(by, group, known.size(), wrong.size(), corrected, inherited),
                found.lines().stream()
                        .filter(line -> line.by().equals(by) && line.group().equals(group))
                        .findFirst()
                        .orElseThrow());
    }

    private static void checkFiles(NoiseEffects found) throws Exception {
        Line all = found.lines().get(0);
        double low = Objects.requireNonNull(Rate.of(all.corrected(), all.wrong())).low();
        StringWriter lines = new StringWriter();
        found.writeJsonLines(lines);
        JsonNode first = new ObjectMapper().readTree(lines.toString().lines().toList().get(0));
        assertEquals(all.wrong(), first.get("wrong").longValue());
        assertEquals(low, first.get("correctedLow").doubleValue());
        StringWriter csv = new StringWriter();
        found.writeCsv(csv);
        var rows =
                CSVFormat.RFC4180
                        .builder()
                        .setHeader()
                        .setSkipHeaderRecord(true)
                        .get()
                        .parse(new StringReader(csv.toString()))
                        .getRecords();
        assertEquals(found.lines().size(), rows.size());
        assertEquals(Double.toString(low), rows.get(0).get("correctedLow"));
        StringWriter text = new StringWriter();
        found.print(new PrintWriter(text));
        assertTrue(text.toString().contains("changed by noise"), text::toString);
    }

    @Test
    void withoutTruthOfTheLabelsItIsRefused() {
        write("a", new Written(0, .75f, 1, null, "de", false));
        truth("another", 1, "de");
        log.add(TOPICS.flips("t"), 0, "b", new Flip("b", NOISY, 2L, 0, 1, 10L));
        var e = assertThrows(IllegalArgumentException.class, this::search);
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("no truth is known of the 1 labels"),
                e::getMessage);
    }

    private NoiseEffects search() {
        LabelerSpec noise =
                LabelerSpec.newBuilder()
                        .setId(NOISY)
                        .setVersion(2)
                        .setTask("t")
                        .setClasses(CLASSES)
                        .setPartitions(1)
                        .setMethod(new Method(LabelerSpecs.NOISE, Map.of("rate", "0.2")))
                        .setSources(List.of(ModelId.TRUTH))
                        .setSpecHash("hash")
                        .setEventTimeMs(1)
                        .build();
        ModelSpec student =
                ModelSpec.newBuilder(CompareTest.spec(ModelId.parse(STUDENT), "t", NOISY))
                        .setClasses(CLASSES)
                        .build();
        Map<String, ModelSpec> specs = Map.of(STUDENT, student, NOISY, LabelerSpecs.asModel(noise));
        return NoiseEffects.of(
                new StudentStreamReader(log::consumer, codec, TOPICS, line -> {})
                        .of(
                                new Fleet(specs, specs, Map.of(NOISY, noise), Map.of(), Map.of())
                                        .student(CheckpointReference.parse("x/conf")),
                                Long.MIN_VALUE,
                                Long.MAX_VALUE));
    }

    private void write(String id, Written written) {
        log.add(
                TOPICS.predictions("t"),
                0,
                id,
                block(NOISY, 2, id, written.label(), written.p(), true));
        log.add(
                TOPICS.predictions("t"),
                0,
                id,
                block(STUDENT, 1, id, written.student(), .75f, false));
        if (written.truth() != null) {
            truth(id, written.truth(), written.lang());
        }
        if (written.flip()) {
            var flip = new Flip(id, NOISY, 2L, (written.label() + 2) % 3, written.label(), 10L);
            log.add(TOPICS.flips("t"), 0, id, flip);
        }
    }

    private void truth(String id, int label, String lang) {
        log.add(
                TOPICS.truth("t"),
                0,
                id,
                Truth.newBuilder(EventFactory.truth(id, label, 1L))
                        .setTags(Map.of("lang", lang))
                        .build());
    }

    private static PredictionBlock block(
            String model, long checkpoint, String id, int best, float p, boolean labels) {
        Float[] row = {(1 - p) / 2, (1 - p) / 2, (1 - p) / 2};
        row[best] = p;
        return EventFactory.block(
                model,
                checkpoint,
                Phase.PROGRESSIVE,
                3,
                List.of(id),
                List.of(10L),
                List.of(row),
                0L,
                labels);
    }
}
