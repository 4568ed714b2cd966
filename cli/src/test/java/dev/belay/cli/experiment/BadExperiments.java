package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Path;

/** A valid experiment file, and the check that a changed one is rejected. */
final class BadExperiments {
    static final String GOOD =
            """
            name: demo
            task:
              classes: [negative, positive]
            data:
              path: data.jsonl.gz
              holdout: {split: test}
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor, examples: 200}
              naive: {encoder: minilm, supervisor: bow}
              ceiling: {encoder: minilm, supervisor: truth}
            """;

    private BadExperiments() {}

    /** The file with other entries for the model {@code naive}. */
    static String naive(String entries) {
        return GOOD.replace("{encoder: minilm, supervisor: bow}", "{" + entries + "}");
    }

    static Experiment read(String text) {
        return ExperimentFile.read("demo.yaml", new StringReader(text), Path.of("dir"));
    }

    /** Asserts one error that names the file and contains these parts. */
    static void assertRejected(String text, String... parts) {
        String message = assertThrows(ExperimentException.class, () -> read(text)).getMessage();
        assertTrue(message.startsWith("demo.yaml"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), "expected '" + part + "' in: " + message);
        }
    }
}
