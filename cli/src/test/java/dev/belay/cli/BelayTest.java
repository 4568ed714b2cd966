package dev.belay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a command is told before anything is begun. */
class BelayTest {
    @TempDir Path folder;

    @Test
    void anUnknownCommandIsToldOfAlsoWhereHelpIsAskedFor() {
        for (List<String> command :
                List.of(
                        List.of("fruit"),
                        List.of("fruit", "--help"),
                        List.of("--help", "fruit"),
                        List.of("models", "fruit", "--help"))) {
            StringWriter said = new StringWriter();
            assertEquals(2, execute(said, command.toArray(String[]::new)), command::toString);
            assertTrue(said.toString().startsWith("Unmatched argument at index"), said::toString);
            assertTrue(said.toString().contains("'fruit'"), said::toString);
        }
        assertEquals(0, execute(new StringWriter(), "run", "--help"));
        assertEquals(0, execute(new StringWriter(), "models", "add", "--help"));
    }

    @Test
    void anErrorOfTheFileIsOneLineAndLeavesNothingBehind() throws IOException {
        // Given
        Path file = folder.resolve("bad.yaml");
        Files.writeString(file, "name: bad\nseeds: [1, 2}\n");
        StringWriter said = new StringWriter();
        // When
        int code =
                execute(said, "run", file.toString(), "--data", folder.resolve("data").toString());
        // Then
        assertEquals(1, code);
        assertEquals(1, said.toString().lines().count(), said::toString);
        assertTrue(
                said.toString()
                        .startsWith("belay: " + file + ", line 2, column 13: found text that is"),
                said::toString);
        try (var left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    private static int execute(StringWriter err, String... arguments) {
        return Belay.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
