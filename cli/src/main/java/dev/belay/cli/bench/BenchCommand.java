package dev.belay.cli.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code belay bench}: names its benches; each is a command of its own. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures each speed and that of its bare baseline in the same run.",
        subcommands = {
            BenchTrainerCommand.class,
            BenchLabelerCommand.class,
            BenchAggregatorCommand.class,
            BenchGridCommand.class,
            BenchEndlessCommand.class,
            BenchAttachCommand.class,
            BenchRowsCommand.class,
            BenchCoverageCommand.class
        })
public final class BenchCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "which bench? There are: " + String.join(", ", spec.subcommands().keySet()));
    }
}
