package dev.belay.producers.chess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.chess.Position;
import dev.belay.plugins.Configured;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.Rows;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.DataConfig.OptionColumns;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.producers.source.Source;
import dev.belay.schemas.events.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChessFormatTest {
    private static final String START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1";
    private static final OptionColumns MOVES = new OptionColumns(List.of("moves"));

    @TempDir Path dir;

    @Test
    void optionsAreThePositionsAfterAllMovesAndTheTruthIsTheOneAfterTheBest() throws IOException {
        // Given
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append(line("p" + i, START, i % 2 == 0 ? "\"g1f3\"" : "null"));
        }
        Set<Integer> places = new HashSet<>();
        // When
        for (Row row : rows(lines.toString(), MOVES)) {
            // Then
            List<String> options =
                    row.example().getOptions().stream().map(Option::getText).toList();
            Position start = Position.parse(START);
            assertEquals(
                    start.legalMoves().stream()
                            .map(move -> start.after(move).fen())
                            .sorted()
                            .toList(),
                    options.stream().sorted().toList());
            assertEquals(START, row.example().getText());
            assertEquals("1200", row.example().getTags().get("rating"));
            boolean known = Integer.parseInt(row.id().substring(1)) % 2 == 0;
            assertEquals(known, row.hasLabel());
            if (known) {
                assertEquals(
                        start.after(start.legal("g1f3")).fen(), options.get(row.label()), row.id());
                places.add(row.label());
            }
        }
        assertTrue(places.size() > 5, "the right option is at " + places);
    }

    @Test
    void aWrongRowIsAnErrorAtItsLine() {
        says(
                line("a", START, "\"e2e4\"") + line("b", START, "\"e2e5\""),
                "rows.jsonl, line 2: found move 'e2e5', expected one of the 20 legal moves of "
                        + START
                        + ": [");
        says(
                line("a", START.replace("8/8/8/8", "8/8/8"), "\"e2e4\""),
                "rows.jsonl, line 1: found 7 rank(s), expected 8");
        says(line("a", START, "12"), "line 1: found best 12; expected a move in UCI notation");
        says("{\"id\":\"a\",\"best\":\"e2e4\"}\n", "line 1: found no column 'fen'; expected a");
        says("{\"id\":\"a\",\"fen\":\"" + START + "\"}\n", "line 1: found no column 'best'");
        says(line("a", "8/8", "\"e2e4\""), "in the FEN '8/8'.");
    }

    @Test
    void withoutAColumnForTheOptionsItSaysWhatToWrite() {
        var two = new OptionColumns(List.of("a", "b"));
        var e = assertThrows(DataException.class, () -> rows("{}\n", two));
        assertTrue(e.toString().contains("options: moves}"), e.toString());
    }

    private static String line(String id, String fen, String move) {
        return "{\"id\":\"%s\",\"fen\":\"%s\",\"best\":%s,\"rating\":1200}\n"
                .formatted(id, fen, move);
    }

    private void says(String lines, String expected) {
        var e = assertThrows(DataException.class, () -> rows(lines, MOVES));
        assertTrue(e.toString().contains(expected), e.toString());
    }

    private List<Row> rows(String lines, OptionColumns options) throws IOException {
        Path file = Files.writeString(dir.resolve("rows.jsonl"), lines);
        var config =
                new DataConfig(
                        Configured.of(Source.class, "chess", Map.of("path", file.toString())),
                        new Fields(
                                "id",
                                new InputColumns.Text("fen"),
                                "best",
                                null,
                                Map.of("rating", "rating"),
                                null,
                                options),
                        new DataConfig.Holdout.Share(0.3),
                        0.5,
                        DataConfig.Order.HASH,
                        0,
                        List.of());
        List<Row> all = new ArrayList<>();
        try (DataSet data = DataSet.open(config);
                Rows rows = data.rows()) {
            while (rows.hasNext()) {
                all.add(rows.next());
            }
        }
        return all;
    }
}
