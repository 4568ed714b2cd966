package dev.belay.chess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Positions of real games and test suites, whose legal moves another generator has counted. Runs
 * where the data are: beside the project, or {@code -Dbelay.data=DIR}.
 */
@EnabledIf("present")
class DataSetTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("belay.data", "../../shared/data"), "chess");

    private static final Pattern TEXT = Pattern.compile("\"(fen|best_move_uci)\":\"([^\"]*)\"");
    private static final Pattern COUNT = Pattern.compile("\"n_legal\":(\\d+)");

    static boolean present() {
        return Files.isDirectory(FOLDER);
    }

    @ParameterizedTest
    @CsvSource({"lichess_puzzles, 48000", "epd_suites, 4170"})
    void everyBestMoveIsLegalAndTheMovesAreAsMany(String name, int positions) throws IOException {
        int read = 0;
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        Files.newInputStream(FOLDER.resolve(name + ".jsonl.gz"))),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher text = TEXT.matcher(line);
                Matcher count = COUNT.matcher(line);
                assertTrue(text.find() && count.find(), line);
                Position position = Position.parse(text.group(2));
                List<Move> moves = position.legalMoves();
                assertEquals(Integer.parseInt(count.group(1)), moves.size(), line);
                assertTrue(text.find(), line);
                String best = text.group(2);
                assertTrue(moves.stream().anyMatch(move -> move.uci().equals(best)), line);
                read++;
            }
        }
        assertEquals(positions, read);
    }
}
