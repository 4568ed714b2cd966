package dev.belay.cli.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay docs keys}: the settings, experiment keys and commands, from their definitions. */
@Command(
        name = "docs",
        mixinStandardHelpOptions = true,
        description = "Prints every setting, experiment key and command with default and meaning.")
public final class DocsCommand implements Callable<Integer> {
    /** What to print, as a word of the command line. */
    enum Part {
        keys
    }

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "keys", description = "the tables of all keys, in Markdown")
    private Part part;

    @Option(
            names = "--write",
            paramLabel = "PAGE",
            arity = "1..*",
            description = "write the tables into these Markdown files instead, between their marks")
    private List<Path> pages = List.of();

    @Override
    public Integer call() throws IOException {
        GeneratedTables tables = new GeneratedTables(spec.root().commandLine());
        for (Path page : pages) {
            Files.writeString(page, tables.into(Files.readString(page)));
        }
        if (pages.isEmpty()) {
            spec.commandLine().getOut().print(tables.all());
            spec.commandLine().getOut().flush();
        }
        return 0;
    }
}
