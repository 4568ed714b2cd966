package dev.belay.cli.fleet;

import dev.belay.cli.report.results.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options {@code --csv} and {@code --jsonl} of commands whose result is lines. */
final class LineFiles {
    private static final String TERMINAL = "-";

    /** A result that can be written as a file. */
    interface Lines {
        /** A line with the columns' names, then the lines (RFC 4180). */
        void writeCsv(Appendable out) throws IOException;

        /** A JSON object a line. */
        void writeJsonLines(Appendable out) throws IOException;
    }

    @Option(
            names = "--csv",
            paramLabel = "FILE|-",
            description = "writes all as comma-separated values; - is the terminal")
    private @Nullable String csv;

    @Option(
            names = "--jsonl",
            paramLabel = "FILE|-",
            description = "writes all, one JSON object a line; - is the terminal")
    private @Nullable String jsonLines;

    /**
     * Refuses options that contradict each other.
     *
     * @throws ParameterException where both write to the terminal
     */
    void check(CommandSpec spec) {
        if (TERMINAL.equals(csv) && TERMINAL.equals(jsonLines)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--csv - and --jsonl - both write to the terminal: give one a file");
        }
    }

    /**
     * Writes the files, and to the terminal what the options name or, if they name none, a text.
     *
     * @param print writes the text
     */
    void write(PrintWriter out, Lines lines, Runnable print) throws IOException {
        if (TERMINAL.equals(csv)) {
            lines.writeCsv(out);
        } else if (TERMINAL.equals(jsonLines)) {
            lines.writeJsonLines(out);
        } else {
            print.run();
        }
        out.flush();
        if (csv != null && !csv.equals(TERMINAL)) {
            AtomicFile.write(Path.of(csv), lines::writeCsv);
        }
        if (jsonLines != null && !jsonLines.equals(TERMINAL)) {
            AtomicFile.write(Path.of(jsonLines), lines::writeJsonLines);
        }
    }
}
