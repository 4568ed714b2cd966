package dev.belay.cli.experiment;

import static dev.belay.cli.experiment.BadExperiments.assertRejected;
import static dev.belay.cli.experiment.BadExperiments.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GridTest {
    private static final String HEAD =
            """
            name: demo
            task: {classes: [negative, positive]}
            data: {path: data.jsonl.gz, holdout: {split: test}}
            models:
              few:  {encoder: hashing, supervisor: truth, split: supervisor, examples: 50}
              many: {encoder: hashing, supervisor: truth, split: supervisor, examples: 500}
            """;

    private static final String GRID =
            HEAD
                    + """
            grid:
              model: {evaluate-every: 4}
              encoder: [minilm, bge]
              loss:
                naive: cross-entropy
                half: {kind: confidence, alpha: 0.5}
              supervisor: [few, many]
            seeds: [0, 1, 2]
            """;

    @Test
    void aModelForEachCombinationAndACeilingForEachArchitecture() {
        List<String> names = names(GRID);
        assertEquals(
                List.of(
                        "few",
                        "many",
                        "minilm-ceiling",
                        "bge-ceiling",
                        "minilm-naive-few",
                        "minilm-naive-many",
                        "minilm-half-few",
                        "minilm-half-many",
                        "bge-naive-few",
                        "bge-naive-many",
                        "bge-half-few",
                        "bge-half-many"),
                names);
    }

    /** The same experiment written out by hand. */
    @Test
    void theModelsAreThoseOfAFileThatHasThemAll() {
        StringBuilder text = new StringBuilder(HEAD);
        for (String encoder : List.of("minilm", "bge")) {
            text.append(
                    "  %1$s-ceiling: {encoder: %1$s, supervisor: truth, evaluate-every: 4}\n"
                            .formatted(encoder));
        }
        for (String encoder : List.of("minilm", "bge")) {
            for (String loss : List.of("naive", "half")) {
                for (String supervisor : List.of("few", "many")) {
                    text.append(
                            "  %s-%s-%s: {encoder: %s, loss: %s, supervisor: %s, evaluate-every: 4}\n"
                                    .formatted(
                                            encoder,
                                            loss,
                                            supervisor,
                                            encoder,
                                            loss.equals("naive")
                                                    ? "cross-entropy"
                                                    : "{kind: confidence, alpha: 0.5}",
                                            supervisor));
                }
            }
        }
        text.append("seeds: [0, 1, 2]\n");
        assertEquals(withoutPlaces(read(text.toString())), withoutPlaces(read(GRID)));
    }

    /** All that a model is but its position in the file. */
    private static List<String> withoutPlaces(Experiment experiment) {
        return experiment.models().stream()
                .map(model -> model.toString().replaceFirst("place=[^=]*, name=", "name="))
                .toList();
    }

    @Test
    void aFurtherValueChangesNoName() {
        List<String> before = names(GRID);
        for (String more :
                List.of(
                        GRID.replace("[minilm, bge]", "[e5, minilm, bge]"),
                        GRID.replace("    naive:", "    sure: product\n    naive:"),
                        GRID.replace("[few, many]", "[many, few]"))) {
            List<String> after = names(more);
            assertTrue(after.containsAll(before), after::toString);
        }
    }

    @Test
    void anAxisThatIsNoKeyGivesSeveral() {
        Experiment experiment =
                read(
                        HEAD
                                + """
                        grid:
                          model: {supervisor: few}
                          student:
                            small: {encoder: minilm}
                            large: {encoder: bge, head: {mlp: 64}, learning-rate: 0.01}
                          passes: [1, 4]
                        """);
        ModelEntry large = model(experiment, "large-4");
        assertEquals(64, large.head().getHidden());
        assertEquals(4, large.passes());
        assertEquals("large-4-ceiling", large.ceiling());
        assertEquals(4, model(experiment, "large-4-ceiling").passes());
        assertEquals(0.01, model(experiment, "large-4-ceiling").optimizer().getLearningRate());
        assertEquals(2 + 4 + 4, experiment.models().size());
    }

    @Test
    void aTwinInTheFileIsTheCeiling() {
        Experiment experiment =
                read(GRID.replace("grid:", "  top: {encoder: bge, supervisor: truth}\ngrid:"));
        assertEquals("top", model(experiment, "bge-half-many").ceiling());
        assertEquals("minilm-ceiling", model(experiment, "minilm-half-many").ceiling());
        assertEquals(2 + 1 + 1 + 8, experiment.models().size());
    }

    @Test
    void ceilingsCanBeNamedOrLeftOut() {
        Experiment experiment =
                read(GRID.replace("evaluate-every: 4", "evaluate-every: 4, ceiling: none"));
        assertNull(model(experiment, "bge-half-many").ceiling());
        assertEquals(2 + 8, experiment.models().size());
    }

    @Test
    void modelsOnTruthNeedNeitherModelsNorCeilings() {
        Experiment experiment =
                read(
                        """
                        name: demo
                        task: {classes: [negative, positive]}
                        data: {path: data.jsonl.gz, holdout: {split: test}}
                        grid:
                          supervisor: [truth]
                          encoder: [hashing, minilm]
                        """);
        assertEquals(
                List.of("truth-hashing", "truth-minilm"),
                experiment.models().stream().map(ModelEntry::name).toList());
    }

    @Test
    void mistakesAreReportedAtTheirLine() {
        assertRejected(
                GRID.replace("alpha: 0.5", "alpha: 5"),
                "line 12, column 37: found '5' in models.minilm-half-few.loss.alpha");
        assertRejected(
                GRID.replace("[minilm, bge]", "[minilm, bgee]"),
                "line 9",
                "'bgee' in models.bgee-naive-few.encoder",
                "did you mean 'bge'?");
        assertRejected(
                GRID.replace("evaluate-every: 4", "evaluate: 4"),
                "line 8",
                "unknown key 'evaluate' in grid.model");
        assertRejected(
                GRID.replace("[few, many]", "[few, some]"),
                "supervisor 'some' of model 'minilm-naive-some'");
        assertRejected(
                GRID.replace("  loss:", "  losses: [cross-entropy]\n  loss:"),
                "line 10",
                "'losses' is no key of a model; did you mean 'loss'?");
        assertRejected(
                GRID.replace("  loss:", "  seeds: [1]\n  loss:"), "line 10", "top of the file");
        assertRejected(
                GRID.replace("[minilm, bge]", "[minilm, {kind: hashing}]"),
                "line 9, column 21",
                "a mapping in grid.encoder",
                "make the whole axis a mapping of names");
        assertRejected(
                GRID.replace("[minilm, bge]", "[minilm, minilm]"), "line 9", "each value once");
        assertRejected(GRID.replace("[minilm, bge]", "[]"), "line 9", "at least one value");
        assertRejected(
                GRID.replace("evaluate-every: 4", "loss: product"),
                "line 10",
                "key 'loss' a second time");
        assertRejected(HEAD + "grid: {model: {passes: 2}}\n", "line 7", "at least one axis");
        assertRejected(
                GRID.replace(
                                "  loss:",
                                "  encoders:\n    x: {passes: 1}\n    x-y: {passes: 2}\n  loss:")
                        .replace("    naive:", "    y-naive: product\n    naive:"),
                "two models named 'minilm-x-y-naive-few'");
        assertRejected(
                GRID.replace(
                        "  few: ",
                        "  bge-half-few: {encoder: minilm, supervisor: few, ceiling: none}\n  few: "),
                "line 5",
                "model 'bge-half-few', and one of the grid (line 9) of the same name");
    }

    private static List<String> names(String text) {
        return new ArrayList<>(
                read(text).models().stream().map(ModelEntry::name).collect(Collectors.toList()));
    }

    private static ModelEntry model(Experiment experiment, String name) {
        return experiment.models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
