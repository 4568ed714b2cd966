package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleRun;
import dev.belay.producers.dataset.DataSet;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that start from checkpoints of others. */
class InitExperimentTest {
    private static final String FILE =
            """
            name: demo
            task: {kind: choice}
            data:
              path: data.jsonl
              fields: {text: prompt, options: [good, bad], label: good}
              holdout: {share: 0.2}
            models:
              weak: {encoder: length, supervisor: truth, split: supervisor}
              first: {encoder: hashing, supervisor: weak, micro-epoch: 8}
              second: {encoder: hashing, supervisor: weak, init: first@last, ceiling: none}
              ceiling: {encoder: hashing, supervisor: truth}
            seeds: [0, 4]
            """;

    private static final String SHA256 = "ab".repeat(32);

    @TempDir Path dir;

    @BeforeEach
    void writeData() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            lines.append(
                    "{\"id\":\"%d\",\"prompt\":\"p\",\"good\":\"g\",\"bad\":\"b\"}\n".formatted(i));
        }
        Files.writeString(dir.resolve("data.jsonl"), lines);
    }

    @Test
    void ofThisFileTheSpecNamesTheModelOfItsOwnSeedAndRun() {
        assertEquals("demo/first#0@0:last", spec(resolve(FILE, 0), "second", 0).getInit());
        assertEquals("demo/first#4@3:last", spec(resolve(FILE, 3), "second", 4).getInit());
        String numbered = FILE.replace("first@last", "first#0@2");
        assertEquals("demo/first#0@3:2", spec(resolve(numbered, 3), "second", 4).getInit());
        assertNull(spec(resolve(FILE, 0), "first", 0).getInit());
        // the hash has what it starts from, but not the run
        String hash = spec(resolve(FILE, 0), "second", 0).getSpecHash();
        assertEquals(hash, spec(resolve(FILE, 3), "second", 0).getSpecHash());
        assertNotEquals(hash, spec(resolve(numbered, 0), "second", 0).getSpecHash());
    }

    @Test
    void ofAnotherExperimentTheSpecNamesRunNumberAndWeights() {
        // Given
        String text = FILE.replace("first@last", "before/large#0@last");
        Experiment experiment = read(text);
        assertTrue(experiment.startsFromOthers());
        assertFalse(read(FILE).startsFromOthers());
        List<ModelSpec> specs = resolve(text, 1);
        assertNull(spec(specs, "second", 0).getInit());
        // When
        List<ModelSpec> pinned = experiment.pinned(specs, known(State.FINISHED), dir);
        // Then: both seeds start from the same, of the newest run
        for (long seed : List.of(0L, 4L)) {
            ModelSpec second = spec(pinned, "second", seed);
            assertEquals("before/large#0@2:3 " + SHA256, second.getInit());
            assertEquals(SpecHash.of(second), second.getSpecHash());
            assertNotEquals(spec(specs, "second", seed).getSpecHash(), second.getSpecHash());
            assertEquals(spec(specs, "first", seed), spec(pinned, "first", seed));
        }
        // another run of the other experiment is another start
        ModelSpec second = spec(pinned, "second", 0);
        ModelSpec other =
                ModelSpec.newBuilder(second)
                        .setInit(second.getInit().replace("@2:", "@1:"))
                        .build();
        assertNotEquals(second.getSpecHash(), SpecHash.of(other));
    }

    @Test
    void whatIsNotThereYetIsAnErrorAtItsLine() {
        pinSays("before/large#0@last", State.READY, "has checkpoints 1 to 3, the last one READY");
        pinSays("before/large#0@9", State.FINISHED, "found init 'before/large#0@9', but before/");
        pinSays(
                "before/large@last",
                State.FINISHED,
                "no model before/large#4; expected one of [before/large#0]: run that experiment");
        pinSays("other/large@last", State.FINISHED, "no model other/large#0; expected one of []");
        pinSays("before/large#0@2", State.FINISHED, "whose file the model's 'keep' may delete");
        assertEquals(
                "before/large#0@2:1 " + SHA256,
                spec(pin("before/large#0@1", State.FINISHED, 1), "second", 0).getInit());
    }

    @Test
    void whatCannotBeIsAnErrorAtItsLine() {
        says("first", "line 10", "found 'first' in models.second.init", "MODEL[#SEED]@NUMBER");
        says("first@0", "line 10", "@last");
        says("demo/first@last", "line 10", "with the name of this experiment", "alone");
        says("firts@last", "line 10", "of model 'second'", "did you mean 'first'?");
        says("second@last", "a cycle of supervisors and inits: second -> second");
        String swapped =
                FILE.replace("micro-epoch: 8", "micro-epoch: 8, init: second@last, ceiling: none");
        assertTrue(
                assertThrows(ExperimentException.class, () -> read(swapped))
                        .getMessage()
                        .contains("a cycle of supervisors and inits: first -> second -> first"));
        resolveSays("first#1@last", "line 10", "one of the seeds [0, 4]");
        resolveSays("first@99", "line 10", "of which there will be", "or @last");
        resolveSays(
                "weak@last",
                "line 10",
                "no layer of model 'second's name and shape (encoders length and hashing)");
    }

    /** Ceilings differ in what they start from. */
    @Test
    void theTwinStartsFromTheSame() {
        String text =
                FILE.replace(", ceiling: none}", "}")
                        + "  second-ceiling: {encoder: hashing, supervisor: truth, init: first@last}\n";
        text = text.replace("seeds: [0, 4]\n", "") + "seeds: [0]\n";
        List<ModelEntry> models = read(text).models();
        assertEquals("ceiling", models.get(1).ceiling());
        assertEquals("second-ceiling", models.get(2).ceiling());
    }

    private void says(String init, String... parts) {
        var e = assertThrows(ExperimentException.class, () -> read(with(init)));
        for (String part : parts) assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private void resolveSays(String init, String... parts) {
        var e = assertThrows(ExperimentException.class, () -> resolve(with(init), 0));
        for (String part : parts) assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private void pinSays(String init, State last, String part) {
        var e = assertThrows(ExperimentException.class, () -> pin(init, last, 3));
        assertTrue(e.getMessage().startsWith("demo.yaml, line 10, column"), e.getMessage());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    /**
     * @param every of the other model's retention
     */
    private List<ModelSpec> pin(String init, State last, int every) {
        KnownCheckpoints known = known(last);
        List<ModelSpec> specs =
                known.specs().stream()
                        .map(
                                spec ->
                                        ModelSpec.newBuilder(spec)
                                                .setRetention(new Retention(every, 0, false))
                                                .build())
                        .toList();
        Experiment experiment = read(with(init));
        return experiment.pinned(
                resolve(with(init), 0), new KnownCheckpoints(specs, known.checkpoints()), dir);
    }

    /** An experiment with two runs of one model, the newer one with three checkpoints. */
    private KnownCheckpoints known(State last) {
        ModelSpec like = spec(resolve(FILE, 2), "ceiling", 0);
        ModelSpec newer =
                ModelSpec.newBuilder(like)
                        .setId("before/large#0@2")
                        .setExperiment("before")
                        .setModel("large")
                        .build();
        ModelSpec older = ModelSpec.newBuilder(newer).setId("before/large#0@1").setRun(1).build();
        return new KnownCheckpoints(
                List.of(newer, older),
                Map.of(
                        newer.getId(),
                        List.of(
                                checkpoint(newer, 1, State.LEARNING),
                                checkpoint(newer, 2, State.LEARNING),
                                checkpoint(newer, 3, last))));
    }

    private static String with(String init) {
        return FILE.replace("first@last", init);
    }

    private Experiment read(String text) {
        return ExperimentFile.read("demo.yaml", new StringReader(text), dir);
    }

    private List<ModelSpec> resolve(String text, int run) {
        Experiment experiment = read(text);
        try (DataSet data = DataSet.open(experiment.data())) {
            return experiment.resolve(data, 4, run, dir);
        }
    }

    private static ModelSpec spec(List<ModelSpec> specs, String model, long seed) {
        return specs.stream()
                .filter(spec -> spec.getModel().equals(model) && spec.getSeed() == seed)
                .findFirst()
                .orElseThrow();
    }

    private static Checkpoint checkpoint(ModelSpec model, long number, State state) {
        return Checkpoint.newBuilder(SampleRun.checkpoint(model.getId(), number, state, null))
                .setWeightsSha256(SHA256)
                .build();
    }
}
