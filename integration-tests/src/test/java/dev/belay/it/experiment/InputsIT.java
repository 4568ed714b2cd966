package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Experiments whose inputs are no texts, by {@code belay run} from the file to the summary. */
@Timeout(300)
class InputsIT {
    private static final int ROWS = 600;

    @TempDir Path folder;

    /**
     * Vectors of two features, class 1 in the first and third quadrant: a linear supervisor can't
     * tell them apart, an MLP can. One feature is a million times as large as the other.
     */
    @Test
    void vectorsAreStandardisedLearnedFromAndEvaluated() throws Exception {
        // Given
        var random = new Random(3);
        var rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            double x = random.nextGaussian();
            double y = random.nextGaussian();
            rows.append(
                    "{\"id\": \"v%d\", \"x\": [%s, %s], \"label\": %d, \"g\": \"g%d\"}\n"
                            .formatted(i, 1e6 * x, y, x * y > 0 ? 1 : 0, i / 2));
        }
        Path file =
                write(
                        rows.toString(),
                        """
                        name: vectors
                        task: {classes: [no, yes]}
                        data:
                          path: data.jsonl
                          fields: {vector: x, group: g}
                          holdout: {share: 0.3}
                          supervisor-share: 0.3
                        models:
                          linear:  {encoder: vector, supervisor: truth, split: supervisor, micro-epoch: 32}
                          mlp:     {encoder: vector, head: {mlp: 32}, supervisor: linear, micro-epoch: 64}
                          ceiling: {encoder: vector, head: {mlp: 32}, supervisor: truth, micro-epoch: 64, passes: 30, learning-rate: 0.01}
                        """);
        // When
        JsonNode pair = run(file).get("pairs").get(0);
        // Then
        assertTrue(pair.get("ceilingAccuracy").doubleValue() > .85, pair::toString);
        assertTrue(pair.get("supervisorAccuracy").doubleValue() < .7, pair::toString);
        assertTrue(pair.get("n").longValue() > 100, pair::toString);
    }

    /** Pairs of words that are the same or not. */
    @Test
    void pairsGoThroughAsPartsFromTheProducerToTheSweeps() throws Exception {
        // Given
        String[] words = {"dog", "house", "river", "music", "bread", "stone", "train", "queen"};
        var random = new Random(4);
        var rows = new StringBuilder();
        for (int i = 0; i < ROWS / 2; i++) {
            int a = random.nextInt(words.length);
            int b = i % 2 == 1 ? a : (a + 1 + random.nextInt(words.length - 1)) % words.length;
            rows.append(
                    "{\"id\": \"p%d\", \"text\": \"%s | %s\", \"label\": %d}\n"
                            .formatted(i, words[a], words[b], i % 2));
        }
        Path file =
                write(
                        rows.toString(),
                        """
                        name: pairs
                        task: {classes: [different, same]}
                        data:
                          path: data.jsonl
                          fields: {parts: {from: text, separator: " | ", names: [first, second]}}
                          holdout: {share: 0.3}
                        models:
                          bow:     {encoder: hashing, supervisor: truth, split: supervisor, micro-epoch: 32}
                          pair:    {encoder: minilm, supervisor: bow, micro-epoch: 64}
                          ceiling: {encoder: minilm, supervisor: truth, micro-epoch: 64}
                        """);
        // When
        JsonNode summary = run(file);
        // Then: which encoding it was is what the unit tests say
        JsonNode pair = summary.get("pairs").get(0);
        assertEquals(summary.get("examples").get("holdout").longValue(), pair.get("n").longValue());
        assertTrue(pair.get("ceilingAccuracy").isNumber(), pair::toString);
    }

    private Path write(String rows, String experiment) throws IOException {
        Files.writeString(folder.resolve("data.jsonl"), rows);
        return Files.writeString(folder.resolve("experiment.yaml"), experiment);
    }

    private JsonNode run(Path file) throws Exception {
        Path out = folder.resolve("out");
        BelayProcess.succeed(
                folder,
                "run",
                file.toString(),
                "--out",
                out.toString(),
                "--data",
                folder.resolve("data").toString());
        return new ObjectMapper().readTree(out.resolve("summary.json").toFile());
    }
}
