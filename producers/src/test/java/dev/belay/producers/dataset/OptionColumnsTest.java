package dev.belay.producers.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.DataConfig.OptionColumns;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.schemas.events.Option;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that hold the options of choices. */
class OptionColumnsTest {
    private static final OptionColumns PAIR = new OptionColumns(List.of("chosen", "rejected"));
    private static final OptionColumns LIST = new OptionColumns(List.of("options"));

    @TempDir Path dir;

    @Test
    void theLabelFollowsItsOptionThroughTheShuffle() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 400; i++)
            lines.add("{'id':'r" + i + "','text':'q','options':['a','b','c','d'],'label':2}");
        int[] places = new int[4];
        for (Row row : rows(lines, fields("id", LIST, "label"))) {
            assertEquals("c", row.example().getOptions().get(row.label()).getText());
            assertEquals(4, row.example().getOptions().size());
            places[row.label()]++;
        }
        for (int count : places) assertTrue(count > 60 && count < 140, count + " of 400");
    }

    @Test
    void theColumnThatIsAlwaysRightIsTheLabel() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 100; i++)
            lines.add("{'id':'r" + i + "','text':'q','chosen':'good','rejected':'bad'}");
        int first = 0;
        for (Row row : rows(lines, fields("id", PAIR, "chosen"))) {
            assertEquals("good", row.example().getOptions().get(row.label()).getText());
            first += row.label();
        }
        assertTrue(first > 30 && first < 70, first + " of 100");
    }

    @Test
    void anIdFromTheContentDoesNotDependOnTheOrderOfTheOptions() throws IOException {
        Row one = rows(twice("'good','bad'", 0), fields(null, LIST, "label")).get(0);
        Row other = rows(twice("'bad','good'", 1), fields(null, LIST, "label")).get(0);
        assertEquals(one.id(), other.id());
        Row another = rows(twice("'bad','better'", 1), fields(null, LIST, "label")).get(0);
        assertNotEquals(one.id(), another.id());
        for (Row row : List.of(one, other))
            assertEquals("good", row.example().getOptions().get(row.label()).getText());
    }

    @Test
    void aRowWithoutTruthHasNoLabel() throws IOException {
        List<Row> rows = rows(List.of(line("'a','b'", "null"), line("'c','d'", "'1'")), FIELDS);
        assertEquals(
                List.of(false, true),
                rows.stream().sorted(Row.BY_LINE).map(Row::hasLabel).toList());
        assertEquals(
                new Option("d", null), rows.get(1).example().getOptions().get(rows.get(1).label()));
    }

    @Test
    void whatIsWrongNamesFileAndLine() {
        says(line("'a'", "0"), "rows.jsonl, line 2", "1 option(s)", "2 to 256");
        String many = String.join(",", Collections.nCopies(257, "'a'"));
        says(line(many, "0"), "line 2", "257 option(s)", "2 to 256");
        says(line("'a','b'", "2"), "line 2", "label '2' in 'label'", "0 to 1");
        says(line("'a','b'", "-1"), "line 2", "label '-1'");
        says(line("'a','b'", "'b'"), "line 2", "label 'b'");
        says(line("'a',''", "0"), "line 2", "an empty option 1");
        says(line("'a',3", "0"), "line 2", "'options'", "an array of strings");
        says("{'id':'x','text':'q','label':0}", "line 2", "a column 'options'");
        says(
                line("'" + "a".repeat(300 << 10) + "','" + "b".repeat(300 << 10) + "'", "0"),
                "line 2",
                "a text with its options of 614401 bytes");
    }

    @Test
    void aChoiceTaskHasNoClasses() {
        var e = assertThrows(IllegalArgumentException.class, () -> config(Path.of("x"), FIELDS, 2));
        assertTrue(String.valueOf(e.getMessage()).contains("has no classes"), e.getMessage());
    }

    private static final DataConfig.Fields FIELDS = fields("id", LIST, "label");

    private static DataConfig.Fields fields(
            @Nullable String id, OptionColumns options, String label) {
        return new DataConfig.Fields(
                id, new InputColumns.Text("text"), label, null, Map.of(), null, options);
    }

    private static DataConfig config(Path file, DataConfig.Fields fields, int classes) {
        return new DataConfig(
                Data.file(file, "jsonl"),
                fields,
                new DataConfig.Holdout.Share(.5),
                .5,
                DataConfig.Order.FILE,
                0,
                List.of("no", "yes").subList(0, classes));
    }

    private static String line(String options, String label) {
        return "{'id':'x','text':'q','options':[" + options + "],'label':" + label + "}";
    }

    private static List<String> twice(String options, int label) {
        return List.of(line(options, label + "").replace("'id':'x',", ""), line("'z','y'", "0"));
    }

    private List<Row> rows(List<String> lines, DataConfig.Fields fields) throws IOException {
        // rows of other ids too, so that there is a holdout
        List<String> all = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++)
            all.add(lines.get(i).replace("'id':'x'", "'id':'x" + i + "'"));
        int given = all.size();
        for (int i = 0; i < 9; i++)
            all.add(
                    "{'id':'more%s','text':'more%s','options':['m','n'],'chosen':'m','rejected':'n','label':0}"
                            .formatted(i, i));
        try (DataSet data = DataSet.open(config(write(all), fields, 0))) {
            return Data.rows(data).stream().filter(row -> row.line() <= given).toList();
        }
    }

    private void says(String line, String... parts) {
        String good = line("'a','b'", "0").replace("'x'", "'good'");
        var e =
                assertThrows(
                        DataException.class,
                        () -> DataSet.open(config(write(List.of(good, line)), FIELDS, 0)).close());
        for (String part : parts)
            assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    private Path write(List<String> lines) throws IOException {
        return Data.write(
                dir.resolve("rows.jsonl"),
                lines.stream().map(line -> line.replace('\'', '"')).toList());
    }
}
