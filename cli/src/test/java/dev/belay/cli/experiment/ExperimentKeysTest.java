package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.trainers.learning.ModelDefaults;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the docs say of a key is what the reader does. */
class ExperimentKeysTest {
    private static final String FILE =
            """
            name: demo
            task: {classes: [no, yes]}
            data: {path: d.csv, holdout: {share: 0.2}%s}
            models:
              m: {encoder: %s, supervisor: truth%s}
            """;

    @Test
    void writingADocumentedDefaultIntoTheFileChangesNothing() {
        for (String encoder : List.of("minilm", "hashing", "mlp")) {
            ModelDefaults defaults = defaults(encoder);
            Experiment without = read(FILE.formatted("", encoder, ""));
            assertEquals(
                    without,
                    read(
                            FILE.formatted(
                                    written(ExperimentKeys.SOURCE, defaults),
                                    encoder,
                                    written(ModelKeys.MODEL, defaults)
                                            + ", optimizer: {"
                                            + written(ModelKeys.OPTIMIZERS, defaults).substring(2)
                                            + "}, keep: {"
                                            + written(ModelKeys.KEPT, defaults).substring(2)
                                            + "}")));
        }
    }

    private static ModelDefaults defaults(String encoder) {
        String kind = encoder.equals("mlp") ? "from scratch" : encoder;
        return ModelKeys.OTHER_DEFAULTS.getOrDefault(kind, ModelKeys.STANDARD);
    }

    /** All keys of a group that have a value by default, with it. */
    private static String written(KeyGroup group, ModelDefaults defaults) {
        return group.keys().stream()
                .filter(key -> key.defaults() != null && !isAbsence(key))
                .map(key -> ", " + key.name() + ": " + key.defaultText().apply(defaults))
                .collect(Collectors.joining());
    }

    /** Whether its default is what no value means, so that it can't be written. */
    private static boolean isAbsence(Key<?> key) {
        return List.of("examples", "ready-at", "every", "newest", "head-learning-rate")
                .contains(key.name());
    }

    @Test
    void aWrongValueIsRefusedWithTheValuesOfTheDocs() {
        for (Key<?> key : ModelKeys.MODEL.keys()) {
            if (key.defaults() != null) {
                String text = FILE.formatted("", "hf:x", ", " + key.name() + ": wrong");
                var e = assertThrows(ExperimentException.class, () -> read(text));
                assertTrue(
                        e.getMessage()
                                .startsWith(
                                        "demo.yaml, line 5, column %d: found 'wrong' in models.m.%s; expected %s"
                                                .formatted(
                                                        text.lines()
                                                                        .toList()
                                                                        .get(4)
                                                                        .indexOf("wrong")
                                                                + 1,
                                                        key.name(),
                                                        key.values())),
                        e.getMessage());
            }
        }
    }

    @Test
    void theTablesNameDefaultsThatDependOnTheEncoder() {
        String tables = ExperimentKeys.tables();
        assertTrue(
                tables.contains(
                        "| `passes` | a whole number from 1 to 1000 | 1; hashing: 20; from scratch: 4 |"),
                tables);
        assertTrue(
                tables.contains(
                        "| `learning-rate` | a number from 1.0E-9 to 10.0 | 0.001; hashing: 0.02; fine-tuned: 0.0001 |"),
                tables);
        assertTrue(tables.contains("In `models.NAME.keep`:"), tables);
    }

    private static Experiment read(String text) {
        return ExperimentFile.read("demo.yaml", new StringReader(text), Path.of("dir"));
    }
}
