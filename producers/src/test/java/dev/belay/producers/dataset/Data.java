package dev.belay.producers.dataset;

import dev.belay.plugins.Configured;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.Row;
import dev.belay.producers.source.Source;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Small data files and configurations for tests. */
public final class Data {
    static final DataConfig.Fields WITH_SPLIT =
            new DataConfig.Fields("id", "text", "label", "split");
    static final DataConfig.Holdout TEST_ROWS = new DataConfig.Holdout.Column("test");

    public static final Configured<Source> WORDNET =
            Configured.of(Source.class, "wordnet-physical", Map.of());

    private Data() {}

    /** A file as a source. */
    static Configured<Source> file(Path file, String format) {
        return Configured.of(Source.class, format, Map.of("path", file.toString()));
    }

    public static DataConfig config(Path file, String format) {
        return new DataConfig(
                Data.file(file, format),
                WITH_SPLIT,
                TEST_ROWS,
                0.5,
                DataConfig.Order.HASH,
                0,
                List.of("negative", "positive"));
    }

    static DataConfig shared(Path file, DataConfig.Order order, long seed) {
        return new DataConfig(
                Data.file(file, "jsonl"),
                DataConfig.Fields.defaults(),
                new DataConfig.Holdout.Share(0.2),
                0.5,
                order,
                seed,
                List.of("negative", "positive"));
    }

    /** {@code n} lines of JSON sorted by class, every fifth for the holdout. */
    public static List<String> lines(int n) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            lines.add(
                    "{\"id\":\"r"
                            + i
                            + "\",\"text\":\"text number "
                            + i
                            + "\",\"label\":"
                            + (i < n / 2 ? 0 : 1)
                            + ",\"split\":\""
                            + (i % 5 == 0 ? "test" : "train")
                            + "\"}");
        }
        return lines;
    }

    public static Path write(Path file, List<String> lines) throws IOException {
        return writeText(file, String.join("\n", lines) + "\n");
    }

    static Path writeText(Path file, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!file.toString().endsWith(".gz")) {
            return Files.write(file, bytes);
        }
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(bytes);
        }
        return file;
    }

    public static List<Row> rows(DataSet data) {
        List<Row> all = new ArrayList<>();
        try (Rows rows = data.rows()) {
            rows.forEachRemaining(all::add);
        }
        return all;
    }
}
