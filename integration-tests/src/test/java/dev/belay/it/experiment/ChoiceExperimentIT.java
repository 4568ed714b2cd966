package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.it.LongTest;
import dev.belay.it.Recount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task of kind choice with two to five options an example, from its file through broker,
 * labelers, trainers and aggregators to summary and export: once undisturbed, once with SIGKILLs of
 * everything.
 */
@LongTest
@Timeout(900)
class ChoiceExperimentIT {
    private static final long SEED = 20261130;
    private static final int ROWS = 700;
    private static final int MOST_OPTIONS = 5;
    private static final int WORDS = 200;
    private static final int WORDS_PER_OPTION = 10;
    // share of an option's words from the even half of the vocabulary, if it is right and if not
    private static final double RIGHT = 0.66;
    private static final double WRONG = 0.34;

    @TempDir Path folder;

    @Test
    void aKilledRunOfRaggedOptionsEndsAsAnUndisturbedOneAndAsRecounted() throws Exception {
        // Given
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        new Kills(whole, write(whole), whole.resolve("out")).none();
        // When: while specs and data are written, while the supervisor learns, while students do
        Kills kills = new Kills(killed, write(killed), killed.resolve("out"));
        kills.once(0);
        kills.once(1);
        kills.once(5);
        kills.none();
        // Then
        assertEquals(
                UndisturbedRun.summary(whole.resolve("out")),
                UndisturbedRun.summary(killed.resolve("out")));
        assertEquals(
                UndisturbedRun.lastOnTheStream(whole.resolve("out")),
                UndisturbedRun.lastOnTheStream(killed.resolve("out")));
        SameFacts.require(Facts.of(whole.resolve("data")), Facts.of(killed.resolve("data")));
        // and counted from the exported rows
        Path export = folder.resolve("export");
        BelayProcess.succeed(
                folder,
                "export",
                "--out",
                export.toString(),
                "--data",
                killed.resolve("data").toString());
        Path summary = killed.resolve("out").resolve("summary.json");
        assertEquals(2, Recount.compare(export, summary));
        for (JsonNode pair : new ObjectMapper().readTree(summary.toFile()).get("pairs")) {
            double ceiling = pair.get("ceilingAccuracy").doubleValue();
            double weak = pair.get("supervisorAccuracy").doubleValue();
            assertTrue(ceiling > weak + .05, () -> "there is a gap to recover: " + pair);
        }
    }

    private static Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Random random = new Random(SEED);
        ObjectMapper json = new ObjectMapper();
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            int options = 2 + random.nextInt(MOST_OPTIONS - 1);
            int right = random.nextInt(options);
            List<String> texts = new ArrayList<>();
            for (int k = 0; k < options; k++) {
                texts.add(text(random, k == right ? RIGHT : WRONG));
            }
            rows.append(
                            json.writeValueAsString(
                                    Map.of(
                                            "id",
                                            "question-" + i,
                                            "prompt",
                                            "which one?",
                                            "options",
                                            texts,
                                            "label",
                                            right,
                                            "split",
                                            i % 4 == 0 ? "test" : "train")))
                    .append('\n');
        }
        Files.writeString(directory.resolve("data.jsonl"), rows);
        return Files.writeString(
                directory.resolve("small.yaml"),
                """
                name: small
                task: {kind: choice}
                data:
                  path: data.jsonl
                  fields: {text: prompt, options: options}
                  holdout: {split: test}
                  supervisor-share: 0.4
                models:
                  bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 40, micro-epoch: 32}
                  naive:   {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 64}
                  conf:    {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 64, loss: {kind: confidence, alpha: 0.5}}
                  ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64}
                """);
    }

    private static String text(Random random, double even) {
        StringBuilder text = new StringBuilder();
        for (int w = 0; w < WORDS_PER_OPTION; w++) {
            int half = random.nextDouble() < even ? 0 : 1;
            text.append(w == 0 ? "" : " ")
                    .append("word")
                    .append(2 * random.nextInt(WORDS / 2) + half);
        }
        return text.toString();
    }
}
