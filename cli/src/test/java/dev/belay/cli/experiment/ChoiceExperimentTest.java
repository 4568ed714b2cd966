package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig.OptionColumns;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experiments whose examples have options. */
class ChoiceExperimentTest {
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
              strong: {encoder: hashing, supervisor: weak}
              ceiling: {encoder: hashing, supervisor: truth}
            """;

    @TempDir Path dir;

    @Test
    void aModelOfChoicesHasNoClassesAndOneLogit() throws IOException {
        // Given
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++)
            lines.append(
                    "{\"id\":\"%d\",\"prompt\":\"p\",\"good\":\"g\",\"bad\":\"b\"}\n".formatted(i));
        Files.writeString(dir.resolve("data.jsonl"), lines);
        Experiment experiment = read(FILE);
        assertEquals(
                new OptionColumns(List.of("good", "bad")), experiment.data().fields().options());
        // When
        try (DataSet data = DataSet.open(experiment.data())) {
            ModelSpec weak = experiment.resolve(data, 4, 0, dir).get(0);
            // Then: a weight for each of two features, and a bias
            assertEquals("choice", weak.getTaskKind());
            assertEquals(List.of(), weak.getClasses());
            assertEquals(3, weak.getParameters());
        }
    }

    @Test
    void optionsAreOneColumnOrSeveral() {
        String one = FILE.replace("options: [good, bad], label: good", "options: o, label: right");
        assertEquals(new OptionColumns(List.of("o")), read(one).data().fields().options());
    }

    @Test
    void whatDoesNotFitIsAnErrorAtItsLine() {
        says(FILE.replace("choice}", "choices}"), "line 2", "one of [choice, classes]");
        says(
                FILE.replace("choice}", "choice, classes: [a, b]}"),
                "line 2",
                "no such key with 'kind: choice'");
        says(FILE.replace("kind: choice", "classes: [a, b]"), "line 5", "'task: {kind: choice}'");
        says(FILE.replace(", options: [good, bad]", ""), "line 5", "'options'");
        says(
                FILE.replace("  fields: {text: prompt, options: [good, bad], label: good}\n", ""),
                "options");
        says(FILE.replace("[good, bad]", "[good]"), "line 5", "at least 2 different names");
        says(FILE.replace("text: prompt", "vector: v"), "line 5", "a text or parts beside options");
        says(
                FILE.replace("encoder: length", "encoder: vector"),
                "line 8",
                "found 'vector' in models.weak.encoder");
        says(
                FILE.replace("path: data.jsonl\n", "builtin: wordnet-physical\n")
                        .replace(
                                "  fields: {text: prompt, options: [good, bad], label: good}\n", "")
                        .replace("  holdout: {share: 0.2}\n", ""),
                "line 2",
                "kind: classes, as the builtin's task is");
    }

    private Experiment read(String file) {
        return ExperimentFile.read("demo.yaml", new StringReader(file), dir);
    }

    private void says(String file, String... parts) {
        var e = assertThrows(ExperimentException.class, () -> read(file));
        for (String part : parts) assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
