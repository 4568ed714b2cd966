package dev.belay.producers.chess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.chess.Captures;
import dev.belay.chess.Move;
import dev.belay.chess.Position;
import dev.belay.plugins.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChessPlayoutsTest {
    private static final ChessPlayouts SOURCE = new ChessPlayouts();

    @Test
    void everyRowIsAChoiceAmongTheLegalMovesWithItsOnlyBestMove() {
        Set<String> positions = new HashSet<>();
        int captures = 0;
        List<ObjectNode> rows = rows(300, 1);
        for (ObjectNode row : rows) {
            Position position = Position.parse(row.get("fen").textValue());
            Move best = Objects.requireNonNull(Captures.best(position));
            List<String> options = new ArrayList<>();
            for (JsonNode option : row.get("options")) {
                options.add(option.textValue());
            }
            assertEquals(position.legalMoves().size(), new HashSet<>(options).size());
            assertEquals(position.after(best).fen(), options.get(row.get("label").intValue()));
            positions.add(position.fen());
            captures += position.at(best.to()) != 0 ? 1 : 0;
        }
        assertEquals(300, positions.size());
        assertTrue(captures > 100 && captures < 300, captures + " captures");
    }

    @Test
    void moreRowsBeginWithTheSameAndAnotherSeedGivesOthers() {
        assertEquals(rows(20, 1), rows(40, 1).subList(0, 20));
        assertNotEquals(fens(rows(20, 1)), fens(rows(20, 2)));
    }

    private static List<String> fens(List<ObjectNode> rows) {
        return rows.stream().map(row -> row.get("fen").textValue()).toList();
    }

    private static List<ObjectNode> rows(int count, int seed) {
        List<ObjectNode> rows = new ArrayList<>();
        Map<String, String> given = Map.of("count", "" + count, "seed", "" + seed);
        String unused =
                SOURCE.read(
                        Parameters.of(SOURCE, given),
                        Objects.requireNonNull(SOURCE.preset()).fields(),
                        (row, line) -> {
                            assertEquals(rows.size() + 1, line);
                            rows.add(row);
                        });
        return rows;
    }
}
