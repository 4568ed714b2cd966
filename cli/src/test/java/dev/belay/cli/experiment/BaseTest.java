package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseTest {
    private static final String BASE =
            """
            data:
              fields: {label: sentiment}
              holdout: {split: test}
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor, examples: 200}
            grid:
              model: {supervisor: bow}
              encoder: [minilm, bge]
              loss: [cross-entropy, product]
            seeds: [0, 1]
            """;

    private static final String OWN =
            """
            base: ../base.yaml
            name: demo
            task: {classes: [negative, positive]}
            data: {path: data.jsonl}
            """;

    @TempDir Path dir;

    @BeforeEach
    void aFolderForTheFile() throws IOException {
        Files.createDirectories(dir.resolve("sub"));
    }

    @Test
    void whatAFileLacksIsThatOfItsBase() throws IOException {
        Experiment experiment = read(BASE, OWN);
        assertEquals("demo", experiment.name());
        assertEquals("sentiment", experiment.data().fields().label());
        assertEquals(
                dir.resolve("sub/data.jsonl"),
                Path.of(experiment.data().source().parameters().text("path")));
        assertEquals(List.of(0L, 1L), experiment.seeds());
        assertEquals(1 + 2 + 4, experiment.models().size());
    }

    @Test
    void entriesOfTheFileReplaceThoseOfTheBaseAsAWhole() throws IOException {
        Experiment experiment =
                read(
                        BASE,
                        OWN
                                + """
                        models:
                          bow: {encoder: length, supervisor: truth}
                          second: {encoder: hashing, supervisor: truth}
                        grid: {encoder: [e5]}
                        seeds: [7]
                        """);
        assertEquals(List.of(7L), experiment.seeds());
        ModelEntry bow = experiment.models().get(0);
        assertEquals("length", bow.encoder().name());
        assertEquals(0, bow.examples());
        assertEquals(
                List.of("bow", "second", "e5-ceiling", "e5-cross-entropy", "e5-product"),
                experiment.models().stream().map(ModelEntry::name).toList());
    }

    @Test
    void mistakesAreReportedInTheFileThatHasThem() {
        assertRejected(
                BASE.replace("examples: 200", "examples: no"),
                OWN,
                "base.yaml, line 5, column 75: found 'no' in models.bow.examples");
        assertRejected(
                BASE.replace("[minilm, bge]", "[minilm, bgee]"),
                OWN + "grid: {loss: [entropy]}\n",
                "base.yaml, line 8",
                "'bgee'");
        assertRejected(BASE, OWN + "grid: {loss: [entropie]}\n", "own.yaml, line 5", "'entropie'");
        assertRejected(BASE.replace("seeds", "sieds"), OWN, "base.yaml, line 10", "'sieds'");
        assertRejected("base: x.yaml\n" + BASE, OWN, "base.yaml, line 1", "no base");
        assertRejected(
                BASE, OWN.replace("../base.yaml", "none.yaml"), "own.yaml, line 1", "'none.yaml'");
    }

    private void assertRejected(String base, String own, String... parts) {
        String message =
                assertThrows(ExperimentException.class, () -> read(base, own)).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), "expected '" + part + "' in: " + message);
        }
    }

    private Experiment read(String base, String own) throws IOException {
        Files.writeString(dir.resolve("base.yaml"), base);
        return ExperimentFile.read(Files.writeString(dir.resolve("sub/own.yaml"), own));
    }
}
