package dev.belay.producers.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each bad input gives one error that names the file, the line, what was found and expected. */
class BadDataTest {
    @TempDir Path dir;

    @Test
    void aFileThatIsNotThereNamesItsPath() throws IOException {
        String message = assertRejected("missing.jsonl", "jsonl", "found nothing; expected");
        assertEquals(2, message.split("missing\\.jsonl", -1).length, message);
        // When there is one of nearly this name
        Data.writeText(dir.resolve("mising.jsonl"), "x");
        // Then
        assertTrue(
                assertRejected("missing.jsonl", "jsonl", "found nothing")
                        .endsWith("; did you mean 'mising.jsonl'?"));
    }

    @Test
    void anEmptyFileIsAnError() throws IOException {
        for (String name : List.of("a.jsonl", "a.jsonl.gz")) {
            Data.writeText(dir.resolve(name), "");
            assertRejected(name, "jsonl", "found no rows", "expected at least one row");
        }
        Files.write(dir.resolve("really.jsonl.gz"), new byte[0]);
        assertRejected("really.jsonl.gz", "jsonl", "found no rows");
        Data.writeText(dir.resolve("header.csv"), "id,text,label,split\n");
        assertRejected("header.csv", "csv", "found no rows");
        Data.writeText(dir.resolve("empty.csv"), "");
        assertRejected("empty.csv", "csv", "found no rows");
    }

    @Test
    void aFileCutOffInTheMiddleSaysAfterWhichLine() throws IOException {
        // Given a complete gzip file of lines that compress badly, and its first half
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            lines.add(Data.lines(1).get(0).replace("r0", Integer.toHexString(i * 0x9E3779B1)));
        }
        byte[] whole = Files.readAllBytes(Data.write(dir.resolve("whole.jsonl.gz"), lines));
        Files.write(dir.resolve("half.jsonl.gz"), Arrays.copyOf(whole, whole.length / 2));
        // Then
        assertRejected("half.jsonl.gz", "jsonl", "truncated gzip data after line ");
    }

    @Test
    void anUnpackedFileCutOffInTheMiddleOfALineIsAnError() throws IOException {
        String text = String.join("\n", Data.lines(4));
        Data.writeText(dir.resolve("cut.jsonl"), text.substring(0, text.length() - 20));
        assertRejected(
                "cut.jsonl",
                "jsonl",
                "line 4",
                "not JSON and has no line end",
                "seems to be truncated");
    }

    @Test
    void aFileThatIsNotGzipThoughItsNameSaysSoIsAnError() throws IOException {
        Files.writeString(dir.resolve("plain.jsonl.gz"), "{}\n");
        assertRejected("plain.jsonl.gz", "jsonl", "corrupt gzip data", "expected a gzip file");
    }

    @Test
    void aLineThatIsNotJsonIsNamed() throws IOException {
        withLine("oops");
        assertRejected("bad.jsonl", "jsonl", "bad.jsonl, line 3", "not JSON");
        withLine("[1]");
        assertRejected("bad.jsonl", "jsonl", "line 3", "a JSON array", "a JSON object");
    }

    @Test
    void aMissingColumnNamesWhatIsThere() throws IOException {
        withLine("{\"id\":\"x\",\"sentence\":\"a\",\"label\":1,\"split\":\"train\"}");
        assertRejected(
                "bad.jsonl",
                "jsonl",
                "line 3",
                "found columns [id, sentence, label, split]",
                "expected a column 'text'");
        Data.writeText(dir.resolve("bad.csv"), "id,sentence,label,split\n1,a,0,train\n");
        assertRejected("bad.csv", "csv", "line 1", "[id, sentence,", "a column 'text'");
    }

    @Test
    void aClassOutOfRangeIsNamed() throws IOException {
        for (String label : List.of("2", "-1", "\"neutral\"", "\"\"", "1.5", "true", "1e99")) {
            withLine("{\"id\":\"x\",\"text\":\"a\",\"label\":" + label + ",\"split\":\"train\"}");
            assertRejected(
                    "bad.jsonl",
                    "jsonl",
                    "line 3",
                    "label",
                    "a class: 0 to 1, or one of [negative, positive]");
        }
        Data.writeText(dir.resolve("bad.csv"), "id,text,label,split\n1,a,0,train\n2,b,7,train\n");
        assertRejected("bad.csv", "csv", "line 3", "found label 7");
    }

    @Test
    void aWrongTypeIsNamed() throws IOException {
        withLine("{\"id\":\"x\",\"text\":7,\"label\":1,\"split\":\"train\"}");
        assertRejected("bad.jsonl", "jsonl", "line 3", "a JSON number in 'text'", "a string");
        withLine("{\"id\":{},\"text\":\"a\",\"label\":1,\"split\":\"train\"}");
        assertRejected("bad.jsonl", "jsonl", "line 3", "a JSON object in 'id'");
        withLine("{\"id\":\"\",\"text\":\"a\",\"label\":1,\"split\":\"train\"}");
        assertRejected("bad.jsonl", "jsonl", "line 3", "an empty id");
        withLine("{\"id\":\"x\",\"text\":\" \",\"label\":1,\"split\":\"train\"}");
        assertRejected("bad.jsonl", "jsonl", "line 3", "an empty text");
    }

    @Test
    void oneIdWithTwoContentsNamesBothLines() throws IOException {
        withLine("{\"id\":\"r0\",\"text\":\"another\",\"label\":0,\"split\":\"test\"}");
        assertRejected(
                "bad.jsonl", "jsonl", "line 3", "id 'r0' with content that differs from line 1");
    }

    @Test
    void textTwiceWithDifferentLabelsIsAnErrorWhereThereAreNoIds() throws IOException {
        Path file =
                Data.write(
                        dir.resolve("noid.jsonl"),
                        List.of("{\"text\":\"a\",\"label\":0}", "{\"text\":\"a\",\"label\":1}"));
        DataConfig config =
                new DataConfig(
                        Data.file(file, "jsonl"),
                        new DataConfig.Fields(null, "text", "label", null),
                        new DataConfig.Holdout.Share(.5),
                        .5,
                        DataConfig.Order.HASH,
                        0,
                        List.of("a", "b"));
        DataException e = assertThrows(DataException.class, () -> DataSet.open(config));
        assertTrue(e.toString().contains("line 2"), e.toString());
    }

    @Test
    void aHoldoutNobodyIsInNamesTheSplitsThereAre() throws IOException {
        Data.write(
                dir.resolve("bad.jsonl"),
                Data.lines(10).stream().map(l -> l.replace("\"test\"", "\"dev\"")).toList());
        assertRejected("bad.jsonl", "jsonl", "no row whose split is 'test', but [dev, train]");
    }

    @Test
    void aRowOfTooFewCellsIsNamed() throws IOException {
        Data.writeText(dir.resolve("bad.csv"), "id,text,label,split\n1,\"a\nb\",0,train\n2,b\n");
        assertRejected("bad.csv", "csv", "line 4", "found 2 cells", "4 as in the header");
    }

    @Test
    void aQuoteThatIsNotClosedIsNamed() throws IOException {
        Data.writeText(dir.resolve("bad.csv"), "id,text,label,split\n1,\"a,0,train\n2,b,1,test\n");
        assertRejected("bad.csv", "csv", "line 2", "wrong quoting");
    }

    @Test
    void aHeaderThatNamesAColumnTwiceIsAnError() throws IOException {
        Data.writeText(dir.resolve("bad.tsv"), "id\ttext\ttext\n");
        assertRejected("bad.tsv", "tsv", "line 1", "a column named twice");
    }

    @Test
    void bytesThatAreNotUtf8AreNamed() throws IOException {
        byte[] line = "{\"id\":\"x\",\"text\":\"\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(dir.resolve("latin.jsonl"), line);
        assertRejected("latin.jsonl", "jsonl", "line 1", "not UTF-8, from byte 19 of");
        // readers of CSV read ahead: they do not know the line
        Files.write(
                dir.resolve("latin.csv"),
                "id,text,label,split\n1,a,0,test\n2,\u00e9,0,test\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertRejected("latin.csv", "csv", "line 3", "not UTF-8, from byte 3 of");
    }

    @Test
    void zstdDataThatAreCorruptOrTruncatedAreNamed() throws IOException {
        Files.writeString(dir.resolve("a.jsonl.zst"), "not zstd at all");
        assertRejected("a.jsonl.zst", "jsonl", "truncated or corrupt zstd data");
        byte[] whole =
                Zstd.compress(String.join("\n", Data.lines(50)).getBytes(StandardCharsets.UTF_8));
        Files.write(dir.resolve("a.jsonl.zst"), Arrays.copyOf(whole, whole.length / 2));
        assertRejected("a.jsonl.zst", "jsonl", "truncated or corrupt zstd data");
    }

    @Test
    void aClassNamedByAnotherNumberThanItsIndexIsRefused() {
        assertEquals(
                "a class named by a number must be named by its own index, found '1' at index 0;"
                        + " where the data count otherwise write a mapping from their labels to"
                        + " names, such as classes: {1: world, 2: sports}",
                refusal(List.of("1", "2")));
    }

    @Test
    void aClassWithoutANameIsRefused() {
        assertEquals("a class must have a name, found '' at index 1", refusal(List.of("a", "")));
    }

    @Test
    void aClassNamedAsAnotherOnesLabelIsRefused() {
        assertEquals(
                "no class may have the label of another one as its name, found class '2' with"
                        + " label '1'",
                refusal(List.of("2", "b"), List.of("1", "2")));
        assertEquals(
                "labels must be different and one for each of the classes [a, b], found [1]",
                refusal(List.of("a", "b"), List.of("1")));
    }

    private static String refusal(List<String> classes) {
        return refusal(classes, List.of());
    }

    private static String refusal(List<String> classes, List<String> labels) {
        return String.valueOf(
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        new DataConfig(
                                                Data.WORDNET,
                                                Data.WITH_SPLIT,
                                                Data.TEST_ROWS,
                                                .5,
                                                DataConfig.Order.HASH,
                                                0,
                                                classes,
                                                labels))
                        .getMessage());
    }

    private void withLine(String third) throws IOException {
        List<String> lines = new ArrayList<>(Data.lines(5));
        lines.set(2, third);
        Data.write(dir.resolve("bad.jsonl"), lines);
    }

    private String assertRejected(String file, String format, String... parts) {
        DataConfig config = Data.config(dir.resolve(file), format);
        String message =
                assertThrows(DataException.class, () -> DataSet.open(config).close()).toString();
        assertTrue(message.contains(file), message);
        for (String part : parts) {
            assertTrue(message.contains(part), "expected '" + part + "' in: " + message);
        }
        return message;
    }
}
