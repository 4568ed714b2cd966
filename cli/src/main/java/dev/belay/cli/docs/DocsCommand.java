package dev.belay.cli.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay docs keys}: the settings, experiment keys and commands, from their definitions. */
@Command(
        name = "docs",
        mixinStandardHelpOptions = true,
        description = "Prints every setting, experiment key and command with default and meaning.")
public final class DocsCommand {
    @Spec private CommandSpec spec;

    @Command(
            name = "keys",
            mixinStandardHelpOptions = true,
            description = "Prints the tables of all keys in Markdown.")
    int keys(
            @Option(
                            names = "--write",
                            paramLabel = "PAGE",
                            arity = "1..*",
                            description =
                                    "write the tables into these Markdown files instead, between"
                                            + " their marks")
                    @Nullable List<Path> pages)
            throws IOException {
        GeneratedTables tables = new GeneratedTables(spec.root().commandLine());
        if (pages == null) {
            spec.commandLine().getOut().print(tables.all());
            spec.commandLine().getOut().flush();
            return 0;
        }
        for (Path page : pages) {
            Files.writeString(page, tables.into(Files.readString(page)));
        }
        return 0;
    }
}
