package dev.belay.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecountTest {
    @TempDir private Path directory;

    /**
     * Four examples of class 1: the supervisor has one right, the student two, the ceiling three.
     */
    @BeforeEach
    void export() throws IOException {
        StringBuilder truth = new StringBuilder();
        StringBuilder predictions = new StringBuilder();
        String[] models = {"bow", "conf", "ceiling"};
        for (int i = 0; i < 4; i++) {
            truth.append("{\"id\":\"e").append(i).append("\",\"label\":1}\n");
            for (int m = 0; m < models.length; m++) {
                for (int checkpoint = 1; checkpoint <= 2; checkpoint++) {
                    boolean right = checkpoint == 2 && i <= m;
                    predictions.append(
                            String.format(
                                    "{\"model\":\"%s\",\"seed\":0,\"checkpoint\":%d,\"phase\":\"HOLDOUT\","
                                            + "\"id\":\"e%d\",\"probabilities\":[%s]}%n",
                                    models[m], checkpoint, i, right ? "0.2,0.8" : "0.7,0.3"));
                }
            }
        }
        Files.writeString(directory.resolve("truth.jsonl"), truth);
        Files.writeString(directory.resolve("predictions.jsonl"), predictions);
        Files.writeString(
                directory.resolve("labels.jsonl"),
                "{\"labeler\":\"bow\",\"seed\":0,\"checkpoint\":2,\"id\":\"s\",\"probabilities\":[0.5,0.5]}\n");
    }

    @Test
    void rightSummaryPasses() throws IOException {
        assertEquals(1, Recount.compare(directory, summary("0.5")));
    }

    @Test
    void wrongSummaryIsNamed() {
        var error =
                assertThrows(
                        AssertionError.class,
                        () -> Recount.compare(directory, summary("0.500001")));
        assertTrue(String.valueOf(error.getMessage()).contains("bow -> conf seed 0: pgr"));
    }

    @Test
    void examplesMayHaveOptionsOfTheirOwn() throws IOException {
        // Given: of c the models disagree on the options, of d the truth is none of them
        Files.writeString(
                directory.resolve("truth.jsonl"),
                """
                {"id":"a","label":2}
                {"id":"b","label":0}
                {"id":"c","label":0}
                {"id":"d","label":2}
                """);
        Files.writeString(
                directory.resolve("predictions.jsonl"),
                sweep("bow", "0.5,0.25,0.25", "0.25,0.75", "1,0,0", "1,0")
                        + sweep("conf", "0,0.25,0.75", "0.25,0.75", "1,0", "1,0")
                        + sweep("ceiling", "0,0,1", "0.75,0.25", "1,0", "1,0"));
        // When
        String pair =
                """
                {"pairs": [{"supervisor": "bow", "student": "conf", "ceiling": "ceiling", "seed": 0,
                  "checkpoint": 2, "n": 2, "supervisorAccuracy": 0, "studentAccuracy": 0.5,
                  "ceilingAccuracy": 1, "pgr": 0.5, "pgrUndefined": null, "agreement": 0.5,
                  "agreementWhenSupervisorRight": null, "agreementWhenSupervisorWrong": 0.5,
                  "supervisorBrier": %s, "supervisorLogLoss": 1.3862943611, "supervisorEce": 0.625,
                  "studentBrier": 0.625, "studentLogLoss": 0.8369882168, "studentEce": 0.25}],
                 "median": []}
                """;
        Path summary = directory.resolve("summary.json");
        // Then
        Files.writeString(summary, pair.formatted("1"));
        assertEquals(1, Recount.compare(directory, summary));
        Files.writeString(summary, pair.formatted("1.01"));
        assertThrows(AssertionError.class, () -> Recount.compare(directory, summary));
    }

    private static String sweep(String model, String... rows) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < rows.length; i++) {
            lines.append(
                    String.format(
                            "{\"model\":\"%s\",\"seed\":0,\"checkpoint\":2,\"phase\":\"HOLDOUT\","
                                    + "\"id\":\"%s\",\"probabilities\":[%s]}%n",
                            model, "abcd".charAt(i), rows[i]));
        }
        return lines.toString();
    }

    private Path summary(String pgr) throws IOException {
        return Files.writeString(
                directory.resolve("summary.json"),
                """
                {"pairs": [{"supervisor": "bow", "student": "conf", "ceiling": "ceiling", "seed": 0,
                  "checkpoint": 2, "n": 4, "supervisorAccuracy": 0.25, "studentAccuracy": 0.5,
                  "ceilingAccuracy": 0.75, "pgr": %s, "pgrUndefined": null, "agreement": 0.75,
                  "agreementWhenSupervisorRight": 1.0,
                  "agreementWhenSupervisorWrong": 0.6666666666666666}],
                 "median": [{"supervisor": "bow", "student": "conf", "pgr": 0.5, "seeds": 1}]}
                """
                        .formatted(pgr));
    }
}
