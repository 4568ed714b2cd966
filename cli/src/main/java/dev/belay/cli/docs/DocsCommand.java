package dev.belay.cli.docs;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Truth;
import dev.belay.schemas.events.VersionStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code belay docs}: the settings, experiment keys and commands, from their definitions, and the
 * schemas of events.
 */
@Command(
        name = "docs",
        mixinStandardHelpOptions = true,
        description =
                "Prints every setting, experiment key and command with default and meaning, or"
                        + " writes the schemas of events.")
public final class DocsCommand {
    private static final List<Schema> EVENTS =
            List.of(
                    Example.getClassSchema(),
                    Truth.getClassSchema(),
                    Label.getClassSchema(),
                    Flip.getClassSchema(),
                    PredictionBlock.getClassSchema(),
                    Progress.getClassSchema(),
                    ModelSpec.getClassSchema(),
                    LabelerSpec.getClassSchema(),
                    VersionStart.getClassSchema(),
                    LabelerState.getClassSchema(),
                    Checkpoint.getClassSchema(),
                    PairMetrics.getClassSchema());

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

    @Command(
            name = "schemas",
            mixinStandardHelpOptions = true,
            description =
                    "Writes the Avro schema of each event into a file EVENT.avsc that needs no"
                            + " other file: what the registry has after ./belay topics apply.")
    int schemas(
            @Parameters(paramLabel = "DIR", description = "folder for the files; made if absent")
                    Path folder)
            throws IOException {
        Files.createDirectories(folder);
        for (Schema schema : EVENTS) {
            Path file = folder.resolve(schema.getName() + ".avsc");
            String text = new ObjectMapper().readTree(schema.toString()).toPrettyString();
            Files.writeString(file, text + "\n");
            spec.commandLine().getOut().println(file);
        }
        spec.commandLine().getOut().flush();
        return 0;
    }
}
