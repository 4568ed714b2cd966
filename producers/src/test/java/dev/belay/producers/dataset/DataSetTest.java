package dev.belay.producers.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetTest {
    @TempDir Path dir;

    /** Whoever changes what this asserts breaks every run that was begun before. */
    @Test
    void idsSplitsOrderAndHashAreWhatTheyAlwaysWere() throws IOException {
        Path file = Data.write(dir.resolve("golden.jsonl"), Data.lines(10));
        try (DataSet data = DataSet.open(Data.config(file, "jsonl"))) {
            assertEquals(
                    "r4:ST r1:ST r3:SU r8:ST r5:HO r6:SU r9:ST r7:SU r0:HO r2:ST",
                    String.join(
                            " ",
                            Data.rows(data).stream()
                                    .map(r -> r.id() + ":" + r.split().name().substring(0, 2))
                                    .toList()));
            assertEquals(
                    "2fff1a86999f235b080e2452279bbc4f1fde5660e6d8821536e824b69318f7e1",
                    data.sourceHash());
        }
    }

    @Test
    void aRowWithoutIdIsNamedByItsText() throws IOException {
        Path file =
                Data.write(
                        dir.resolve("noid.csv"), List.of("text,label", "b,1", "a,0", "c,1", "a,0"));
        DataConfig config =
                new DataConfig(
                        Data.file(file, "csv"),
                        new DataConfig.Fields(null, "text", "label", null),
                        new DataConfig.Holdout.Share(.5),
                        .5,
                        DataConfig.Order.FILE,
                        0,
                        List.of("a", "b"));
        try (DataSet data = DataSet.open(config)) {
            assertEquals(
                    List.of(
                            "h-3e23e8160039594a33894f6564e1b134",
                            "h-ca978112ca1bbdcafac231b39a23dc4d",
                            "h-2e7d2c03a9507ae265ecf5b5356885a5"),
                    Data.rows(data).stream().map(Row::id).toList());
            assertEquals(1, data.summary().duplicates());
        }
    }

    @Test
    void theSameRowTwiceIsOneRow() throws IOException {
        List<String> lines = new ArrayList<>(Data.lines(50));
        lines.addAll(Data.lines(50).subList(0, 20));
        for (DataConfig.Order order : DataConfig.Order.values()) {
            Path file = Data.write(dir.resolve("twice.jsonl"), lines);
            try (DataSet data = DataSet.open(Data.shared(file, order, 0))) {
                assertEquals(50, data.summary().rows());
                assertEquals(20, data.summary().duplicates());
                assertEquals(50, Data.rows(data).size());
            }
        }
    }

    @Test
    void rowsThatDoNotFitIntoMemoryComeInTheSameOrder() throws IOException {
        // Given 5,000 rows and memory for a few of them: more runs than are merged at once
        Path file = Data.write(dir.resolve("big.jsonl.gz"), Data.lines(5_000));
        for (DataConfig.Order order : DataConfig.Order.values()) {
            DataConfig config = Data.shared(file, order, 7);
            try (DataSet inMemory = DataSet.open(config);
                    DataSet onDisk = DataSet.open(config, 1_000)) {
                // Then
                assertEquals(Data.rows(inMemory), Data.rows(onDisk));
                assertEquals(inMemory.summary().rows(), onDisk.summary().rows());
                assertEquals(inMemory.sourceHash(), onDisk.sourceHash());
                assertEquals(Data.rows(onDisk), Data.rows(onDisk));
            }
        }
    }

    @Test
    void closingRemovesTemporaryFiles() throws IOException {
        Path file = Data.write(dir.resolve("big.jsonl"), Data.lines(500));
        long before = temporaryDirectories();
        try (DataSet data = DataSet.open(Data.shared(file, DataConfig.Order.FILE, 0), 1_000)) {
            assertEquals(500, data.summary().rows());
            assertTrue(temporaryDirectories() > before);
        }
        assertEquals(before, temporaryDirectories());
    }

    @Test
    void fileOrderKeepsTheFilesOrder() throws IOException {
        Path file = Data.write(dir.resolve("a.jsonl"), Data.lines(100));
        try (DataSet data = DataSet.open(Data.shared(file, DataConfig.Order.FILE, 0))) {
            List<String> ids = Data.rows(data).stream().map(Row::id).toList();
            assertEquals("r0", ids.get(0));
            assertEquals("r99", ids.get(99));
        }
    }

    @Test
    void hashOrderMixesAFileThatIsSortedByClass() throws IOException {
        Path file = Data.write(dir.resolve("a.jsonl"), Data.lines(1_000));
        try (DataSet data = DataSet.open(Data.shared(file, DataConfig.Order.HASH, 0))) {
            long ones = Data.rows(data).stream().limit(200).filter(r -> r.label() == 1).count();
            assertTrue(ones > 70 && ones < 130, "of 200: " + ones);
        }
    }

    @Test
    void csvTsvAndJsonlWithTheSameRowsGiveTheSameRows() throws IOException {
        Path json =
                Data.write(
                        dir.resolve("a.jsonl"),
                        List.of(
                                "{\"id\":1,\"text\":\"one, two\",\"label\":\"positive\","
                                        + "\"split\":\"test\",\"more\":[1]}",
                                "",
                                "{\"id\":2,\"text\":\"three\",\"label\":null,\"split\":\"x\"}"));
        Path csv =
                Data.writeText(
                        dir.resolve("a.csv.gz"),
                        "\uFEFFsplit,id,text,label\r\ntest,1,\"one, two\",1\r\nx,2,three,\r\n");
        Path tsv =
                Data.writeText(
                        dir.resolve("a.tsv"),
                        "id\ttext\tlabel\tsplit\n1\tone, two\tpositive\ttest\n2\tthree\t\tx\n");
        try (DataSet a = DataSet.open(Data.config(json, "jsonl"));
                DataSet b = DataSet.open(Data.config(csv, "csv"));
                DataSet c = DataSet.open(Data.config(tsv, "tsv"))) {
            assertEquals(contents(a), contents(b));
            assertEquals(contents(a), contents(c));
            assertEquals(1, a.summary().of(Split.HOLDOUT).labelled());
        }
    }

    @Test
    void aQuoteInATsvCellIsACharacterLikeOthers() throws IOException {
        Path tsv =
                Data.writeText(
                        dir.resolve("a.tsv"), "id\ttext\tlabel\tsplit\n1\t\"so\" it is\t1\ttest\n");
        try (DataSet data = DataSet.open(Data.config(tsv, "tsv"))) {
            assertEquals("\"so\" it is", Data.rows(data).get(0).example().getText());
        }
    }

    @Test
    void theHashChangesWithTheBytesAndWithHowTheyAreSplit() throws IOException {
        Path a = Data.write(dir.resolve("a.jsonl"), Data.lines(20));
        Path copy = Files.copy(a, dir.resolve("copy.jsonl"));
        Path other = Data.write(dir.resolve("other.jsonl"), Data.lines(21));
        String hash = hash(Data.shared(a, DataConfig.Order.HASH, 0));
        assertEquals(hash, hash(Data.shared(copy, DataConfig.Order.HASH, 0)));
        assertNotEquals(hash, hash(Data.shared(other, DataConfig.Order.HASH, 0)));
        assertNotEquals(hash, hash(Data.shared(a, DataConfig.Order.HASH, 1)));
        assertNotEquals(hash, hash(Data.shared(a, DataConfig.Order.FILE, 0)));
        assertNotEquals(hash, hash(Data.config(a, "jsonl")));
    }

    @Test
    void splitsStayWhenTheFileIsShuffled() throws IOException {
        List<String> lines = Data.lines(300);
        List<String> shuffled = new ArrayList<>(lines);
        Collections.shuffle(shuffled, new Random(3));
        Path a = Data.write(dir.resolve("a.jsonl"), lines);
        Path b = Data.write(dir.resolve("b.jsonl"), shuffled);
        try (DataSet x = DataSet.open(Data.shared(a, DataConfig.Order.HASH, 0));
                DataSet y = DataSet.open(Data.shared(b, DataConfig.Order.HASH, 0))) {
            assertEquals(contents(x), contents(y));
        }
    }

    @Test
    void drawnRowsAreCountedByClass() throws IOException {
        Path a = Data.write(dir.resolve("a.jsonl"), Data.lines(1_000));
        try (DataSet data = DataSet.open(Data.config(a, "jsonl"))) {
            assertEquals(
                    data.summary().of(Split.STUDENT),
                    data.countDrawn(Split.STUDENT, new ExampleDraw(1, 1.0)));
            DataSummary.SplitCounts half = data.countDrawn(Split.STUDENT, new ExampleDraw(1, .5));
            assertTrue(half.rows() > 140 && half.rows() < 260, "half of 400: " + half);
            assertNotEquals(half, data.countDrawn(Split.STUDENT, new ExampleDraw(2, .5)));
        }
    }

    @Test
    void theWordNetTaskHasTwelveThousandGlossesOfBothClasses() {
        try (DataSet data = DataSet.open(DataConfig.preset(Data.WORDNET, .5))) {
            DataSummary summary = data.summary();
            assertEquals(12_000, summary.rows());
            assertEquals(0, summary.duplicates());
            assertEquals(List.of(1_000L, 1_000L), summary.of(Split.HOLDOUT).byClass());
            List<Row> rows = Data.rows(data);
            assertEquals(
                    12_000,
                    new HashSet<>(rows.stream().map(r -> r.example().getText()).toList()).size());
            assertFalse(
                    rows.stream()
                            .anyMatch(
                                    r ->
                                            r.example().getText().contains(";")
                                                    || r.example().getText().contains("\"")));
            assertEquals(
                    "SplitCounts[rows=4995, byClass=[2503, 2492]]",
                    summary.of(Split.SUPERVISOR).toString());
            assertEquals("wn31-n-12849551", rows.get(0).id());
            assertEquals(1, rows.get(0).label());
            assertEquals("wn31-n-01459723", rows.get(11_999).id());
            assertEquals(
                    "41b1b4fe62d35eaeceb20af67621e18f2f74fc1b3f40378fb9b1215d6695f7f6",
                    data.sourceHash());
        }
    }

    @Test
    void sst2HasTheRowsOfItsReadme() {
        Path file =
                Path.of(System.getProperty("belay.data", "../../shared/data"))
                        .resolve("nlp/sst2.jsonl.gz");
        Assumptions.assumeTrue(Files.exists(file), "no shared data beside this project");
        try (DataSet data = DataSet.open(Data.config(file, "jsonl"))) {
            assertEquals(9_602, data.summary().rows());
            assertEquals(1_821, data.summary().of(Split.HOLDOUT).rows());
        }
    }

    private static List<String> contents(DataSet data) {
        return Data.rows(data).stream()
                .map(r -> r.id() + "|" + r.example().getText() + "|" + r.label() + "|" + r.split())
                .toList();
    }

    private static String hash(DataConfig config) {
        try (DataSet data = DataSet.open(config)) {
            return data.sourceHash();
        }
    }

    /** Of this process: other tests run at the same time. */
    private static long temporaryDirectories() throws IOException {
        String prefix = "belay-sort-" + ProcessHandle.current().pid() + "-";
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(p -> p.getFileName().toString().startsWith(prefix)).count();
        }
    }

    @Test
    void labelsThatDoNotCountFromZeroAreMapped() throws IOException {
        // Given: classes by label, by label as text, by name, and no label
        Path jsonl =
                Data.write(
                        dir.resolve("one.jsonl"),
                        List.of(
                                "{\"id\":\"a\",\"text\":\"t\",\"label\":1,\"split\":\"test\"}",
                                "{\"id\":\"b\",\"text\":\"t\",\"label\":\"2\",\"split\":\"test\"}",
                                "{\"id\":\"c\",\"text\":\"t\",\"label\":\"world\",\"split\":\"test\"}",
                                "{\"id\":\"d\",\"text\":\"t\",\"label\":null,\"split\":\"test\"}"));
        Path csv =
                Data.writeText(
                        dir.resolve("one.csv"),
                        "id,text,label,split\na,t,1,test\nb,t,2,test\nc,t,world,test\nd,t,,test\n");
        // When, then
        Map<String, Integer> expected = Map.of("a", 0, "b", 1, "c", 0, "d", Row.NO_LABEL);
        assertEquals(expected, labels(mapped(jsonl, "jsonl")));
        assertEquals(expected, labels(mapped(csv, "csv")));
    }

    @Test
    void aLabelThatIsNotInTheMappingIsRefused() throws IOException {
        Path file =
                Data.write(
                        dir.resolve("zero.jsonl"),
                        List.of("{\"id\":\"a\",\"text\":\"t\",\"label\":0,\"split\":\"test\"}"));
        DataConfig config = mapped(file, "jsonl");
        var error = assertThrows(DataException.class, () -> DataSet.open(config).close());
        assertTrue(
                error.toString()
                        .contains(
                                "found label 0 in 'label'; expected a class: one of"
                                        + " [1, 2], or one of [world, sports]"),
                error::toString);
    }

    @Test
    void aMappingIsPartOfTheSourcesHash() throws IOException {
        // Given: rows that name their classes, so that both read the same
        Path file =
                Data.write(
                        dir.resolve("named.jsonl"),
                        List.of(
                                "{\"id\":\"a\",\"text\":\"t\",\"label\":\"world\",\"split\":\"test\"}"));
        DataConfig mapped = mapped(file, "jsonl");
        DataConfig swapped =
                new DataConfig(
                        mapped.source(),
                        mapped.fields(),
                        mapped.holdout(),
                        mapped.supervisorShare(),
                        mapped.order(),
                        mapped.orderSeed(),
                        mapped.classes(),
                        List.of("2", "1"));
        // When, then
        try (DataSet one = DataSet.open(mapped);
                DataSet other = DataSet.open(swapped)) {
            assertNotEquals(one.sourceHash(), other.sourceHash());
        }
    }

    private static DataConfig mapped(Path file, String format) {
        return new DataConfig(
                Data.file(file, format),
                Data.WITH_SPLIT,
                Data.TEST_ROWS,
                0.5,
                DataConfig.Order.HASH,
                0,
                List.of("world", "sports"),
                List.of("1", "2"));
    }

    private static Map<String, Integer> labels(DataConfig config) {
        try (DataSet data = DataSet.open(config)) {
            return Data.rows(data).stream().collect(Collectors.toMap(Row::id, Row::label));
        }
    }
}
