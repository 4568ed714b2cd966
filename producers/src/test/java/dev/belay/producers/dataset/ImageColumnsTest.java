package dev.belay.producers.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.schemas.Images;
import dev.belay.schemas.Images.Pixels;
import dev.belay.schemas.events.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that hold images. */
class ImageColumnsTest {
    private static final InputColumns PIXELS =
            new InputColumns.Pixels("pixels", "width", "height", "channels");
    private static final InputColumns FILE = new InputColumns.Image("image", false);
    private static final InputColumns BASE64 = new InputColumns.Image("image", true);
    private static final String SIZE = "'width':2,'height':1,'channels':3,'label':0}";

    @TempDir Path dir;

    @Test
    void pixelsAreKeptAsPngWithoutLoss() throws IOException {
        String pixels = "[0,1,2,253,254,255]";
        Content content = first(PIXELS, "{'id':'a','pixels':" + pixels + "," + SIZE);
        byte[] bytes = content.getBytes().array();
        assertEquals("image/png", content.getMediaType());
        assertEquals(bytes.length, content.getSize());
        assertEquals(Hashing.sha256().hashBytes(bytes).toString(), content.getSha256());
        assertArrayEquals(new byte[] {0, 1, 2, -3, -2, -1}, Images.decode(bytes).samples());
        // as a text, such as in CSV
        assertEquals(content, first(PIXELS, "{'id':'a','pixels':'" + pixels + "'," + SIZE));
    }

    @Test
    void filesAndBase64GiveTheSameContent() throws IOException {
        byte[] png = image(3);
        Files.createDirectories(dir.resolve("images"));
        Files.write(dir.resolve("images/a.png"), png);
        String base64 = Base64.getEncoder().encodeToString(png);
        Content content = first(FILE, "{'id':'a','image':'images/a.png','label':0}");
        assertArrayEquals(png, content.getBytes().array());
        assertEquals(content, first(BASE64, "{'id':'a','image':'" + base64 + "','label':0}"));
    }

    @Test
    void anotherImageInAFileIsAnotherSource() throws IOException {
        String line = "{'id':'a','image':'a.png','label':0}";
        Files.write(dir.resolve("a.png"), image(1));
        String before = hash(FILE, line);
        assertEquals(before, hash(FILE, line));
        Files.write(dir.resolve("a.png"), image(2));
        assertNotEquals(before, hash(FILE, line));
    }

    @Test
    void aRowWithoutIdIsNamedByItsImage() throws IOException {
        Files.write(dir.resolve("a.png"), image(1));
        var fields = new DataConfig.Fields(null, FILE, "label", null, Map.of(), null);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Files.write(dir.resolve(i + ".png"), image(i));
            lines.add("{'image':'" + i + ".png','label':0}");
        }
        try (DataSet data = DataSet.open(config(lines, fields));
                DataSet onDisk = DataSet.open(config(lines, fields), 1_000)) {
            List<Row> rows = Data.rows(data);
            assertEquals(20, rows.size());
            assertEquals(rows, Data.rows(onDisk));
            for (Row row : rows) {
                Content content = row.example().getContent();
                assertEquals("h-", row.id().substring(0, 2));
                assertEquals("", row.example().getText());
                assertTrue(content.getSize() > 0);
            }
        }
    }

    @Test
    void badImagesNameTheLineAndWhatWasExpected() throws IOException {
        says(
                PIXELS,
                "{'id':'a','pixels':[1,2]," + SIZE,
                "line 1",
                "2 pixel values",
                "6 = 2 x 1 x 3");
        says(PIXELS, "{'id':'a','pixels':[1,2,3,4,5,256]," + SIZE, "pixel 5 = 256.0", "0 to 255");
        says(PIXELS, "{'id':'a','pixels':[1,2,3,4,5,.5]," + SIZE, "not JSON");
        says(PIXELS, "{'id':'a','pixels':[1,2,3,4,5,0.5]," + SIZE, "pixel 5 = 0.5");
        says(
                PIXELS,
                "{'id':'a','pixels':[]," + SIZE.replace("'width':2", "'width':0"),
                "width = 0");
        says(PIXELS, "{'id':'a','pixels':[1]," + SIZE.replace("'width'", "'w'"), "column 'width'");
        says(FILE, "{'id':'a','image':'none.png','label':0}", "line 1", "'none.png'");
        says(FILE, "{'id':'a','image':'../a.png','label':0}", "image");
        says(BASE64, "{'id':'a','image':'R0lGODlh','label':0}", "a PNG or JPEG image");
        says(BASE64, "{'id':'a','image':'*','label':0}", "line 1");
        Path outside = Files.write(dir.resolve("outside.png"), image(1));
        Files.createDirectories(dir.resolve("in"));
        Files.createSymbolicLink(dir.resolve("in/link.png"), outside);
        var fields = new DataConfig.Fields("id", FILE, "label", null, Map.of(), null);
        Path rows =
                Data.write(
                        dir.resolve("in/rows.jsonl"),
                        List.of("{\"id\":\"a\",\"image\":\"link.png\",\"label\":0}"));
        var e = assertThrows(DataException.class, () -> DataSet.open(config(rows, fields)).close());
        assertTrue(String.valueOf(e.getMessage()).contains("below the data file's folder"));
    }

    @Test
    void anImageOfMoreThan64KiBIsRefused() throws IOException {
        byte[] noise = new byte[200 * 200 * 3];
        new Random(1).nextBytes(noise);
        Files.write(dir.resolve("a.png"), Images.png(new Pixels(200, 200, 3, noise)));
        says(FILE, "{'id':'a','image':'a.png','label':0}", "line 1", "at most 65536");
    }

    private static byte[] image(int gray) {
        return Images.png(new Pixels(2, 2, 1, new byte[] {1, 2, 3, (byte) gray}));
    }

    private Content first(InputColumns input, String line) throws IOException {
        try (DataSet data = DataSet.open(config(lines(line), fields(input)))) {
            return Data.rows(data).stream()
                    .filter(row -> row.id().equals("a"))
                    .findAny()
                    .orElseThrow()
                    .example()
                    .getContent();
        }
    }

    private String hash(InputColumns input, String line) throws IOException {
        try (DataSet data = DataSet.open(config(lines(line), fields(input)))) {
            return data.sourceHash();
        }
    }

    /** The line and, so that there is a holdout, others of the same content. */
    private static List<String> lines(String line) {
        List<String> lines = new ArrayList<>(List.of(line));
        for (int i = 0; i < 9; i++) lines.add(line.replace("'a'", "'b" + i + "'"));
        return lines;
    }

    private void says(InputColumns input, String line, String... parts) {
        var e =
                assertThrows(
                        DataException.class,
                        () -> DataSet.open(config(List.of(line), fields(input))).close());
        for (String part : parts)
            assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    private static DataConfig.Fields fields(InputColumns input) {
        return new DataConfig.Fields("id", input, "label", null, Map.of(), null);
    }

    private DataConfig config(List<String> lines, DataConfig.Fields fields) throws IOException {
        Path file =
                Data.write(
                        dir.resolve("rows.jsonl"),
                        lines.stream().map(line -> line.replace('\'', '"')).toList());
        return config(file, fields);
    }

    private static DataConfig config(Path file, DataConfig.Fields fields) {
        return new DataConfig(
                Data.file(file, "jsonl"),
                fields,
                new DataConfig.Holdout.Share(.5),
                .5,
                DataConfig.Order.HASH,
                0,
                List.of("no", "yes"));
    }
}
