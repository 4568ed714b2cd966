package dev.belay.producers.file;

import com.jerolba.carpet.CarpetWriter;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.SourceCase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Columns of all kinds; a null is a null. */
public final class ParquetCase implements SourceCase {
    /** A row to write. */
    public record Written(
            long id,
            String text,
            @Nullable String label,
            List<Float> vector,
            Map<String, String> tags,
            double weight,
            boolean checked,
            LocalDate day) {}

    static Path write(Path file, List<Written> rows) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                CarpetWriter<Written> writer = new CarpetWriter<>(out, Written.class)) {
            writer.write(rows);
        }
        return file;
    }

    @Override
    public String source() {
        return "parquet";
    }

    @Override
    public Map<String, String> parameters(Path dir) throws IOException {
        LocalDate day = LocalDate.of(2026, 11, 30);
        List<Written> rows =
                List.of(
                        new Written(
                                1,
                                "größe",
                                "yes",
                                List.of(.5f, 2f),
                                Map.of("a", "b"),
                                .1,
                                true,
                                day),
                        new Written(2, "b", null, List.of(), Map.of(), -1, false, day));
        return Map.of("path", write(dir.resolve("rows.parquet"), rows).toString());
    }

    @Override
    public Fields fields() {
        return new Fields("id", "text", "label", null);
    }

    @Override
    public List<String> firstRows() {
        return List.of(
                "1 {\"id\":1,\"text\":\"größe\",\"label\":\"yes\",\"vector\":[0.5,2.0],\"tags\":{\"a\":\"b\"},\"weight\":0.1,\"checked\":true,\"day\":\"2026-11-30\"}",
                "2 {\"id\":2,\"text\":\"b\",\"label\":null,\"vector\":[],\"tags\":{},\"weight\":-1.0,\"checked\":false,\"day\":\"2026-11-30\"}");
    }
}
