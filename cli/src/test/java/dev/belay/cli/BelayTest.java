package dev.belay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.belay.cli.logging.ErrorReport;
import dev.belay.cli.service.SettingsOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

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

    @Test
    void aFileThatIsNotThereIsToldInASentence() {
        // Given
        Path file = folder.resolve("none.yaml");
        for (String[] command :
                new String[][] {
                    {"run", file.toString()}, {"models", "add", file.toString()},
                }) {
            StringWriter said = new StringWriter();
            // When
            int code = execute(said, command);
            // Then
            assertEquals(1, code);
            assertEquals(
                    "belay: " + file + ": found no such file; expected an experiment file\n",
                    said.toString());
        }
    }

    @Test
    void aRunReportsThatItWaitsForTheBroker() throws IOException {
        // Given: nobody listens there
        Path file = folder.resolve("wait.yaml");
        StringBuilder rows = new StringBuilder("id,text,label\n");
        for (int i = 0; i < 40; i++) {
            rows.append(i).append(",text,").append(i % 2).append('\n');
        }
        Files.writeString(folder.resolve("rows.csv"), rows);
        Files.writeString(
                file,
                """
                name: wait
                task: {classes: ['0', '1']}
                data: {path: rows.csv, holdout: {share: 0.5}}
                models: {bow: {encoder: hashing, supervisor: truth}}
                """);
        var bytes = new ByteArrayOutputStream();
        PrintStream real = System.out;
        // When
        StringWriter err = new StringWriter();
        int code;
        try (var captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(captured); // progress goes there
            code =
                    execute(
                            err,
                            "run",
                            file.toString(),
                            "--data",
                            folder.resolve("data").toString(),
                            "--bootstrap-servers",
                            "127.0.0.1:1",
                            "--set",
                            "wait.broker=4");
        } finally {
            System.setOut(real);
        }
        // Then
        String said = bytes.toString(StandardCharsets.UTF_8);
        assertEquals(1, code, said + err);
        assertTrue(
                said.contains("no Kafka broker answers at 127.0.0.1:1 yet; waiting, 3 of 4 s"),
                said + err);
    }

    @Test
    void wrongValuesOfOptionsAreNamedWithWhatWasExpected() {
        for (List<String> wrong :
                List.of(
                        List.of("run", "x.yaml", "--report-every", "5x"),
                        List.of("produce", "x.yaml", "--rows-per-second", "-1"))) {
            StringWriter said = new StringWriter();
            assertEquals(2, execute(said, wrong.toArray(String[]::new)), wrong::toString);
            String first = said.toString().lines().findFirst().orElseThrow();
            assertTrue(
                    first.startsWith("Invalid value for option '" + wrong.get(2) + "'")
                            && first.contains("expected "),
                    first);
        }
    }

    @Test
    void aFolderOfPlugInsWithoutAJarIsAWarning() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("plugins"));
        var logger = (Logger) LoggerFactory.getLogger(SettingsOptions.class);
        var logged = new ListAppender<ILoggingEvent>();
        logged.start();
        logger.addAppender(logged);
        execute(new StringWriter(), "run", "none.yaml", "--set", "plugins=" + empty);
        logger.detachAppender(logged);
        assertTrue(
                logged.list
                        .get(0)
                        .getFormattedMessage()
                        .startsWith("setting 'plugins': found no .jar in " + empty),
                logged.list::toString);
    }

    @Test
    void anErrorOfASettingIsOneLine() {
        StringWriter said = new StringWriter();
        assertEquals(1, execute(said, "topics", "plan", "--bootstrap-servers", "nohost"));
        assertEquals(
                "belay: setting 'kafka.bootstrap.servers': found 'nohost'; expected HOST:PORT,"
                        + " separated by commas\n",
                said.toString());
    }

    @Test
    void anAddressThatCannotBeResolvedIsNamed() {
        StringWriter said = new StringWriter();
        String address = "no-such-host.invalid:9092";
        assertEquals(1, execute(said, "topics", "plan", "--bootstrap-servers", address));
        assertTrue(
                said.toString()
                        .startsWith("belay: can't make a Kafka client for " + address + " from"),
                said::toString);
        assertTrue(said.toString().contains("because: No resolvable bootstrap"), said::toString);
    }

    @Test
    void aClassThatIsMissingIsReportedAsAnError() {
        var missing = new NoClassDefFoundError("com/example/Base");
        assertTrue(
                ErrorReport.text(new ExceptionInInitializerError(missing))
                        .contains("because: found no class com.example.Base; expected it in"));
    }

    @Test
    void settingsThatAreNotThereAreToldInASentence() {
        Path file = folder.resolve("none.yaml");
        StringWriter said = new StringWriter();
        assertEquals(1, execute(said, "topics", "plan", "--config", file.toString()));
        assertEquals(
                "belay: " + file + ": found no such file; expected a YAML mapping of settings\n",
                said.toString());
    }

    private static int execute(StringWriter err, String... arguments) {
        return Belay.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
