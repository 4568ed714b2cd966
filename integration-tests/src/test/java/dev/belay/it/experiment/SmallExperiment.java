package dev.belay.it.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An experiment of seconds: made-up texts of two classes that share their words, so that a bag of
 * words on 60 of them is a weak supervisor and one on all of them is not.
 */
public final class SmallExperiment {
    static final String NAME = "small";
    public static final int ROWS = 1_200;
    public static final List<Integer> SEEDS = List.of(0, 1);
    public static final List<String> STUDENTS = List.of("naive", "conf");

    /** Every row has this split column; a fourth is the holdout. */
    public static final int HOLDOUT = ROWS / 4;

    private static final int WORDS = 400;
    private static final int WORDS_PER_TEXT = 12;
    private static final double OWN = 0.68;

    private SmallExperiment() {}

    /** Writes data and experiment file into the directory and returns the latter. */
    public static Path write(Path directory) throws IOException {
        return write(directory, "");
    }

    /**
     * @param dataKeys further lines of {@code data:}, such as {@code rows-per-second: 100}
     */
    static Path write(Path directory, String dataKeys) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("data.jsonl"), rows(7));
        return Files.writeString(directory.resolve("small.yaml"), text(dataKeys));
    }

    static String text(String dataKeys) {
        return """
        name: small
        task:
          classes: [even, odd]
        data:
          path: data.jsonl
          holdout: {split: test}
          supervisor-share: 0.4
          %s
        models:
          bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 60, micro-epoch: 64}
          naive:   {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 64}
          conf:    {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 64, loss: {kind: confidence, alpha: 0.5}}
          ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64}
        seeds: [0, 1]
        """
                .formatted(dataKeys);
    }

    /** JSON Lines with id, text, label (0, 1) and split (train, test). */
    static String rows(long seed) throws IOException {
        return rows(seed, OWN);
    }

    /**
     * @param own share of a text's words that come from its own class's half of the vocabulary
     */
    static String rows(long seed, double own) throws IOException {
        Random random = new Random(seed);
        ObjectMapper json = new ObjectMapper();
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            int label = i % 2;
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < WORDS_PER_TEXT; w++) {
                int half = random.nextDouble() < own ? label : 1 - label;
                text.append(w == 0 ? "" : " ")
                        .append("word")
                        .append(2 * random.nextInt(WORDS / 2) + half);
            }
            rows.append(
                            json.writeValueAsString(
                                    Map.of(
                                            "id",
                                            "text-%04d".formatted(i),
                                            "text",
                                            text.toString(),
                                            "label",
                                            label,
                                            "split",
                                            i % 8 < 2 ? "test" : "train")))
                    .append('\n');
        }
        return rows.toString();
    }
}
