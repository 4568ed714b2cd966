package dev.belay.producers.chess;

import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.DataConfig.OptionColumns;
import dev.belay.producers.source.SourceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Chess for the contract test. */
abstract class ChessCases implements SourceCase {
    /** Three king moves, and a position with one move only, which is left out. */
    public static final class Format extends ChessCases {
        @Override
        public String source() {
            return "chess";
        }

        @Override
        public Map<String, String> parameters(Path dir) throws IOException {
            String rows =
                    """
                    {"id":"a","fen":"k7/8/8/8/8/8/8/7K b - - 3 40","best":"a8b7","rating":900}
                    {"id":"b","fen":"k7/8/1K6/8/8/8/8/7R b - - 0 1","best":"a8b8"}
                    {"id":"c","fen":"7k/8/8/8/8/8/8/K7 w - - 0 1","best":null}
                    """;
            return Map.of("path", Files.writeString(dir.resolve("rows.jsonl"), rows).toString());
        }

        @Override
        public Fields fields() {
            return new Fields(
                    "id",
                    new InputColumns.Text("fen"),
                    "best",
                    null,
                    Map.of(),
                    null,
                    new OptionColumns(List.of("moves")));
        }

        @Override
        public List<String> firstRows() {
            return List.of(
                    "1 {\"id\":\"a\",\"fen\":\"k7/8/8/8/8/8/8/7K b - - 3 40\",\"best\":1,"
                            + "\"rating\":900,\"moves\":[\"8/k7/8/8/8/8/8/7K w - - 4 41\","
                            + "\"8/1k6/8/8/8/8/8/7K w - - 4 41\","
                            + "\"1k6/8/8/8/8/8/8/7K w - - 4 41\"]}",
                    "3 {\"id\":\"c\",\"fen\":\"7k/8/8/8/8/8/8/K7 w - - 0 1\",\"best\":null,"
                            + "\"moves\":[\"7k/8/8/8/8/8/K7/8 b - - 1 1\","
                            + "\"7k/8/8/8/8/8/8/1K6 b - - 1 1\","
                            + "\"7k/8/8/8/8/8/1K6/8 b - - 1 1\"]}");
        }
    }

    /** Its rows are checked in {@link ChessPlayoutsTest}: no hand plays random games. */
    public static final class Playouts extends ChessCases {
        @Override
        public String source() {
            return "chess-playouts";
        }

        @Override
        public Map<String, String> parameters(Path dir) {
            return Map.of("count", "20", "seed", "7");
        }

        @Override
        public Fields fields() {
            return Objects.requireNonNull(new ChessPlayouts().preset()).fields();
        }

        @Override
        public List<String> firstRows() {
            return List.of();
        }
    }
}
