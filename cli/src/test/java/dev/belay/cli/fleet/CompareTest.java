package dev.belay.cli.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.export.FakeLog;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class CompareTest {
    private static final Topics TOPICS = Topics.defaults();
    private static final String A = "x/conf#0@1";
    private static final String B = "x/naive#0@0";

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final FakeLog log = new FakeLog(codec);
    private final Map<String, ModelSpec> specs = new HashMap<>();

    @BeforeEach
    void twoModels() {
        spec("conf", 0, "t");
        spec("conf", 1, "t");
        spec("naive", 0, "t");
        for (int i = 0; i < 10; i++) {
            truth("e" + i, 1);
        }
    }

    @Test
    void examplesThatBothPredictAndWhoseTruthIsKnownAreCounted() {
        // Given: A right on e0–e6, B on e4–e8; neither on e9
        for (int i = 0; i < 10; i++) {
            block(A, 16, Phase.HOLDOUT, 10, "e" + i, i <= 6 ? 1 : 0);
            block(B, 8, Phase.HOLDOUT, 10, "e" + i, i >= 4 && i <= 8 ? 1 : 0);
        }
        block(A, 16, Phase.HOLDOUT, 10, "no-truth", 1);
        block(B, 8, Phase.HOLDOUT, 10, "no-truth", 1);
        block(A, 16, Phase.HOLDOUT, 10, "a-alone", 1);
        truth("a-alone", 1);
        // When
        CheckpointComparison found = compare("x/conf", "x/naive");
        // Then
        assertEquals(outcomes(3, 4, 2, 1), found.table().cells().toList());
        assertEquals(1, found.withoutTruth());
        assertEquals(1, found.onlyA());
        assertEquals(0, found.onlyB());
        assertEquals(A + ":16", found.a());
        assertEquals(
                List.of("e0", "e1", "e2", "e3", "e7", "e8"),
                found.discordant().stream().map(CheckpointComparison.Discordant::id).toList());
        assertEquals(
                new CheckpointComparison.Discordant("e7", "yes", "no", "yes"),
                found.discordant().get(4));
    }

    @Test
    void ofAChoiceTaskTheOptionsOfEachExampleAreCompared() {
        // Given
        specs.replaceAll(
                (id, spec) ->
                        ModelSpec.newBuilder(spec)
                                .setTaskKind("choice")
                                .setClasses(List.of())
                                .build());
        options(A, "e0", 0, 1);
        options(B, "e0", 1, 0);
        options(A, "e1", 0, 0, 1);
        options(B, "e1", 1, 0, 0);
        options(A, "e2", 0, 1); // they disagree on how many there are
        options(B, "e2", 0, 1, 0);
        options(A, "e3", 1, 0);
        options(B, "e3", 1, 0);
        log.add(TOPICS.truth("t"), 0, "e1", EventFactory.truth("e1", 2, 5L));
        log.add(TOPICS.truth("t"), 0, "e3", EventFactory.truth("e3", 2, 5L)); // none of its options
        // When
        CheckpointComparison found = compare("x/conf", "x/naive");
        // Then
        assertEquals(outcomes(0, 2, 0, 1), found.table().cells().toList());
        assertEquals(1, found.withoutTruth());
        assertEquals(
                new CheckpointComparison.Discordant("e1", "option 2", "option 2", "option 0"),
                found.discordant().get(1));
    }

    private void options(String model, String id, float... row) {
        var blocks = new PredictionBlocks(TaskKind.CHOICE, model, 1, Phase.HOLDOUT, 0);
        blocks.add(id, 10, row);
        blocks.blocks().forEach(block -> log.add(TOPICS.predictions("t"), 0, id, block));
    }

    /** With two classes both predict the same class if both are right or both are wrong. */
    private static List<Long> outcomes(long bothRight, long onlyA, long onlyB, long bothWrong) {
        Long[] cells = new Long[16];
        Arrays.fill(cells, 0L);
        cells[0b1101] = bothRight;
        cells[0b0100] = onlyA;
        cells[0b1000] = onlyB;
        cells[0b0001] = bothWrong;
        return List.of(cells);
    }

    @Test
    void newestPredictionAndNewestTruthCountAndNoOtherRunPhaseOrCheckpoint() {
        // Given: right at first, wrong by the newest prediction, on e0 and e4
        block(A, 3, Phase.HOLDOUT, 20, "e0", 0);
        block(A, 3, Phase.HOLDOUT, 10, "e0", 1);
        block(B, 3, Phase.HOLDOUT, 10, "e0", 1);
        block(A, 3, Phase.HOLDOUT, 10, "e4", 1);
        block(A, 3, Phase.HOLDOUT, 20, "e4", 0);
        block(B, 3, Phase.HOLDOUT, 10, "e4", 1);
        block(A, 3, Phase.HOLDOUT, 10, "e1", 1);
        block(B, 3, Phase.HOLDOUT, 10, "e1", 1);
        log.add(TOPICS.truth("t"), 0, "e1", EventFactory.truth("e1", 0, 99L));
        block(A, 3, Phase.HOLDOUT, 10, "e2", 1);
        block(B, 3, Phase.HOLDOUT, 10, "e2", 1);
        log.add(TOPICS.truth("t"), 0, "e3", null);
        // others
        block(A, 3, Phase.PROGRESSIVE, 99, "e0", 1);
        block(A, 2, Phase.HOLDOUT, 99, "e0", 1);
        block("x/conf#0@0", 3, Phase.HOLDOUT, 99, "e0", 1);
        block(A, 4, Phase.HOLDOUT, 99, "e0", 1);
        // Then
        CheckpointComparison found = compare("x/conf#0:3", "x/naive#0:3");
        assertEquals(outcomes(1, 0, 2, 1), found.table().cells().toList());
        // without a number the last checkpoint that has predictions
        assertEquals(A + ":4", compare("x/conf#0", "x/naive#0").a());
        // and two checkpoints of one model
        assertEquals(A + ":2", compare("x/conf:2", "x/conf:4").a());
    }

    /** An abstention is not a vote for class 0: it is left out, as in a pair's accuracies. */
    @Test
    void abstentionsAreNotPredictions() {
        // Given: B abstains from e2, whose truth is class 0, and from e3
        log.add(TOPICS.truth("t"), 0, "e2", EventFactory.truth("e2", 0, 99L));
        for (int i = 0; i < 4; i++) {
            block(A, 16, Phase.HOLDOUT, 10, "e" + i, 1);
        }
        block(B, 8, Phase.HOLDOUT, 10, "e0", 1);
        block(B, 8, Phase.HOLDOUT, 10, "e1", 0);
        for (String id : List.of("e2", "e3")) {
            PredictionBlock abstention =
                    EventFactory.block(
                            B,
                            8,
                            Phase.HOLDOUT,
                            BlockRows.ofClasses(2),
                            List.of(id),
                            List.of(10L),
                            List.of(0f, 0f),
                            0L,
                            false,
                            List.of(0),
                            0);
            log.add(TOPICS.predictions("t"), 0, id, abstention);
        }
        // When
        CheckpointComparison found = compare("x/conf", "x/naive");
        // Then
        assertEquals(outcomes(1, 1, 0, 0), found.table().cells().toList());
        assertEquals(2, found.onlyA());
        assertEquals(0, found.onlyB());
    }

    @Test
    void whatCannotBeComparedIsSaid() {
        spec("other", 0, "t2");
        spec("new", 0, "t");
        block(A, 2, Phase.HOLDOUT, 10, "e0", 1);
        block(A, 3, Phase.HOLDOUT, 10, "e0", 1);
        block(B, 1, Phase.HOLDOUT, 10, "e1", 1);
        block("x/new#0@0", 1, Phase.HOLDOUT, 10, "lonely", 1);

        assertRefused("x/fruit", "x/naive", "there is no model 'x/fruit'; nearest:");
        assertRefused("x", "x/naive", "'x' names an experiment, expected EXPERIMENT/MODEL");
        assertRefused("x/other", "x/naive", "x/other#0@0 is of task t2, x/naive#0@0 of task t");
        assertRefused(
                "x/conf:7",
                "x/naive",
                "x/conf#0@1:7 has no predictions of the holdout in belay.t.predictions",
                "retention",
                "checkpoints that have: 2, 3");
        assertRefused("x/conf#0@0", "x/naive", "x/conf#0@0 has no predictions of the holdout");
        assertRefused("x/conf", "x/conf:3", "both are x/conf#0@1:3");
        assertRefused(
                "x/conf", "x/naive", "no example is predicted by both: x/conf#0@1:3 predicts 1");
        block(B, 2, Phase.HOLDOUT, 10, "lonely", 1);
        assertRefused("x/new", "x/naive", "no truth in belay.t.truth of the 1 examples");
    }

    /** Ten groups of two copies: what is shown is what ten examples show, by a t test. */
    @Test
    void examplesOfOneGroupAreNotIndependent() {
        for (int i = 0; i < 20; i++) {
            String id = "g" + i;
            log.add(
                    TOPICS.truth("t"),
                    0,
                    id,
                    Truth.newBuilder(EventFactory.truth(id, 1, 20L)).setGroup("g" + i / 2).build());
            block(A, 16, Phase.HOLDOUT, 10, id, i / 2 < 9 ? 1 : 0);
            block(B, 8, Phase.HOLDOUT, 10, id, i / 2 < 4 ? 1 : 0);
        }
        CheckpointComparison found = compare("x/conf", "x/naive");
        StringWriter text = new StringWriter();
        found.print(new PrintWriter(text), false);
        StringWriter json = new StringWriter();
        found.printJson(new PrintWriter(json));

        // mean .5 of 10, with two added .5·10/12; Σ(d − mean)² of ten groups of two (÷ 1 − 1/12)
        // and of the two added (1 + 2·mean²); t with 9 degrees of freedom
        double mean = 5 / 12.;
        double squares = 5 * Math.pow(1 - mean, 2) + 5 * mean * mean;
        double variance = (squares / (1 - 1 / 12.) + 1 + 2 * mean * mean) / 144;
        double half = 2.2621571627409915 * Math.sqrt(variance);
        String limits = String.format(Locale.ROOT, "[%.4f, %.4f]", mean - half, mean + half);
        assertTrue(text.toString().contains("20 examples in 10 clusters"), text::toString);
        assertTrue(text.toString().contains("difference A − B  0.5000 " + limits), text::toString);
        assertTrue(
                text.toString().contains("cluster-robust, two-sided; 9 degrees"), text::toString);
        assertTrue(json.toString().contains("\"clusters\":10,\"degrees\":9"), json::toString);
        assertTrue(json.toString().contains("clusterRobustP"), json::toString);
    }

    @Test
    void twoSeedsAreTwoModels() {
        spec("conf", 1, 0, "t");
        block(A, 3, Phase.HOLDOUT, 10, "e0", 1);
        block("x/conf#1@0", 3, Phase.HOLDOUT, 10, "e0", 0);
        assertRefused("x/conf", "x/naive", "several models are meant");
        assertEquals(
                outcomes(0, 1, 0, 0), compare("x/conf#0", "x/conf#1").table().cells().toList());
    }

    @Test
    void aStoppedModelHasNoTask() {
        var fleet =
                new Fleet(Map.of(), Map.of(), Map.of(), Map.of(), Map.of("x/gone#0@0", List.of()));
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new Compare(fleet, log::consumer, codec, TOPICS, line -> {})
                                        .of(
                                                CheckpointReference.parse("x/gone"),
                                                CheckpointReference.parse("x/gone:1")));
        assertTrue(String.valueOf(e.getMessage()).contains("x/gone#0@0 was stopped"));
    }

    private void assertRefused(String a, String b, String... parts) {
        var e = assertThrows(IllegalArgumentException.class, () -> compare(a, b));
        for (String part : parts) {
            assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
        }
    }

    private CheckpointComparison compare(String a, String b) {
        return new Compare(
                        new Fleet(specs, specs, Map.of(), Map.of(), Map.of()),
                        log::consumer,
                        codec,
                        TOPICS,
                        line -> {})
                .of(CheckpointReference.parse(a), CheckpointReference.parse(b));
    }

    private void truth(String id, int label) {
        log.add(TOPICS.truth("t"), 0, id, EventFactory.truth(id, label, 1L));
    }

    private void block(
            String model, long checkpoint, Phase phase, long timeMs, String id, int says) {
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
                        List.of(timeMs),
                        says == 0 ? List.of(.75f, .25f) : List.of(.25f, .75f),
                        0L,
                        false));
    }

    private void spec(String model, int run, String task) {
        spec(model, 0, run, task);
    }

    private void spec(String model, long seed, int run, String task) {
        ModelId id = ModelId.parse("x/" + model + "#" + seed + "@" + run);
        specs.put(id.toString(), spec(id, task, "truth"));
    }

    /** The spec of a model of two classes. */
    public static ModelSpec spec(ModelId id, String task, String supervisor) {
        return ModelSpec.newBuilder()
                .setId(id.toString())
                .setExperiment(id.experiment())
                .setModel(id.model())
                .setSeed(id.seed())
                .setRun(id.run())
                .setSpecHash("hash")
                .setTask(task)
                .setClasses(List.of("no", "yes"))
                .setPartitions(1)
                .setEncoderName("hashing")
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(supervisor)
                .setSplit(Split.STUDENT)
                .setBudget(100L)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAM)
                                .setLearningRate(0.02)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }
}
