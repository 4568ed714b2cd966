package dev.belay.cli.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void textsStandToTheLeftAndNumbersToTheRight() {
        StringWriter out = new StringWriter();
        sample().print(new PrintWriter(out));
        assertEquals(
                """
                model  seen    loss
                e/m     512  0.2500
                e        16       –
                """,
                out.toString());
    }

    @Test
    void machinesGetObjectsWithPlainValues() {
        StringWriter out = new StringWriter();
        TextTable table = new TextTable("model", "seen", "reason");
        table.add("e/m", 512L, null);
        table.printJson(new PrintWriter(out));
        assertEquals("[{\"model\":\"e/m\",\"seen\":512,\"reason\":null}]\n", out.toString());
    }

    @Test
    void aTreeShowsWhatIsBelowWhat() {
        StringWriter out = new StringWriter();
        TextTree tree = new TextTree("a");
        tree.add("b").add("c");
        tree.add("d").add("e");
        tree.print(new PrintWriter(out));
        assertEquals(
                """
                a
                ├─ b
                │  └─ c
                └─ d
                   └─ e
                """,
                out.toString());
    }

    private static TextTable sample() {
        TextTable table = new TextTable("model", "seen", "loss");
        table.add("e/m", 512L, 0.25);
        table.add("e", 16L, Double.NaN);
        return table;
    }
}
