package dev.belay.producers.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import dev.belay.plugins.Parameters;
import dev.belay.producers.file.ParquetCase.Written;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken files; what valid ones give is in {@link ParquetCase}. */
class ParquetFormatTest {
    private static final Fields FIELDS = new Fields("id", "text", "label", null);

    @TempDir Path dir;

    @Test
    void allRowsAreReadInOrder() throws IOException {
        Path file = ParquetCase.write(dir.resolve("a.parquet"), rows(5_000));
        List<Long> ids = new ArrayList<>();
        try (SourceFile source = new SourceFile(file)) {
            new ParquetFormat()
                    .read(
                            source,
                            FIELDS,
                            (row, line) -> {
                                assertEquals(ids.size() + 1, line);
                                ids.add(row.get("id").longValue());
                            });
        }
        assertEquals(rows(5_000).stream().map(Written::id).toList(), ids);
    }

    @Test
    void aFileThatIsNotParquetOrNotCompleteIsNamed() throws IOException {
        Files.writeString(dir.resolve("text.parquet"), "{\"id\": 1, \"text\": \"not parquet\"}\n");
        rejected("text.parquet", "can't be read after 0 rows");
        byte[] whole = Files.readAllBytes(ParquetCase.write(dir.resolve("a.parquet"), rows(5_000)));
        Files.write(dir.resolve("half.parquet"), Arrays.copyOf(whole, whole.length / 2));
        rejected("half.parquet", "can't be read after 0 rows");
        // an intact footer, and a page in the middle that is not
        Arrays.fill(whole, whole.length / 3, whole.length / 3 + 200, (byte) 7);
        Files.write(dir.resolve("page.parquet"), whole);
        rejected("page.parquet", "can't be read after ");
        Files.writeString(dir.resolve("a.parquet.gz"), "x");
        rejected("a.parquet.gz", "truncated gzip data");
        Files.write(dir.resolve("b.parquet.zst"), Zstd.compress(whole));
        rejected("b.parquet.zst", "a compressed Parquet file");
    }

    @Test
    void aFileWithoutRowsIsAnError() throws IOException {
        ParquetCase.write(dir.resolve("empty.parquet"), List.of());
        rejected("empty.parquet", "found no rows");
    }

    @Test
    void errorsOfTheRowsReaderPass() throws IOException {
        Path file = ParquetCase.write(dir.resolve("a.parquet"), rows(3));
        try (SourceFile source = new SourceFile(file)) {
            assertThrows(
                    ArithmeticException.class,
                    () ->
                            new ParquetFormat()
                                    .read(
                                            source,
                                            FIELDS,
                                            (row, line) -> {
                                                throw new ArithmeticException("of the consumer");
                                            }));
        }
    }

    private void rejected(String name, String expected) {
        String found =
                String.valueOf(
                        assertThrows(DataException.class, () -> read(dir.resolve(name)))
                                .getMessage());
        assertTrue(found.contains(expected) && found.contains(name), found);
    }

    private static void read(Path file) {
        ParquetFormat format = new ParquetFormat();
        var parameters = Parameters.of(format, Map.of("path", file.toString()));
        String unused = format.read(parameters, FIELDS, (row, line) -> {});
    }

    private static List<Written> rows(int n) {
        LocalDate day = LocalDate.of(2026, 11, 30);
        List<Written> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String text = "text " + i * 0x9E3779B1L;
            rows.add(new Written(i, text, "yes", List.of((float) i), Map.of(), i, true, day));
        }
        return rows;
    }
}
