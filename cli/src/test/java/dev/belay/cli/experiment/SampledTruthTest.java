package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.dataset.DataSet;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampledTruthTest {
    private static final String FILE =
            """
            name: demo
            task: {classes: [no, yes]}
            data:
              path: data.jsonl
              holdout: {share: 0.2}
              truth: {sampled: 0.25, seed: 2}
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor}
              student: {encoder: hashing-bigrams, supervisor: bow}
              ceiling: {encoder: hashing-bigrams, supervisor: truth}
            """;

    @TempDir Path folder;

    @Test
    void theCeilingConsumesEveryStudentExampleAndTheSpecsNameTheDraw() throws IOException {
        Files.writeString(
                folder.resolve("data.jsonl"),
                IntStream.range(0, 400)
                        .mapToObj(
                                i ->
                                        "{\"id\": \"r%d\", \"text\": \"t%d\", \"label\": %d}\n"
                                                .formatted(i, i, i % 2))
                        .collect(Collectors.joining()));
        Experiment sampled = readHere(FILE);
        Experiment all = readHere(FILE.replace("  truth: {sampled: 0.25, seed: 2}\n", ""));
        assertEquals(new TruthDraw(.25, 2L), sampled.data().truth());
        assertNull(all.data().truth());
        List<ModelSpec> specs = resolve(sampled);
        List<ModelSpec> before = resolve(all);
        for (int i = 0; i < specs.size(); i++) {
            assertEquals(new TruthDraw(.25, 2L), TruthDraw.of(specs.get(i)));
            assertNull(TruthDraw.of(before.get(i)));
            assertEquals(before.get(i).getBudget(), specs.get(i).getBudget());
            assertNotEquals(before.get(i).getSpecHash(), specs.get(i).getSpecHash());
        }
        try (DataSet data = Objects.requireNonNull(sampled.openData())) {
            long drawn = 0;
            try (var rows = data.rows()) {
                while (rows.hasNext()) {
                    var row = rows.next();
                    boolean known =
                            row.split() != Split.STUDENT
                                    || IdHash.uniform("truth:2", row.id()) < .25;
                    assertEquals(known, row.hasLabel());
                    drawn += known && row.split() == Split.STUDENT ? 1 : 0;
                }
            }
            assertEquals(drawn, data.summary().of(Split.STUDENT).labelled());
        }
    }

    @Test
    void aTopicOrABuiltinMayHaveItAndOthersMayDraw() {
        assertEquals(
                new TruthDraw(.25, null),
                read(FILE.replace("seed: 2", "external: true")).data().truth());
        assertEquals(
                new TruthDraw(.25, 0L),
                read(FILE.replace(", seed: 2", "")
                                .replace("path: data.jsonl", "topic: reviews")
                                .replace("split: supervisor", "split: supervisor, examples: 9"))
                        .data()
                        .truth());
        assertEquals(
                new TruthDraw(.1, 0L),
                read("""
                name: demo
                data: {builtin: wordnet-physical, truth: {sampled: 0.1}}
                models:
                  m: {encoder: hashing, supervisor: truth}
                """)
                        .data()
                        .truth());
    }

    @Test
    void badValuesAreRefusedWithTheirLine() {
        says(FILE.replace("0.25", "1"), "a number between 0.0 and 1.0, both excluded");
        says(FILE.replace("sampled: 0.25, ", ""), "sampled");
        says(FILE.replace("seed: 2", "seed: 2, external: true"), "Belay draws nothing");
        says(FILE.replace("seed: 2", "share: 2"), "share");
    }

    private static void says(String file, String part) {
        var e = assertThrows(ExperimentException.class, () -> read(file));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(part) && message.contains("demo.yaml, line 6"), message);
    }

    private Experiment readHere(String text) {
        return ExperimentFile.read("demo.yaml", new StringReader(text), folder);
    }

    private List<ModelSpec> resolve(Experiment experiment) {
        try (DataSet data = Objects.requireNonNull(experiment.openData())) {
            return experiment.resolve(data, 4, 0, Path.of("encoders"));
        }
    }

    private static Experiment read(String text) {
        return ExperimentFile.read("demo.yaml", new StringReader(text), Path.of(""));
    }
}
