package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.dataset.DataSet;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Baselines, and the parts of the examples that models learn from. */
class BaselinesTest {
    private static final String FILE =
            """
            name: demo
            task: {classes: [no, yes]}
            data:
              path: data.csv
              fields: {tags: {rating: rating}}
              holdout: {split: test}
            baselines: true
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor, share: 1/2, examples: 60}
              naive: {encoder: minilm, supervisor: bow, passes: 2}
              conf: {encoder: minilm, supervisor: bow, loss: confidence}
              deep: {encoder: bge, supervisor: conf, evaluate-every: 3}
              ceiling: {encoder: minilm, supervisor: truth}
              deep-ceiling: {encoder: bge, supervisor: truth}
            seeds: [0, 7]
            """;

    @TempDir Path dir;

    @BeforeEach
    void twoThousandRows() throws IOException {
        StringBuilder csv = new StringBuilder("id,text,label,split,rating\n");
        for (int i = 0; i < 2_000; i++) {
            csv.append("r").append(i).append(",text ").append(i).append(',');
            csv.append(i % 2 == 0 ? "no," : "yes,").append(i % 5 == 0 ? "test," : "train,");
            csv.append(1_000 + i % 1_000).append('\n');
        }
        Files.writeString(dir.resolve("data.csv"), csv);
    }

    @Test
    void eachKindOfStudentHasOneThatLearnsWhatItsFirstSupervisorHasLearned() {
        Map<String, ModelSpec> specs = specs(FILE, 7);
        // naive and conf are of one kind, with one ceiling
        assertEquals(
                List.of(
                        "bow",
                        "naive",
                        "conf",
                        "deep",
                        "ceiling",
                        "deep-ceiling",
                        "naive-baseline",
                        "deep-baseline"),
                List.copyOf(specs.keySet()));
        ModelSpec bow = of(specs, "bow");
        for (String student : List.of("naive", "deep")) {
            ModelSpec like = of(specs, student);
            ModelSpec baseline = of(specs, student + "-baseline");
            assertEquals("truth", baseline.getSupervisor());
            assertEquals(bow.getId(), baseline.getComparedWith());
            assertEquals(like.getCeiling(), baseline.getCeiling());
            assertEquals(Split.SUPERVISOR, baseline.getSplit());
            assertEquals(ExampleDraw.of(bow), ExampleDraw.of(baseline));
            assertEquals(60, baseline.getBudget());
            assertEquals(like.getEncoderName(), baseline.getEncoderName());
            assertEquals(like.getOptimizer(), baseline.getOptimizer());
            assertEquals(like.getEvaluateEvery(), baseline.getEvaluateEvery());
        }
    }

    @Test
    void aBaselineMakesAsManyStepsAsItsStudent() {
        Map<String, ModelSpec> specs = specs(FILE, 0);
        ModelSpec naive = of(specs, "naive");
        // some 800 student examples: 256, 256, 256, the rest; from the second on as many replayed
        long rest = naive.getBudget() - 3 * 256;
        long expected = 2 * (8 + 16 + 16 + (2 * rest + 31) / 32);
        assertEquals(expected, 2 * Baselines.stepsOfAPass(naive, naive.getBudget()));
        // 60 examples are 2 steps
        ModelSpec baseline = of(specs, "naive-baseline");
        assertEquals((double) expected, 2.0 * baseline.getPasses(), 1.0);
    }

    @Test
    void aBaselineWrittenInTheFileIsNotAddedAgain() {
        String own =
                "  mine: {encoder: bge, supervisor: truth, split: supervisor, share: 1/2,"
                        + " examples: 60, compare-with: bow, ceiling: deep-ceiling}\n";
        Map<String, ModelSpec> specs = specs(FILE.replace("models:\n", "models:\n" + own), 0);
        assertTrue(specs.containsKey("naive-baseline"));
        assertTrue(!specs.containsKey("deep-baseline"), specs.keySet()::toString);
        assertRejected(
                FILE.replace("deep:", "naive-baseline:")
                        .replace("supervisor: conf, evaluate-every: 3", "supervisor: bow"),
                "'naive-baseline' and 'baselines: true'");
    }

    @Test
    void withoutTheKeyThereIsNone() {
        assertEquals(6, specs(FILE.replace("baselines: true\n", ""), 0).size());
    }

    @Test
    void studentsOfRulesHaveNoBaseline() {
        String file =
                FILE.replace("supervisor: bow,", "supervisor: words,")
                        .replace(
                                "models:\n",
                                """
                                labelers:
                                  words: {kind: rules, keywords: {no: [a], yes: [b]}}
                                models:
                                """);
        assertEquals(6, specs(file, 0).size());
    }

    @Test
    void ofAChoiceTaskAlsoOneThatSeesLengthsAlone() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            lines.append(
                    ("{\"id\": \"r%d\", \"q\": \"question %d\", \"a\": \"yes %d\", \"b\": \"no %d\","
                                    + " \"label\": 0, \"split\": \"%s\"}%n")
                            .formatted(i, i, i, i, i % 5 == 0 ? "test" : "train"));
        }
        Files.writeString(dir.resolve("data.jsonl"), lines);
        Map<String, ModelSpec> specs =
                specs(
                        """
                        name: demo
                        task: {kind: choice}
                        data:
                          path: data.jsonl
                          fields: {text: q, options: [a, b]}
                          holdout: {split: test}
                        baselines: true
                        models:
                          bow: {encoder: hashing, supervisor: truth, split: supervisor, examples: 60}
                          naive: {encoder: minilm, supervisor: bow}
                          other: {encoder: bge, supervisor: bow, ceiling: other-ceiling}
                          ceiling: {encoder: minilm, supervisor: truth}
                          other-ceiling: {encoder: bge, supervisor: truth}
                          length: {encoder: length, supervisor: truth, split: supervisor, examples: 60}
                          short: {encoder: minilm, supervisor: length}
                        """,
                        0);
        ModelSpec length = of(specs, "bow-length-baseline");
        assertEquals("length", length.getEncoderName());
        assertEquals(of(specs, "bow").getId(), length.getComparedWith());
        assertEquals(of(specs, "ceiling").getId(), length.getCeiling());
        assertEquals(20, length.getPasses()); // its own default: it is no twin of the student
        // one for bow, whatever the ceilings of its students; none for a length-only supervisor
        assertEquals(
                Set.of(
                        "bow",
                        "naive",
                        "other",
                        "ceiling",
                        "other-ceiling",
                        "length",
                        "short",
                        "naive-baseline",
                        "other-baseline",
                        "short-baseline",
                        "bow-length-baseline"),
                specs.values().stream().map(ModelSpec::getModel).collect(Collectors.toSet()));
    }

    @Test
    void shareAndConditionAreCountedAndWrittenIntoTheSpec() {
        String file =
                FILE.replace("baselines: true\n", "")
                        .replace("share: 1/2, examples: 60", "share: 2/3, where: rating < 1500");
        Map<String, ModelSpec> specs = specs(file, 0);
        ModelSpec bow = of(specs, "bow");
        assertEquals(2, bow.getShare());
        assertEquals(3, bow.getShares());
        assertEquals("rating < 1500", bow.getWhere());
        // a third of the half of the 1,600 outside the holdout with a rating below 1,500
        assertEquals(133.0, (double) bow.getBudget(), 35.0);
        assertNull(of(specs, "naive").getWhere());
    }

    @Test
    void mistakesAreNamed() {
        assertRejected(FILE.replace("1/2", "3/2"), "'3/2' in models.bow.share", "K/N");
        assertRejected(FILE.replace("1/2", "half"), "'half' in models.bow.share");
        assertRejected(
                FILE.replace("share: 1/2", "where: rating"),
                "line 9",
                "models.bow.where",
                "rating");
        assertRejected(
                FILE.replace("share: 1/2", "compare-with: bow"),
                "compare-with 'bow' of model 'bow'");
        assertRejected(FILE.replace("share: 1/2", "compare-with: bo"), "did you mean 'bow'?");
        assertRejected(
                FILE.replace("passes: 2", "compare-with: conf"),
                "compare-with for model 'naive' with supervisor 'bow'");
        var few =
                assertThrows(
                        ExperimentException.class,
                        () -> specs(FILE.replace("share: 1/2", "share: 1/20"), 0));
        assertTrue(
                String.valueOf(few.getMessage()).contains("in split supervisor, share 1/20"),
                few::getMessage);
    }

    private void assertRejected(String file, String... parts) {
        var rejected = assertThrows(ExperimentException.class, () -> read(file));
        for (String part : parts) {
            assertTrue(String.valueOf(rejected.getMessage()).contains(part), rejected::getMessage);
        }
    }

    private static ModelSpec of(Map<String, ModelSpec> specs, String model) {
        return Objects.requireNonNull(specs.get(model), model);
    }

    private Map<String, ModelSpec> specs(String file, long seed) {
        Experiment experiment = read(file);
        Map<String, ModelSpec> specs = new LinkedHashMap<>();
        try (DataSet data = DataSet.open(experiment.data())) {
            experiment.resolve(data, 4, 0, dir).stream()
                    .filter(spec -> spec.getSeed() == seed)
                    .forEach(spec -> specs.put(spec.getModel(), spec));
        }
        return specs;
    }

    private Experiment read(String text) {
        return ExperimentFile.read(
                dir.resolve("demo.yaml").toString(), new StringReader(text), dir);
    }
}
