package dev.belay.producers.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.TextPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that hold parts, vectors, tags and groups. */
class InputColumnsTest {
    private static final List<TextPart> PAIR =
            List.of(new TextPart("premise", "It rains."), new TextPart("hypothesis", "It is wet."));
    private static final InputColumns SPLIT =
            new InputColumns.SplitText("text", " [SEP] ", List.of("premise", "hypothesis"));
    private static final InputColumns VECTOR = new InputColumns.Vector("x");

    @TempDir Path dir;

    @Test
    void partsComeFromColumnsOrFromOneColumnThatIsSplit() throws IOException {
        var columns = new InputColumns.Parts(List.of("premise", "hypothesis"));
        Example ofColumns =
                first(
                        columns,
                        "{'id':'a','premise':'It rains.','hypothesis':'It is wet.','label':0}");
        Example ofOne = first(SPLIT, "{'id':'a','text':'It rains. [SEP] It is wet.','label':0}");
        assertEquals(PAIR, ofColumns.getParts());
        assertEquals(ofColumns, ofOne);
        // for readers of release 0.1
        assertEquals("It rains. [SEP] It is wet.", ofOne.getText());
    }

    @Test
    void vectorsComeFromColumnsOrFromAnArray() throws IOException {
        var features = new InputColumns.Features(List.of("x", "y"));
        assertEquals(
                List.of(1.5f, -2f),
                first(features, "{'id':'a','x':1.5,'y':-2,'label':0}").getVector());
        assertEquals(
                List.of(1.5f, -2f), first(VECTOR, "{'id':'a','x':[1.5,-2],'label':0}").getVector());
        String csv = "id,x,y,label\na,1.5,-2,0\nb,3,4,1\n";
        Path file = Data.writeText(dir.resolve("v.csv"), csv);
        try (DataSet data = DataSet.open(config(file, "csv", fields(features, null), SHARE))) {
            assertEquals(2, data.vectorLength());
            assertEquals(
                    List.of(1.5f, -2f),
                    Data.rows(data).stream()
                            .filter(row -> row.id().equals("a"))
                            .findAny()
                            .orElseThrow()
                            .example()
                            .getVector());
        }
    }

    @Test
    void rowsOfEveryKindSurviveTheSortOnDisk() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 500; i++)
            lines.add("{'id':'" + i + "','x':[" + i + "],'label':0,'group':'g" + i % 90 + "'}");
        DataConfig.Fields fields = fields(VECTOR, "group");
        Path file = write(lines);
        DataConfig config = config(file, "jsonl", fields, SHARE);
        try (DataSet inMemory = DataSet.open(config);
                DataSet onDisk = DataSet.open(config, 1_000)) {
            assertEquals(Data.rows(inMemory), Data.rows(onDisk));
        }
    }

    @Test
    void noSplitAndNoDrawCutsAGroup() throws IOException {
        // Given: 300 rows of 60 groups, and some of none
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String group = i % 10 == 9 ? "null" : "'g" + i % 60 + "'";
            lines.add("{'id':'" + i + "','x':[1],'label':" + i % 2 + ",'group':" + group + "}");
        }
        DataConfig config =
                config(
                        write(lines),
                        "jsonl",
                        fields(VECTOR, "group"),
                        new DataConfig.Holdout.Share(.3));
        try (DataSet data = DataSet.open(config)) {
            // When
            Map<String, Split> splits = new HashMap<>();
            for (Row row : Data.rows(data)) {
                Split split = splits.putIfAbsent(row.unit(), row.split());
                // Then
                assertTrue(split == null || split == row.split(), row.unit());
            }
            assertEquals(3, Map.copyOf(splits).values().stream().distinct().count());
            long drawn =
                    Data.rows(data).stream()
                            .filter(row -> row.split() == Split.STUDENT)
                            .filter(row -> IdHash.drawn(4, row.unit(), .5))
                            .count();
            assertEquals(drawn, data.countDrawn(Split.STUDENT, new ExampleDraw(4, .5)).rows());
        }
    }

    @Test
    void aSplitColumnThatCutsAGroupIsAnErrorWithBothLines() throws IOException {
        List<String> lines =
                List.of(
                        "{'id':'a','x':[1],'label':0,'group':'g','split':'train'}",
                        "{'id':'b','x':[1],'label':0,'group':null,'split':'test'}",
                        "{'id':'c','x':[1],'label':0,'group':'g','split':'test'}");
        var fields = new DataConfig.Fields("id", VECTOR, "label", "split", Map.of(), "group");
        says(
                lines,
                fields,
                Data.TEST_ROWS,
                "line 3",
                "group 'g' on the other side of the holdout than in line 1");
    }

    @Test
    void tagsAreReadAndEmptyCellsAreNoTags() throws IOException {
        var fields =
                new DataConfig.Fields(
                        "id", VECTOR, "label", null, Map.of("source", "from", "level", "n"), null);
        List<String> lines =
                List.of(
                        "{'id':'a','x':[1],'label':0,'from':'web','n':3}",
                        "{'id':'b','x':[1],'label':0,'from':'','n':null}");
        try (DataSet data = DataSet.open(config(write(lines), "jsonl", fields, SHARE))) {
            Map<String, Map<String, String>> tags = new HashMap<>();
            Data.rows(data).forEach(row -> tags.put(row.id(), row.example().getTags()));
            assertEquals(Map.of("a", Map.of("source", "web", "level", "3"), "b", Map.of()), tags);
            // another source as far as progress goes
            try (DataSet plain =
                    DataSet.open(config(write(lines), "jsonl", fields(VECTOR, null), SHARE))) {
                assertNotEquals(plain.sourceHash(), data.sourceHash());
            }
        }
    }

    @Test
    void badCellsNameTheLineAndWhatWasExpected() {
        says(SPLIT, "{'id':'a','text':'no separator','label':0}", "1 part(s)", "2: [premise,");
        says(SPLIT, "{'id':'a','text':'a [SEP]  ','label':0}", "an empty part 'hypothesis'");
        says(VECTOR, "{'id':'a','x':[],'label':0}", "a vector of 0 features");
        says(VECTOR, "{'id':'a','x':['b'],'label':0}", "a JSON string in 'x'", "a number");
        says(VECTOR, "{'id':'a','x':1,'label':0}", "a JSON number in 'x'", "an array of numbers");
        says(VECTOR, "{'id':'a','x':[1e99],'label':0}", "feature 0 = 1.0E99", "float32");
        says(VECTOR, "{'id':'a','y':[1],'label':0}", "a column 'x'");
        says(
                List.of("{'id':'a','x':[1,2],'label':0}", "{'id':'b','x':[1],'label':0}"),
                fields(VECTOR, null),
                SHARE,
                "line 2",
                "a vector of 1 features",
                "2 as in the rows before");
        var tags = new DataConfig.Fields("id", VECTOR, "label", null, Map.of("t", "t"), null);
        String longTag = "{'id':'a','x':[1],'label':0,'t':'" + "t".repeat(65) + "'}";
        says(List.of(longTag), tags, SHARE, "line 1", "a tag 't' of 65", "at most 64");
    }

    private static final DataConfig.Holdout SHARE = new DataConfig.Holdout.Share(.5);

    private static DataConfig.Fields fields(InputColumns input, @Nullable String group) {
        return new DataConfig.Fields("id", input, "label", null, Map.of(), group);
    }

    private static DataConfig config(
            Path file, String format, DataConfig.Fields fields, DataConfig.Holdout holdout) {
        return new DataConfig(
                Data.file(file, format),
                fields,
                holdout,
                .5,
                DataConfig.Order.HASH,
                0,
                List.of("no", "yes"));
    }

    /** The line and, so that there is a holdout, others of the same content. */
    private Example first(InputColumns input, String line) throws IOException {
        List<String> lines = new ArrayList<>(List.of(line));
        for (int i = 0; i < 9; i++) lines.add(line.replace("'a'", "'b" + i + "'"));
        try (DataSet data =
                DataSet.open(config(write(lines), "jsonl", fields(input, null), SHARE))) {
            return Data.rows(data).stream()
                    .filter(row -> row.id().equals("a"))
                    .findAny()
                    .orElseThrow()
                    .example();
        }
    }

    private void says(InputColumns input, String line, String... parts) {
        says(List.of(line), fields(input, null), SHARE, parts);
    }

    private void says(
            List<String> lines,
            DataConfig.Fields fields,
            DataConfig.Holdout holdout,
            String... parts) {
        var e =
                assertThrows(
                        DataException.class,
                        () -> DataSet.open(config(write(lines), "jsonl", fields, holdout)).close());
        for (String part : parts)
            assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    private Path write(List<String> lines) throws IOException {
        return Data.write(
                dir.resolve("rows.jsonl"),
                lines.stream().map(line -> line.replace('\'', '"')).toList());
    }
}
