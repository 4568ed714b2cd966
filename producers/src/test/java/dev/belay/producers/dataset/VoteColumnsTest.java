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
import dev.belay.producers.source.VoteColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that hold the votes of annotators. */
class VoteColumnsTest {
    private static final VoteColumns ONE = new VoteColumns.One("votes");
    private static final VoteColumns EACH =
            new VoteColumns.Each(Map.of("anna", "a", "ben", "b", "cleo", "c"));

    @TempDir Path dir;

    @Test
    void oneColumnHoldsAnObjectPairsOrLabelsAlsoAsText() throws IOException {
        Map<String, Integer> both = Map.of("anna", 1, "ben", 0);
        for (String cell :
                List.of(
                        "{'anna':1,'ben':0}",
                        "{'anna':'positive','ben':'negative','cleo':null,'dan':''}",
                        "[['anna',1],['ben','0']]",
                        "'{\\'anna\\':1,\\'ben\\':0}'",
                        "'[[\\'anna\\',1],[\\'ben\\',0]]'")) {
            assertEquals(both, votes(cell), cell);
        }
        assertEquals(Map.of("0", 1, "2", 0), votes("[1,null,0]"));
        assertEquals(Map.of("0", 1, "3", 0), votes("[1,-1,'-1',0]")); // abstentions
        assertEquals(Map.of("10", 1, "3", 0), votes("[[10,1],[3,0]]"));
        for (String none : List.of("null", "''", "{}", "[]", "'{}'")) {
            assertEquals(Map.of(), votes(none), none);
        }
    }

    @Test
    void inCsvAColumnIsAnAnnotatorOrHoldsTheJson() throws IOException {
        Path file =
                Data.write(
                        dir.resolve("rows.csv"),
                        List.of(
                                "id,text,label,split,a,b,c,votes",
                                "x,t,1,test,1,,negative,\"{\"\"anna\"\": 1}\"",
                                "y,t,1,train,0,1,1,"));
        try (DataSet data = DataSet.open(config(file, "csv", EACH, null))) {
            assertEquals(Map.of("anna", 1, "cleo", 0), of(data, "x"));
            assertEquals(Map.of("anna", 0, "ben", 1, "cleo", 1), of(data, "y"));
        }
        try (DataSet data = DataSet.open(config(file, "csv", ONE, null))) {
            assertEquals(Map.of("anna", 1), of(data, "x"));
            assertEquals(Map.of(), of(data, "y"));
        }
    }

    @Test
    void votesAreReadByTheLabelsOfTheSource() throws IOException {
        Path file =
                Data.write(
                        dir.resolve("rows.jsonl"),
                        quoted(
                                List.of(
                                        "{'id':'x','text':'t','label':-1,'split':'test','votes':{'anna':5,'ben':'positive','cleo':'-1'}}")));
        DataConfig plain = config(file, "jsonl", ONE, null);
        DataConfig labelled =
                new DataConfig(
                        plain.source(),
                        plain.fields(),
                        plain.holdout(),
                        .5,
                        DataConfig.Order.FILE,
                        0,
                        plain.classes(),
                        List.of("5", "-1"));
        try (DataSet data = DataSet.open(labelled)) {
            assertEquals(Map.of("anna", 0, "ben", 1, "cleo", 1), of(data, "x"));
        }
    }

    @Test
    void aVoteForAnOptionFollowsItThroughTheShuffle() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            lines.add(
                    "{'id':'r%d','text':'q','options':['a','b','c'],'label':0,'split':'%s','votes':{'anna':2,'ben':'1'}}"
                            .formatted(i, i == 0 ? "test" : "train"));
        }
        Path file = Data.write(dir.resolve("rows.jsonl"), quoted(lines));
        OptionColumns options = new OptionColumns(List.of("options"));
        try (DataSet data = DataSet.open(config(file, "jsonl", ONE, options))) {
            for (Row row : Data.rows(data)) {
                row.example()
                        .getVotes()
                        .forEach(
                                (annotator, vote) ->
                                        assertEquals(
                                                annotator.equals("anna") ? "c" : "b",
                                                row.example().getOptions().get(vote).getText()));
                assertEquals(2, row.example().getVotes().size());
            }
        }
    }

    @Test
    void whatIsWrongNamesFileLineColumnAndAnnotator() {
        says("{'anna':-2}", "label -2");
        says("{'anna':2}", "rows.jsonl, line 1", "label 2 in 'votes', annotator 'anna'", "0 to 1");
        says("{'anna':'maybe'}", "label 'maybe'", "annotator 'anna'", "[negative, positive]");
        says("{'anna':1.5}", "label 1.5");
        says("{'anna':[1]}", "label a JSON array");
        says("{' ':1}", "an annotator's name of 1 characters", "1 to 64");
        says("{'" + "n".repeat(65) + "':1}", "name of 65 characters");
        says("[['anna',1],['anna',0]]", "two votes of annotator 'anna'");
        says("[['anna',1,0]]", "a JSON array in 'votes'", "votes such as");
        says("[[null,1]]", "votes such as");
        says("7", "a JSON number in 'votes'");
        says("'anna'", "a JSON string 'anna' in 'votes'");
        StringBuilder many = new StringBuilder("[0");
        many.append(",1".repeat(256));
        says(many + "]", "more than 256 votes", "at most 256");
        says(null, "a column 'votes'");
    }

    @Test
    void votesArePartOfTheSourceAndOfTheRow() throws IOException {
        Path file = write("{'anna':1}");
        try (DataSet with = DataSet.open(config(file, "jsonl", ONE, null));
                DataSet without = DataSet.open(config(file, "jsonl", null, null))) {
            assertNotEquals(with.sourceHash(), without.sourceHash());
            assertEquals(Map.of(), of(without, "x"));
        }
    }

    private Map<String, Integer> votes(@Nullable String cell) throws IOException {
        try (DataSet data = DataSet.open(config(write(cell), "jsonl", ONE, null))) {
            return of(data, "x");
        }
    }

    private static Map<String, Integer> of(DataSet data, String id) {
        return Data.rows(data).stream()
                .filter(row -> row.id().equals(id))
                .map(row -> row.example().getVotes())
                .findFirst()
                .orElseThrow();
    }

    private void says(@Nullable String cell, String... parts) {
        var e = assertThrows(DataException.class, () -> votes(cell));
        for (String part : parts) {
            assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
        }
    }

    private Path write(@Nullable String cell) throws IOException {
        String votes = cell == null ? "" : ",'votes':" + cell;
        String line = "{'id':'x','text':'t','label':1,'split':'test'" + votes + "}";
        return Data.write(dir.resolve("rows.jsonl"), quoted(List.of(line)));
    }

    private static List<String> quoted(List<String> lines) {
        return lines.stream().map(line -> line.replace('\'', '"')).toList();
    }

    private static DataConfig config(
            Path file,
            String format,
            @Nullable VoteColumns votes,
            @Nullable OptionColumns options) {
        return new DataConfig(
                Data.file(file, format),
                new DataConfig.Fields(
                        "id",
                        new InputColumns.Text("text"),
                        "label",
                        "split",
                        Map.of(),
                        null,
                        options,
                        votes),
                new DataConfig.Holdout.Column("test"),
                .5,
                DataConfig.Order.FILE,
                0,
                options == null ? List.of("negative", "positive") : List.of());
    }
}
