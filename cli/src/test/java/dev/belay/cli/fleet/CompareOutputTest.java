package dev.belay.cli.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.cli.Belay;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@code belay compare} prints, and what it refuses before it reads anything. */
class CompareOutputTest {
    private static final String A = "x/conf#0@1";
    private static final String B = "x/naive#0@0";

    @Test
    void figuresArePrintedForPeopleAndForMachines() throws IOException {
        // Given: 12 that only A classifies right, one that only B does
        List<CheckpointComparison.Discordant> discordant = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            discordant.add(
                    new CheckpointComparison.Discordant(
                            "e" + i, "yes", i < 12 ? "yes" : "no", "no"));
        }
        CheckpointComparison compared =
                new CheckpointComparison(
                        "t", A + ":16", B + ":8", counted(80, 12, 1, 7), 2, 3, 4, discordant);
        // When
        StringWriter text = new StringWriter();
        compared.print(new PrintWriter(text), true);
        StringWriter json = new StringWriter();
        compared.printJson(new PrintWriter(json));
        StringWriter ids = new StringWriter();
        compared.writeIds(ids);
        // Then: 28/2¹³ of all outcomes are as uneven
        assertTrue(text.toString().contains("p = 0.003418 (exact, two-sided; 13 discordant"));
        assertTrue(text.toString().contains("A right           80          12"), text::toString);
        assertTrue(text.toString().contains("A wrong            1           7"), text::toString);
        assertTrue(text.toString().contains("difference A − B  0.1100 ["), text::toString);
        assertTrue(text.toString().contains("2 without truth, 3 predicted by A only, 4 by B"));
        assertTrue(text.toString().contains("the first 10 of 13"), text::toString);
        JsonNode object = new ObjectMapper().readTree(json.toString());
        assertEquals(12, object.get("onlyARight").intValue());
        assertEquals(.11, object.get("difference").doubleValue(), 1e-12);
        assertEquals(28.0 / 8192, object.get("mcNemarP").doubleValue(), 1e-12);
        assertEquals(.87, object.get("agreement").doubleValue(), 1e-12);
        assertEquals(13, object.get("discordant").size());
        assertEquals(13, ids.toString().lines().count());
        assertEquals(
                "{\"id\":\"e12\",\"truth\":\"yes\",\"a\":\"no\",\"b\":\"no\"}",
                ids.toString().lines().toList().get(12));
    }

    @Test
    void whatIsWrongOnTheCommandLineIsSaidBeforeABrokerIsStarted() {
        assertTrue(execute(2, "compare", "x/a").contains("Missing required parameter: 'B'"));
        assertTrue(execute(1, "compare", "x/a", "X").contains("'X' names no model"));
        assertTrue(
                execute(2, "compare", "x/a", "x/b", "--json", "--ids", "-")
                        .contains("both write to the terminal"));
        assertTrue(
                execute(1, "compare", "x/a", "x/b", "--data", "target/nothing-here")
                        .contains("no data of an embedded broker"));
    }

    private static String execute(int code, String... arguments) {
        StringWriter said = new StringWriter();
        assertEquals(
                code,
                Belay.commandLine()
                        .setOut(new PrintWriter(new StringWriter()))
                        .setErr(new PrintWriter(said, true))
                        .execute(arguments),
                said::toString);
        return said.toString();
    }

    private static PairTable counted(int bothRight, int onlyA, int onlyB, int bothWrong) {
        PairCounter counter = new PairCounter(2);
        IntStream.range(0, bothRight).forEach(i -> counter.cell(1, 1, 1, 0, 1));
        IntStream.range(0, onlyA).forEach(i -> counter.cell(1, 0, 1, 0, 1));
        IntStream.range(0, onlyB).forEach(i -> counter.cell(1, 1, 0, 0, 1));
        IntStream.range(0, bothWrong).forEach(i -> counter.cell(1, 0, 0, 0, 1));
        return counter.table();
    }
}
