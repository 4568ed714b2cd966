package dev.belay.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportTest {
    private static final Topics TOPICS = Topics.defaults();

    @TempDir private Path directory;

    /** A registry that fails as often as a test says before it answers. */
    private static final class FailingRegistry extends MockSchemaRegistryClient {
        private int failures;

        @Override
        public ParsedSchema getSchemaById(int id) throws IOException, RestClientException {
            if (failures > 0) {
                failures--;
                throw new ConnectException("Connection refused");
            }
            return super.getSchemaById(id);
        }
    }

    private final FailingRegistry registry = new FailingRegistry();
    private final EventCodec codec = new EventCodec(registry);
    private final FakeLog log = new FakeLog(codec);
    private final List<String> said = new ArrayList<>();
    private long nanos; // 0.4 s a look at the clock

    @Test
    void linesHaveTheFormsOfTheDesign() throws IOException {
        // Given
        spec("x", "bow", 1, 0);
        truth(0, "a", 1, 10);
        label(0, "x/bow#1@0", "a", 3, .25f, .75f);
        block(0, "x/bow#1@0", 3, Phase.HOLDOUT, 10, "a", .25f, .75f);
        // When
        var counts = export(null);
        // Then
        assertEquals(new Export.Counts("x", 1, 1, 1), counts);
        assertEquals(List.of("{\"id\":\"a\",\"label\":1}"), lines("truth"));
        assertEquals(
                List.of(
                        "{\"labeler\":\"bow\",\"seed\":1,\"checkpoint\":3,\"id\":\"a\","
                                + "\"probabilities\":[0.25,0.75]}"),
                lines("labels"));
        assertEquals(
                List.of(
                        "{\"model\":\"bow\",\"seed\":1,\"checkpoint\":3,\"phase\":\"HOLDOUT\","
                                + "\"id\":\"a\",\"probabilities\":[0.25,0.75]}"),
                lines("predictions"));
    }

    @Test
    void aRowOfAChoiceBlockHasAProbabilityAnOption() throws IOException {
        // Given
        spec("x", "bow", 1, 0);
        var blocks = new PredictionBlocks(TaskKind.CHOICE, "x/bow#1@0", 3, Phase.HOLDOUT, 3);
        blocks.add("a", 10, new float[] {.25f, .75f});
        blocks.addAbstained("b", 10, 3);
        blocks.add("c", 10, new float[] {0, 0, .5f, .5f});
        log.add(TOPICS.predictions("t"), 0, "a", blocks.blocks().get(0));
        // When
        export(null);
        // Then
        String before = "{\"model\":\"bow\",\"seed\":1,\"checkpoint\":3,\"phase\":\"HOLDOUT\",";
        assertEquals(
                List.of(
                        before + "\"id\":\"a\",\"probabilities\":[0.25,0.75]}",
                        before + "\"id\":\"b\",\"probabilities\":[]}",
                        before + "\"id\":\"c\",\"probabilities\":[0.0,0.0,0.5,0.5]}"),
                lines("predictions"));
    }

    @Test
    void itSaysHowFarItIsEveryOtherSecond() throws IOException {
        // Given
        spec("x", "bow", 0, 0);
        for (int i = 0; i < 8; i++) {
            truth(0, "t" + i, 1, 10);
        }
        // When
        export(null);
        // Then: all are read once to see which repeat, and once to be written
        assertEquals(
                List.of(
                        "truth.jsonl: 5 rows read",
                        "truth.jsonl: 2 rows written",
                        "truth.jsonl: 7 rows written",
                        "truth.jsonl: 8 rows",
                        "labels.jsonl: 0 rows",
                        "predictions.jsonl: 0 rows"),
                said);
    }

    @Test
    void newestPredictionWinsWhateverTheOrder() throws IOException {
        // Given
        spec("x", "bow", 0, 0);
        truth(0, "a", 1, 10);
        block(0, "x/bow#0@0", 1, Phase.HOLDOUT, 20, "a", .1f, .9f);
        block(1, "x/bow#0@0", 1, Phase.HOLDOUT, 10, "a", .2f, .8f);
        block(1, "x/bow#0@0", 1, Phase.HOLDOUT, 20, "a", .3f, .7f);
        block(1, "x/bow#0@0", 2, Phase.HOLDOUT, 5, "a", .4f, .6f);
        block(1, "x/bow#0@0", 1, Phase.PROGRESSIVE, 5, "a", .5f, .5f);
        // When
        export(null);
        // Then: ties go to the greater bytes; other checkpoints and phases are rows of their own
        List<String> found = lines("predictions");
        assertEquals(3, found.size());
        assertTrue(found.stream().anyMatch(line -> line.contains("[0.3,0.7]")));
    }

    @Test
    void olderRunsOfAModelAreLeftOut() throws IOException {
        // Given
        spec("x", "bow", 0, 0);
        spec("x", "bow", 0, 1);
        truth(0, "a", 1, 10);
        label(0, "x/bow#0@0", "a", 1, 1f, 0f);
        label(0, "x/bow#0@1", "a", 1, 0f, 1f);
        block(0, "x/bow#0@0", 1, Phase.HOLDOUT, 99, "a", 1f, 0f);
        block(0, "x/bow#0@1", 1, Phase.HOLDOUT, 10, "a", 0f, 1f);
        // When
        var counts = export("x");
        // Then
        assertEquals(1, counts.labels());
        assertTrue(lines("labels").get(0).contains("[0.0,1.0]"));
        assertEquals(1, counts.predictions());
        assertTrue(lines("predictions").get(0).contains("[0.0,1.0]"));
    }

    @Test
    void newestTruthCountsAndTombstonesTakeItBack() throws IOException {
        // Given
        spec("x", "bow", 0, 0);
        truth(0, "a", 1, 20);
        truth(0, "a", 0, 10);
        truth(0, "b", 1, -5);
        log.add(TOPICS.truth("t"), 0, "b", null); // written at -1, the fake log's only time
        // When
        export(null);
        // Then
        assertEquals(List.of("{\"id\":\"a\",\"label\":1}"), lines("truth"));
    }

    @Test
    void floatsReadBackAsTheyWere() throws IOException {
        // Given
        spec("x", "bow", 0, 0);
        truth(0, "a", 1, 10);
        float[] odd = {Float.MIN_VALUE, 1f / 3, Math.nextDown(1f), 1e-10f, 0.1f + 0.2f};
        for (int i = 0; i < odd.length; i++) {
            block(0, "x/bow#0@0", 1, Phase.HOLDOUT, 10, "id" + i, odd[i], 1 - odd[i]);
        }
        // When
        export(null);
        // Then
        List<String> found = lines("predictions");
        for (int i = 0; i < odd.length; i++) {
            var probabilities = new ObjectMapper().readTree(found.get(i)).get("probabilities");
            assertEquals(odd[i], (float) probabilities.get(0).doubleValue());
            assertEquals(1 - odd[i], (float) probabilities.get(1).doubleValue());
        }
    }

    @Test
    void recordsThatCannotBeReadAreSkipped() throws IOException {
        // Given
        spec("x", "bow", 0, 0);
        truth(0, "a", 1, 10);
        log.raw(TOPICS.truth("t"), 0, "b", new byte[] {9, 9});
        // When
        var counts = export(null);
        // Then
        assertEquals(1, counts.truth());
    }

    @Test
    void noRecordIsSkippedWhileTheRegistryDoesNotAnswer() throws IOException {
        // Given: each first use of a schema fails three times
        spec("x", "bow", 0, 0);
        truth(0, "a", 1, 10);
        truth(0, "b", 0, 10);
        registry.failures = 3;
        // When
        var counts = export(null);
        // Then
        assertEquals(new Export.Counts("x", 2, 0, 0), counts);
        assertEquals(
                List.of("waiting at belay.models-0: cannot read ModelSpec ("),
                said.stream()
                        .filter(line -> line.startsWith("waiting"))
                        .map(line -> line.substring(0, line.indexOf('(') + 1))
                        .toList());
    }

    @Test
    void aRegistryThatStaysAwayEndsTheExportWithItsReason() {
        // Given
        truth(0, "a", 1, 10);
        registry.failures = Integer.MAX_VALUE;
        var reader =
                new TopicReader<>(
                        log::consumer,
                        codec,
                        TOPICS.truth("t"),
                        Truth.class,
                        Duration.ofMillis(500),
                        said::add);
        List<String> read = new ArrayList<>();
        // When
        var error =
                assertThrows(
                        TimeoutException.class,
                        () -> reader.read((key, timeMs, truth) -> read.add(key)));
        // Then
        assertEquals(List.of(), read);
        assertTrue(
                String.valueOf(error.getMessage()).contains("Connection refused"), error::toString);
    }

    @Test
    void severalExperimentsMustBeToldApart() {
        // Given
        spec("x", "bow", 0, 0);
        spec("y", "bow", 0, 0);
        // When
        var error = assertThrows(IllegalArgumentException.class, () -> export(null));
        // Then
        assertTrue(String.valueOf(error.getMessage()).contains("x, y"));
        assertThrows(IllegalArgumentException.class, () -> export("z"));
    }

    @Test
    void everyKeyComesOnceWithItsNewestRow() {
        // Given: keys of which some repeat, in a mixed order
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            values.add(i);
        }
        Collections.shuffle(values, new java.util.Random(7));
        List<Integer> out = new ArrayList<>();
        // When: 4,000 keys, 1,000 of them twice; the greater value is the newer
        NewestRows.of(values::forEach, value -> "k" + value % 4000, Math::max, out::add);
        // Then
        Collections.sort(out);
        List<Integer> expected = new ArrayList<>();
        for (int i = 1000; i < 5000; i++) {
            expected.add(i);
        }
        assertEquals(expected, out);
    }

    private Export.Counts export(@org.jspecify.annotations.Nullable String experiment)
            throws IOException {
        return new Export(log::consumer, codec, TOPICS, said::add, () -> nanos += 400_000_000L)
                .write(experiment, directory);
    }

    private List<String> lines(String name) throws IOException {
        return Files.readAllLines(directory.resolve(name + ".jsonl"));
    }

    private void truth(int partition, String id, int label, long timeMs) {
        log.add(TOPICS.truth("t"), partition, id, EventFactory.truth(id, label, timeMs));
    }

    private void label(int partition, String model, String id, long checkpoint, float... p) {
        Example example = EventFactory.example(id, Split.STUDENT, "text", 1L);
        log.add(
                TOPICS.labels("t", model),
                partition,
                id,
                EventFactory.label(example, model, checkpoint, list(p)));
    }

    private void block(
            int partition,
            String model,
            long checkpoint,
            Phase phase,
            long timeMs,
            String id,
            float... p) {
        log.add(
                TOPICS.predictions("t"),
                partition,
                id,
                EventFactory.block(
                        model,
                        checkpoint,
                        phase,
                        p.length,
                        List.of(id),
                        List.of(timeMs),
                        list(p),
                        1L,
                        false));
    }

    private void spec(String experiment, String model, int seed, int run) {
        String id = experiment + "/" + model + "#" + seed + "@" + run;
        log.add(
                TOPICS.models(),
                0,
                id,
                ModelSpec.newBuilder()
                        .setId(id)
                        .setExperiment(experiment)
                        .setModel(model)
                        .setSeed((long) seed)
                        .setRun(run)
                        .setSpecHash("hash")
                        .setTask("t")
                        .setClasses(List.of("no", "yes"))
                        .setPartitions(4)
                        .setEncoderName("hashing")
                        .setHead(new Head(HeadKind.LINEAR, 0))
                        .setSupervisor("truth")
                        .setCeiling(null)
                        .setSplit(Split.SUPERVISOR)
                        .setBudget(100L)
                        .setOptimizer(
                                Optimizer.newBuilder()
                                        .setKind(OptimizerKind.ADAM)
                                        .setLearningRate(0.02)
                                        .setRidgeC(10.0)
                                        .build())
                        .setZeroInit(true)
                        .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                        .build());
    }

    private static List<Float> list(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }
}
