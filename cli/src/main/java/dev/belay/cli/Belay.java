package dev.belay.cli;

import dev.belay.cli.acls.AclsCommand;
import dev.belay.cli.bench.BenchCommand;
import dev.belay.cli.check.CheckCommand;
import dev.belay.cli.deadletters.DeadLettersCommand;
import dev.belay.cli.docs.DocsCommand;
import dev.belay.cli.export.ExportCommand;
import dev.belay.cli.fleet.AlertsCommand;
import dev.belay.cli.fleet.CheckpointsCommand;
import dev.belay.cli.fleet.CompareCommand;
import dev.belay.cli.fleet.LineageCommand;
import dev.belay.cli.fleet.ModelsCommand;
import dev.belay.cli.fleet.NoiseCommand;
import dev.belay.cli.fleet.SuspectsCommand;
import dev.belay.cli.logging.ErrorReport;
import dev.belay.cli.platform.BrokerCommand;
import dev.belay.cli.platform.RegistryCommand;
import dev.belay.cli.results.ResultsCommand;
import dev.belay.cli.run.QuickstartCommand;
import dev.belay.cli.run.RunCommand;
import dev.belay.cli.service.AggregatorCommand;
import dev.belay.cli.service.AttachCommand;
import dev.belay.cli.service.EvaluatorCommand;
import dev.belay.cli.service.LabelerCommand;
import dev.belay.cli.service.ProduceCommand;
import dev.belay.cli.service.TopicsCommand;
import dev.belay.cli.service.TrainerCommand;
import dev.belay.schemas.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
        name = "belay",
        mixinStandardHelpOptions = true,
        version = "belay " + Version.TEXT,
        description = "Weak-to-strong generalization on live event streams.",
        subcommands = {
            QuickstartCommand.class,
            RunCommand.class,
            ProduceCommand.class,
            AttachCommand.class,
            LabelerCommand.class,
            TrainerCommand.class,
            EvaluatorCommand.class,
            AggregatorCommand.class,
            BrokerCommand.class,
            RegistryCommand.class,
            TopicsCommand.class,
            AclsCommand.class,
            ModelsCommand.class,
            NoiseCommand.class,
            CheckpointsCommand.class,
            LineageCommand.class,
            CompareCommand.class,
            SuspectsCommand.class,
            AlertsCommand.class,
            CheckCommand.class,
            DeadLettersCommand.class,
            ExportCommand.class,
            ResultsCommand.class,
            BenchCommand.class,
            DocsCommand.class
        })
public final class Belay {
    private Belay() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line, for {@link #main} and for tests. */
    public static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Belay());
        command.setExecutionStrategy(Belay::execute);
        command.setExecutionExceptionHandler(
                (e, at, parsed) -> {
                    ErrorReport.report(e, at.getErr());
                    return 1;
                });
        return command;
    }

    /** Asked for help, picocli says nothing of a command that it does not know. */
    private static int execute(ParseResult parsed) {
        for (ParseResult at = parsed; at != null; at = at.subcommand()) {
            if (!at.commandSpec().subcommands().isEmpty() && !at.unmatched().isEmpty()) {
                throw new UnmatchedArgumentException(
                        at.commandSpec().commandLine(), at.unmatched());
            }
        }
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (LinkageError e) { // picocli leaves errors to the JVM
            ErrorReport.report(e, parsed.commandSpec().commandLine().getErr());
            return 1;
        }
    }
}
