package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.chess.Move;
import dev.belay.chess.Position;
import dev.belay.it.LongTest;
import dev.belay.plugins.Parameters;
import dev.belay.producers.chess.ChessPlayouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Chess moves as choices, by networks that start from one that was trained on random games. */
@LongTest
@Tag("chess") // .ci/long chess
@Timeout(900)
class ChessIT {
    private static final String RULES =
            """
            name: rules
            task: {kind: choice}
            data:
              source: {kind: chess-playouts, count: 300}
              supervisor-share: 0
            models:
              net: {encoder: {kind: chess-cnn, filters: 4, blocks: 2}, supervisor: truth, micro-epoch: 64}
            """;

    private static final String PUZZLES =
            """
            name: small
            task: {kind: choice}
            data:
              path: puzzles.jsonl
              format: chess
              fields: {text: fen, options: moves, label: best_move_uci, tags: {rating: rating}}
              holdout: {share: 0.25}
            models:
              weak:    {encoder: chess-planes, supervisor: truth, split: supervisor, examples: 50, micro-epoch: 25, passes: 5}
              plain:   {encoder: {kind: chess-cnn, filters: 4, blocks: 2}, supervisor: weak, micro-epoch: 32}
              primed:  {encoder: {kind: chess-cnn, filters: 4, blocks: 2}, supervisor: weak, micro-epoch: 32, init: rules/net@last, ceiling: ceiling}
              chained: {encoder: {kind: chess-cnn, filters: 4, blocks: 2}, supervisor: weak, micro-epoch: 32, init: plain@2, ceiling: ceiling}
              ceiling: {encoder: {kind: chess-cnn, filters: 4, blocks: 2}, supervisor: truth, micro-epoch: 32}
            """;

    @TempDir Path folder;

    @Test
    void aKilledRunOfModelsThatStartFromOthersEndsAsOneThatWasNot() throws Exception {
        // Given
        Path whole = write(folder.resolve("whole"));
        run(whole, "rules.yaml");
        run(whole, "small.yaml");
        Path killed = write(folder.resolve("killed"));
        run(killed, "rules.yaml");
        // When: while the first models train, and again
        Kills kills =
                new Kills(killed, killed.resolve("small.yaml"), killed.resolve("small.yaml-out"));
        kills.once(1);
        kills.once(5);
        kills.none();
        // Then
        assertEquals(summary(whole), summary(killed));
        List<String> facts = Facts.of(whole.resolve("data"));
        SameFacts.require(facts, Facts.of(killed.resolve("data")));
        JsonNode pairs = new ObjectMapper().readTree(summary(whole)).get("pairs");
        assertEquals(3, pairs.size());
        for (JsonNode pair : pairs) {
            assertTrue(pair.get("n").longValue() > 40, pair::toString);
        }
        // what starts from different weights ends with different ones
        assertEquals(
                3,
                List.of("plain", "primed", "chained").stream()
                        .map(model -> last(facts, "checkpoints small/" + model + "#0@0 "))
                        .distinct()
                        .count());
    }

    @Test
    void withoutTheOtherExperimentItSaysWhichOneToRun() throws Exception {
        Path alone = write(folder.resolve("alone"));
        try (BelayProcess process = BelayProcess.start(alone, command(alone, "small.yaml"))) {
            assertEquals(1, process.exitCode(), process::output);
            for (String part :
                    List.of(
                            "small.yaml, line 11, column",
                            "found init 'rules/net@last', but no model rules/net#0; expected one of []: run"
                                    + " that experiment first")) {
                assertTrue(process.output().contains(part), process::output);
            }
        }
    }

    /** SHA-256 of the weights of a model's last checkpoint. */
    private static String last(List<String> facts, String prefix) {
        return facts.stream()
                .filter(fact -> fact.startsWith(prefix))
                .map(fact -> fact.split(" ", -1))
                .max(Comparator.comparingInt(fact -> Integer.parseInt(fact[2])))
                .orElseThrow()[5];
    }

    private static String summary(Path home) throws IOException {
        return Files.readString(home.resolve("small.yaml-out").resolve("summary.json"));
    }

    private static void run(Path home, String file) throws Exception {
        BelayProcess.succeed(home, command(home, file));
    }

    private static String[] command(Path home, String file) {
        return new String[] {
            "run",
            home.resolve(file).toString(),
            "--out",
            home.resolve(file + "-out").toString(),
            "--data",
            home.resolve("data").toString()
        };
    }

    private static Path write(Path home) throws IOException {
        Files.createDirectories(home);
        Files.writeString(home.resolve("rules.yaml"), RULES);
        Files.writeString(home.resolve("small.yaml"), PUZZLES);
        ChessPlayouts games = new ChessPlayouts();
        StringBuilder rows = new StringBuilder();
        String unused =
                games.read(
                        Parameters.of(games, Map.of("count", "300", "seed", "5")),
                        Objects.requireNonNull(games.preset()).fields(),
                        (row, line) -> {
                            String fen = row.get("fen").textValue();
                            String best =
                                    Position.parse(fen).legalMoves().stream()
                                            .map(Move::uci)
                                            .sorted()
                                            .toList()
                                            .get(row.get("label").intValue());
                            rows.append(
                                    "{\"id\":\"p%d\",\"fen\":\"%s\",\"best_move_uci\":\"%s\",\"rating\":%d}\n"
                                            .formatted(line, fen, best, 900 + line));
                        });
        Files.writeString(home.resolve("puzzles.jsonl"), rows);
        return home;
    }
}
