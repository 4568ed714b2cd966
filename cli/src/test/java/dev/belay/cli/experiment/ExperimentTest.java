package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.DataSummary.SplitCounts;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {
    private static final String DATA =
            """
            name: demo
            task: {classes: [no, yes]}
            data:
              path: data.csv
              holdout: {split: test}
            """;

    private static final String FILE =
            DATA
                    + """
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor, examples: 40}
              naive: {encoder: minilm, supervisor: bow}
              conf: {encoder: minilm, supervisor: bow, loss: {kind: confidence, alpha: 0.75}}
              deep: {encoder: bge, head: {mlp: 64}, supervisor: conf, ceiling: none,
                     label-policy: latest, passes: 3, learning-rate: 0.01, optimizer: adam}
              ceiling: {encoder: minilm, supervisor: truth}
            seeds: [0, 7]
            """;

    @TempDir Path dir;

    @BeforeEach
    void fiveHundredRowsSortedByClass() throws IOException {
        write(500, 250);
    }

    @Test
    void whatTheFileLeavesOutIsFilledIn() {
        Experiment experiment = read(FILE);
        assertEquals("demo", experiment.task());
        assertEquals(List.of("no", "yes"), experiment.data().classes());
        assertEquals(
                dir.resolve("data.csv"),
                Path.of(experiment.data().source().parameters().text("path")));
        assertEquals("split", experiment.data().fields().split());
        assertEquals(List.of(0L, 7L), experiment.seeds());
        ModelEntry bow = experiment.models().get(0);
        assertEquals(20, bow.passes());
        assertEquals(OptimizerKind.ADAM, bow.optimizer().getKind());
        assertEquals(0.02, bow.optimizer().getLearningRate());
        assertEquals(10.0, bow.optimizer().getRidgeC());
        assertTrue(bow.zeroInit());
        ModelEntry naive = experiment.models().get(1);
        assertEquals(1, naive.passes());
        assertEquals(OptimizerKind.ADAMW, naive.optimizer().getKind());
        assertEquals(256, naive.microEpoch());
        assertEquals("cross-entropy", naive.methods().loss().plugin().name());
        assertEquals("ceiling", naive.ceiling());
        assertEquals("ceiling", experiment.models().get(2).ceiling());
        ModelEntry deep = experiment.models().get(3);
        assertEquals(HeadKind.MLP, deep.head().getKind());
        assertEquals(64, deep.head().getHidden());
        assertEquals(3, deep.passes());
        assertNull(deep.ceiling());
    }

    @Test
    void everyModelAndSeedGetsASpecThatNamesItsSupervisorAndCeiling() {
        Experiment experiment = read(FILE);
        try (DataSet data = DataSet.open(experiment.data())) {
            // When
            List<ModelSpec> specs = experiment.resolve(data, 4, 2, dir);
            // Then
            assertEquals(10, specs.size());
            assertEquals("demo/bow#0@2", specs.get(0).getId());
            assertEquals("truth", specs.get(0).getSupervisor());
            ModelSpec conf = specs.get(7);
            assertEquals("demo/conf#7@2", conf.getId());
            assertEquals("demo/bow#7@2", conf.getSupervisor());
            assertEquals("demo/ceiling#7@2", conf.getCeiling());
            assertEquals(0.75, conf.getLoss().getAlpha());
            assertEquals(data.summary().of(Split.STUDENT).rows(), conf.getBudget());
            assertEquals(1.0, conf.getDrawBelow());
            assertEquals((1L << 14) * 2 + 2, specs.get(0).getParameters());
            assertEquals(22_565_376L + 384 * 2 + 2, conf.getParameters());
            assertEquals(33_212_160L + 384 * 64 + 64 + 64 * 2 + 2, specs.get(8).getParameters());
        }
    }

    @Test
    void aSupervisorDrawsTwiceItsExamplesAndNoFewer() {
        Experiment experiment = read(FILE);
        try (DataSet data = DataSet.open(experiment.data())) {
            SplitCounts split = data.summary().of(Split.SUPERVISOR);
            for (ModelSpec spec : experiment.resolve(data, 4, 0, dir)) {
                if (spec.getModel().equals("bow")) {
                    assertEquals(40, spec.getBudget());
                    assertEquals(80.0 / split.rows(), spec.getDrawBelow());
                    assertTrue(
                            data.countDrawn(Split.SUPERVISOR, ExampleDraw.of(spec)).rows() >= 40);
                }
            }
        }
    }

    @Test
    void theHashOfASpecChangesWithItsSettingsOnly() {
        Experiment experiment = read(FILE);
        Experiment other = read(FILE.replace("alpha: 0.75", "alpha: 0.5"));
        try (DataSet data = DataSet.open(experiment.data())) {
            List<ModelSpec> first = experiment.resolve(data, 4, 0, dir);
            List<ModelSpec> later = experiment.resolve(data, 4, 5, dir);
            List<ModelSpec> changed = other.resolve(data, 4, 0, dir);
            for (int i = 0; i < first.size(); i++) {
                String hash = first.get(i).getSpecHash();
                assertEquals(64, hash.length());
                assertEquals(hash, later.get(i).getSpecHash());
                if (first.get(i).getModel().equals("conf")) {
                    assertNotEquals(hash, changed.get(i).getSpecHash());
                } else {
                    assertEquals(hash, changed.get(i).getSpecHash());
                }
            }
            assertEquals(
                    10, new HashSet<>(first.stream().map(ModelSpec::getSpecHash).toList()).size());
        }
    }

    @Test
    void anEncodersParametersArePartOfTheHashUnlessTheyAreDefaults() {
        Experiment experiment = read(FILE);
        Experiment same =
                read(FILE.replace("encoder: hashing", "encoder: {kind: hashing, buckets: 16384}"));
        Experiment other =
                read(FILE.replace("encoder: hashing", "encoder: {kind: hashing, buckets: 4096}"));
        try (DataSet data = DataSet.open(experiment.data())) {
            assertEquals(experiment.resolve(data, 4, 0, dir), same.resolve(data, 4, 0, dir));
            ModelSpec bow = experiment.resolve(data, 4, 0, dir).get(0);
            ModelSpec changed = other.resolve(data, 4, 0, dir).get(0);
            assertEquals(Map.of("buckets", "4096"), changed.getEncoderParameters());
            assertEquals((1L << 12) * 2 + 2, changed.getParameters());
            assertNotEquals(bow.getSpecHash(), changed.getSpecHash());
        }
    }

    @Test
    void maxTokensIsAParameterOfTheEncoderUnlessItIsTheLimit() {
        // Given: the same model without it, with it at either place, and with the limit
        String deep = "deep: {encoder: bge, ";
        Experiment experiment = read(FILE);
        Experiment same = read(FILE.replace(deep, deep + "max-tokens: 512, "));
        Experiment other = read(FILE.replace(deep, deep + "max-tokens: 0128, "));
        Experiment inside =
                read(FILE.replace(deep, "deep: {encoder: {kind: bge, max-tokens: 128}, "));
        try (DataSet data = DataSet.open(experiment.data())) {
            // When
            ModelSpec changed = other.resolve(data, 4, 0, dir).get(3);
            // Then
            assertEquals(experiment.resolve(data, 4, 0, dir), same.resolve(data, 4, 0, dir));
            assertEquals(other.resolve(data, 4, 0, dir), inside.resolve(data, 4, 0, dir));
            assertEquals(Map.of("max-tokens", "128"), changed.getEncoderParameters());
            ModelSpec before = experiment.resolve(data, 4, 0, dir).get(3);
            assertNotEquals(before.getSpecHash(), changed.getSpecHash());
            assertEquals(before.getParameters(), changed.getParameters());
        }
    }

    @Test
    void aQuantisedEncoderIsOnlyUsedFrozen() {
        String deep = "deep: {encoder: bge,";
        Experiment frozen = read(FILE.replace(deep, "deep: {encoder: bge-int8,"));
        Experiment tuned = read(FILE.replace(deep, "deep: {encoder: bge-int8, finetune: full,"));
        try (DataSet data = DataSet.open(frozen.data())) {
            assertEquals(
                    33_212_160L + 384 * 64 + 64 + 64 * 2 + 2,
                    frozen.resolve(data, 4, 0, dir).get(3).getParameters());
            String message =
                    assertThrows(ExperimentException.class, () -> tuned.resolve(data, 4, 0, dir))
                            .getMessage();
            assertTrue(message.contains("bge-int8 is only used frozen"), message);
        }
    }

    @Test
    void aModelWhoseTrainingStateNoCheckpointCanHoldIsRefusedWithItsLine() {
        Experiment experiment =
                read(
                        FILE.replace(
                                "naive: {encoder: minilm, supervisor: bow}",
                                "wide: {encoder: hashing, head: {mlp: 65536}, supervisor: bow,"
                                        + " ceiling: none}"));
        try (DataSet data = DataSet.open(experiment.data())) {
            String message =
                    assertThrows(
                                    ExperimentException.class,
                                    () -> experiment.resolve(data, 4, 0, dir))
                            .getMessage();
            assertTrue(message.contains("line 8, column"), message);
            assertTrue(
                    message.contains("model 'wide': the training state of demo/wide#0"), message);
            assertTrue(message.contains("expected at most 2147483639"), message);
        }
    }

    @Test
    void aSupervisorWhoseDrawLacksAClassIsRefused() throws IOException {
        write(500, 500);
        Experiment experiment = read(FILE);
        try (DataSet data = DataSet.open(experiment.data())) {
            String message =
                    assertThrows(
                                    ExperimentException.class,
                                    () -> experiment.resolve(data, 4, 0, dir))
                            .getMessage();
            assertTrue(message.startsWith(dir.resolve("demo.yaml") + ", line 7"), message);
            assertTrue(message.contains("no row of class 'yes' in the "), message);
        }
    }

    @Test
    void aSupervisorThatAsksForMoreThanItsSplitHasIsRefused() {
        Experiment experiment = read(FILE.replace("examples: 40", "examples: 4000"));
        try (DataSet data = DataSet.open(experiment.data())) {
            String message =
                    assertThrows(
                                    ExperimentException.class,
                                    () -> experiment.resolve(data, 4, 0, dir))
                            .getMessage();
            assertTrue(message.contains("expected at least 4000"), message);
        }
    }

    @Test
    void quickstartResolvesOnTheBuiltinTask() {
        Experiment experiment = ExperimentFile.quickstart();
        try (DataSet data = DataSet.open(experiment.data())) {
            List<ModelSpec> specs = experiment.resolve(data, 4, 0, dir);
            assertEquals(18, specs.size());
            assertEquals(500, specs.get(0).getBudget());
            assertEquals(5_005, specs.get(1).getBudget());
            assertEquals("quickstart/bge-ceiling#0@0", specs.get(3).getCeiling());
        }
    }

    @Test
    void studentsOfAllSeedsLearnFromTheOneLabelerThatIsNoModel() {
        Experiment experiment =
                read(
                        DATA
                                + """
                        labelers:
                          words:
                            kind: rules
                            keywords: {yes: [fine, "of course"], no: [bad]}
                            ignore-case: false
                          crowd: {kind: external}
                        models:
                          student: {encoder: minilm, supervisor: words}
                          other: {encoder: minilm, supervisor: crowd}
                          boot: {encoder: minilm, supervisor: student}
                          ceiling: {encoder: minilm, supervisor: truth}
                        seeds: [0, 7]
                        """);
        try (DataSet data = DataSet.open(experiment.data())) {
            List<ModelSpec> specs = experiment.resolve(data, 4, 2, dir);
            assertEquals(
                    List.of(
                            "demo/words#0@2",
                            "demo/crowd#0@2",
                            "demo/student#0@2",
                            "truth",
                            "demo/words#0@2",
                            "demo/crowd#0@2",
                            "demo/student#7@2",
                            "truth"),
                    specs.stream().map(ModelSpec::getSupervisor).toList());
            assertEquals("demo/ceiling#7@2", specs.get(4).getCeiling());
        }
        LabelerSpec words = experiment.labelerSpecs(4, 2, 11).get(0);
        assertEquals("demo/words#0@2", words.getId());
        assertEquals(0, words.getVersion());
        assertEquals(11, words.getEventTimeMs());
        assertEquals(
                Map.of(
                        "keywords",
                        "{\"yes\":[\"fine\",\"of course\"],\"no\":[\"bad\"]}",
                        "ignore-case",
                        "false"),
                words.getMethod().getParameters());
        // the hash is of the settings only
        LabelerSpec again = experiment.labelerSpecs(4, 3, 12).get(0);
        assertEquals(words.getSpecHash(), again.getSpecHash());
        assertNotEquals(
                words.getSpecHash(), experiment.labelerSpecs(4, 2, 11).get(1).getSpecHash());
    }

    @Test
    void aLabelerThatReadsAModelExistsOnceASeed() {
        Experiment experiment =
                read(
                        DATA
                                + """
                        labelers:
                          words: {kind: rules, keywords: {yes: [fine]}}
                          mean: {kind: average, sources: [truth, bow, words]}
                          vote: {kind: majority, sources: [words, mean]}
                          noisy: {kind: average, sources: [truth, words]}
                        models:
                          bow: {encoder: hashing, supervisor: truth, split: supervisor}
                          student: {encoder: minilm, supervisor: vote}
                          ceiling: {encoder: minilm, supervisor: truth}
                        seeds: [3, 7]
                        """);
        List<LabelerSpec> specs = experiment.labelerSpecs(4, 2, 11);
        assertEquals(
                List.of(
                        "demo/words#0@2 []",
                        "demo/mean#3@2 [truth, demo/bow#3@2, demo/words#0@2]",
                        "demo/mean#7@2 [truth, demo/bow#7@2, demo/words#0@2]",
                        "demo/vote#3@2 [demo/words#0@2, demo/mean#3@2]",
                        "demo/vote#7@2 [demo/words#0@2, demo/mean#7@2]",
                        "demo/noisy#0@2 [truth, demo/words#0@2]"),
                specs.stream().map(spec -> spec.getId() + " " + spec.getSources()).toList());
        try (DataSet data = DataSet.open(experiment.data())) {
            assertEquals(
                    List.of("demo/vote#3@2", "demo/vote#7@2"),
                    experiment.resolve(data, 4, 2, dir).stream()
                            .filter(spec -> spec.getModel().equals("student"))
                            .map(ModelSpec::getSupervisor)
                            .toList());
        }
    }

    @Test
    void theExamplesBesideTheProjectCanBeRead() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var all = Files.list(Path.of("../experiments"))) {
            all.filter(p -> p.toString().endsWith(".yaml")).forEach(files::add);
        }
        assertTrue(files.size() >= 2, "found " + files);
        for (Path file : files) {
            assertTrue(ExperimentFile.read(file).models().size() >= 3);
        }
    }

    private Experiment read(String text) {
        return ExperimentFile.read(
                dir.resolve("demo.yaml").toString(), new StringReader(text), dir);
    }

    private void write(int rows, int negatives) throws IOException {
        StringBuilder csv = new StringBuilder("id,text,label,split\n");
        for (int i = 0; i < rows; i++) {
            csv.append("r").append(i).append(",text ").append(i).append(',');
            csv.append(i < negatives ? "no" : "yes").append(i % 5 == 0 ? ",test\n" : ",train\n");
        }
        Files.writeString(dir.resolve("data.csv"), csv);
    }
}
