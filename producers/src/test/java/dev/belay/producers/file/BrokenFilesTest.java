package dev.belay.producers.file;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import dev.belay.plugins.Parameters;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each format of lines, plain, gzip and zstd: empty, with a wrong row, and cut off. */
class BrokenFilesTest {
    private static final int ROWS = 20_000;

    @TempDir Path dir;

    /**
     * A format and its rows.
     *
     * @param header line; empty: none
     * @param row of an id and a text
     * @param wrong a line that is no row
     */
    record Rows(FileFormat format, String header, String row, String wrong) {
        static final List<Rows> ALL =
                List.of(
                        new Rows(
                                new JsonlFormat(),
                                "",
                                "{\"id\":%d,\"text\":\"%s\",\"label\":1}",
                                "{\"id\":"),
                        new Rows(new DelimitedFormat.Csv(), "id,text,label\n", "%d,%s,1", "3,a"),
                        new Rows(
                                new DelimitedFormat.Tsv(),
                                "id\ttext\tlabel\n",
                                "%d\t%s\t1",
                                "3\ta"));

        /** Rows of texts that compress badly. */
        String text(int rows) {
            StringBuilder text = new StringBuilder(header);
            for (int i = 0; i < rows; i++) {
                text.append(row.formatted(i, Long.toHexString(i * 0x9E3779B97F4A7C15L)));
                text.append('\n');
            }
            return text.toString();
        }
    }

    static Stream<Arguments> formats() {
        return Rows.ALL.stream()
                .flatMap(
                        rows ->
                                Stream.of("", ".gz", ".zst")
                                        .map(packing -> Arguments.of(rows, packing)));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void withoutRows(Rows rows, String packing) throws IOException {
        for (String text : List.of("", rows.header)) {
            assertRejected(rows, write(rows, packing, text), "found no rows", "at least one row");
        }
        Path nothing = Files.write(dir.resolve("none" + packing), new byte[0]);
        assertRejected(rows, nothing, "found no rows");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void withAWrongRow(Rows rows, String packing) throws IOException {
        String text =
                rows.text(2) + rows.wrong + "\n" + rows.text(1).substring(rows.header.length());
        int line = rows.header.isEmpty() ? 3 : 4;
        assertRejected(rows, write(rows, packing, text), ", line " + line + ": found ");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void cutOff(Rows rows, String packing) throws IOException {
        byte[] whole = Files.readAllBytes(write(rows, packing, rows.text(ROWS)));
        if (packing.isEmpty()) {
            // in the last row's text
            Path cut = dir.resolve("cut");
            Files.write(cut, Arrays.copyOf(whole, whole.length - "\",\"label\":1}\n".length()));
            int line = rows.header.isEmpty() ? ROWS : ROWS + 1;
            assertRejected(rows, cut, ", line " + line + ": found ", "truncated");
            return;
        }
        Path half = dir.resolve("half" + packing);
        Files.write(half, Arrays.copyOf(whole, whole.length / 2));
        String found = assertRejected(rows, half, "truncated");
        assertTrue(found.matches("(?s).*data after line \\d{4,}.*"), found);
    }

    private Path write(Rows rows, String packing, String text) throws IOException {
        Path file = dir.resolve(rows.format.name() + packing);
        try (OutputStream plain = Files.newOutputStream(file);
                OutputStream out =
                        packing.equals(".gz")
                                ? new GZIPOutputStream(plain)
                                : packing.equals(".zst") ? new ZstdOutputStream(plain) : plain) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    /** Returns the message, which has the file's name and all of these. */
    private static String assertRejected(Rows rows, Path file, String... expected) {
        var parameters = Parameters.of(rows.format, Map.of("path", file.toString()));
        Fields fields = new Fields("id", "text", "label", null);
        String found =
                String.valueOf(
                        assertThrows(
                                        DataException.class,
                                        () ->
                                                rows.format.read(
                                                        parameters, fields, (row, line) -> {}))
                                .getMessage());
        assertTrue(found.startsWith(file.toString()), found);
        for (String part : expected) {
            assertTrue(found.contains(part), found);
        }
        return found;
    }
}
