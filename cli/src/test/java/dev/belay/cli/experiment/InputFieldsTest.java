package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.VoteColumns;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code data.fields}: what an example's input is, and which encoders fit it. */
class InputFieldsTest {
    private static final String FILE =
            """
            name: demo
            task: {classes: [no, yes]}
            data:
              path: data.csv
              fields: {FIELDS}
              holdout: {share: 0.2}
            models:
              weak: {encoder: ENCODER, supervisor: truth, split: supervisor}
              strong: {encoder: ENCODER, supervisor: weak}
              ceiling: {encoder: ENCODER, supervisor: truth}
            """;

    @TempDir Path dir;

    @Test
    void inputsAreTextPartsOrVectors() {
        assertEquals(new InputColumns.Text("body"), input("text: body", "hashing"));
        assertEquals(new InputColumns.Parts(List.of("a", "b")), input("parts: [a, b]", "minilm"));
        assertEquals(
                new InputColumns.SplitText("t", " | ", List.of("a", "b")),
                input("parts: {from: t, separator: ' | ', names: [a, b]}", "hashing"));
        assertEquals(
                new InputColumns.Features(List.of("x", "y")), input("vector: [x, y]", "vector"));
        assertEquals(new InputColumns.Vector("x"), input("vector: x", "vector"));
        var fields =
                read("tags: {source: from, level: n}, group: question", "hashing").data().fields();
        assertEquals(Map.of("source", "from", "level", "n"), fields.tags());
        assertEquals("question", fields.group());
    }

    @Test
    void votesAreInOneColumnOrInOneOfEachAnnotator() {
        assertEquals(new VoteColumns.One("v"), read("votes: v", "hashing").data().fields().votes());
        assertEquals(
                new VoteColumns.Each(Map.of("a", "a", "b", "b")),
                read("votes: [a, b]", "hashing").data().fields().votes());
        assertEquals(
                new VoteColumns.Each(Map.of("anna", "a", "ben", "b")),
                read("votes: {anna: a, ben: b}", "hashing").data().fields().votes());
        assertNull(read("text: body", "hashing").data().fields().votes());
        says("votes: []", "hashing", "at least 1 different names");
        says("votes: [a, a]", "hashing", "each name once");
        says("votes: {}", "hashing", "1 to 256 annotators");
        says("votes: {" + "n".repeat(65) + ": a}", "hashing", "a name of at most 64 characters");
    }

    @Test
    void imagesArePixelsFilesOrBase64() {
        assertEquals(
                new InputColumns.Pixels("p", "width", "h", "channels"),
                input("pixels: p, height: h", "pixels"));
        assertEquals(new InputColumns.Image("file", false), input("image: file", "cnn"));
        assertEquals(new InputColumns.Image("x", true), input("image-base64: x", "hf:vit"));
        says("pixels: p", "minilm", "line 8", "of kind content", "one of [pixels, cnn]");
        says("text: t", "cnn", "line 8", "of kind text");
        says("text: t, width: w", "hashing", "line 5", "'pixels' beside it");
    }

    @Test
    void aModelOfImagesIsAsLargeAsItsParametersSay() throws IOException {
        // Given
        StringBuilder csv = new StringBuilder("id,x,w,h,c,label\n");
        for (int i = 0; i < 60; i++)
            csv.append(i).append(",[").append(i).append("],1,1,1,").append(i % 2).append('\n');
        Files.writeString(dir.resolve("data.csv"), csv);
        String fields = "pixels: x, width: w, height: h, channels: c";
        Experiment experiment =
                read(fields, "{kind: cnn, size: 4, channels: 1, filters: 2, blocks: 1}");
        // When
        try (DataSet data = DataSet.open(experiment.data())) {
            for (ModelSpec spec : experiment.resolve(data, 4, 0, dir))
                // Then: 2 filters of 3 x 3 and biases, a linear head on 2 x 2 x 2 features
                assertEquals(2 * 9 + 2 + 2 * 8 + 2, spec.getParameters());
            Experiment deep = read(fields, "{kind: cnn, size: 4, blocks: 3}");
            var e = assertThrows(ExperimentException.class, () -> deep.resolve(data, 4, 0, dir));
            assertTrue(e.getMessage().contains("found 3 blocks for images of 4 x 4"));
            Experiment missing = read(fields, "hf:none");
            var m = assertThrows(ExperimentException.class, () -> missing.resolve(data, 4, 0, dir));
            assertTrue(m.getMessage().contains("hf:none: no folder"), m.getMessage());
        }
    }

    @Test
    void anEncoderThatDoesNotAcceptTheInputIsAnErrorAtItsLine() {
        says(
                "vector: [x, y]",
                "minilm",
                "line 8, column 19",
                "found 'minilm' in models.weak.encoder",
                "an encoder of inputs of kind vector, as data.fields has them: one of [vector]");
        says("text: body", "vector", "line 8, column 19", "of kind text", "hashing, hashing-b");
        says("parts: [a, b]", "vector", "line 8", "of kind parts");
    }

    @Test
    void fieldsThatContradictEachOtherAreErrorsAtTheirLine() {
        says("text: a, vector: b", "hashing", "line 5", "only one of text, parts, vector, ");
        says("text: a, parts: [a, b]", "hashing", "line 5", "only one of text, parts, vector, ");
        says("parts: [a]", "hashing", "line 5", "at least 2 different names");
        says("parts: [a, a]", "hashing", "line 5", "each name once");
        says("parts: {from: a, names: [a, b]}", "hashing", "line 5", "also a key 'separator'");
        says("tags: {a: [b]}", "hashing", "line 5", "a text");
        says("vectr: x", "hashing", "line 5", "unknown key 'vectr'", "did you mean 'vector'?");
        String file = FILE.replace("FIELDS", "vector: x").replace("ENCODER", "vector");
        String tuned = file.replace("strong: {", "strong: {finetune: full, ");
        var e =
                assertThrows(
                        ExperimentException.class,
                        () -> ExperimentFile.read("demo.yaml", new StringReader(tuned), dir));
        assertTrue(e.getMessage().contains("vector has nothing that learns"), e.getMessage());
    }

    @Test
    void aModelOfVectorsHasTheirLengthAsAParameter() throws IOException {
        // Given
        StringBuilder csv = new StringBuilder("id,x,y,z,label\n");
        for (int i = 0; i < 60; i++)
            csv.append(i).append(",1,2,").append(i).append(i % 2 == 0 ? ",no\n" : ",yes\n");
        Files.writeString(dir.resolve("data.csv"), csv);
        Experiment experiment = read("vector: [x, y, z]", "vector");
        // When
        try (DataSet data = DataSet.open(experiment.data())) {
            for (ModelSpec spec : experiment.resolve(data, 4, 0, dir)) {
                // Then: a linear head on 3 features
                assertEquals(Map.of("length", "3"), spec.getEncoderParameters());
                assertEquals(2 * 3 + 2, spec.getParameters());
            }
            Experiment wrong = read("vector: [x, y, z]", "{kind: vector, length: 4}");
            var e = assertThrows(ExperimentException.class, () -> wrong.resolve(data, 4, 0, dir));
            assertTrue(
                    e.getMessage()
                            .contains("of length 4; expected the length of the data's vectors, 3"),
                    e.getMessage());
        }
    }

    private InputColumns input(String fields, String encoder) {
        return read(fields, encoder).data().fields().input();
    }

    private Experiment read(String fields, String encoder) {
        String file = FILE.replace("FIELDS", fields).replace("ENCODER", encoder);
        return ExperimentFile.read("demo.yaml", new StringReader(file), dir);
    }

    private void says(String fields, String encoder, String... parts) {
        var e = assertThrows(ExperimentException.class, () -> read(fields, encoder));
        for (String part : parts) assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
