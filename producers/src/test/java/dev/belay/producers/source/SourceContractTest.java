package dev.belay.producers.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every finite source fulfils. Runs each that the class path has: a plug-in's project runs it
 * on its own from this module's test jar.
 */
public class SourceContractTest {
    private static final Map<String, SourceCase> CASES = new HashMap<>();

    static {
        for (SourceCase hand : ServiceLoader.load(SourceCase.class)) CASES.put(hand.source(), hand);
    }

    @TempDir Path dir;

    static Stream<RowSource> sources() {
        return Plugins.load(Source.class).values().stream()
                .filter(RowSource.class::isInstance)
                .map(RowSource.class::cast);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void rowsAreThoseReadByHand(RowSource source) throws IOException {
        List<String> expected = hand(source).firstRows();
        List<String> rows = new ArrayList<>();
        String hash = read(source, rows);
        assertEquals(expected, rows.subList(0, expected.size()));
        assertTrue(hash.matches("[0-9a-f]{64}"), hash);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void readAgainItGivesTheSameRowsAndTheSameHash(RowSource source) throws IOException {
        List<String> once = new ArrayList<>();
        List<String> again = new ArrayList<>();
        assertEquals(read(source, once), read(source, again));
        assertEquals(once, again);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void everyRowHasALineOfItsOwnAndAllColumns(RowSource source) throws IOException {
        Set<Long> lines = new HashSet<>();
        SourceCase hand = hand(source);
        source.read(
                Parameters.of(source, hand.parameters(dir)),
                hand.fields(),
                (row, line) -> {
                    assertTrue(line > 0 && lines.add(line), "line " + line);
                    for (String column : hand.fields().columns())
                        assertTrue(row.has(column), "no " + column + " in " + row);
                });
        assertTrue(lines.size() >= hand.firstRows().size());
    }

    @ParameterizedTest
    @MethodSource("sources")
    void itHasATitle(RowSource source) throws IOException {
        Parameters parameters = Parameters.of(source, hand(source).parameters(dir));
        assertTrue(!source.title(parameters).isBlank());
    }

    private static SourceCase hand(RowSource source) {
        SourceCase hand = CASES.get(source.name());
        assertNotNull(hand, "no SourceCase for " + source.name());
        return hand;
    }

    private String read(RowSource source, List<String> rows) throws IOException {
        SourceCase hand = hand(source);
        return source.read(
                Parameters.of(source, hand.parameters(dir)),
                hand.fields(),
                (row, line) -> rows.add(line + " " + row));
    }
}
