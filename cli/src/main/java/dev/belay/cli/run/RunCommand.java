package dev.belay.cli.run;

import dev.belay.cli.experiment.ExperimentFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay run FILE}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Runs an experiment to its end, or on an endless source until Ctrl-C. The same command resumes a run that was killed.")
public final class RunCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private RunOptions options;

    @Parameters(paramLabel = "FILE", description = "the experiment file")
    private Path file;

    @Override
    public Integer call() throws Exception {
        options.usePlugins();
        CommandLine terminal = spec.commandLine();
        return new ExperimentRun(
                        ExperimentFile.read(file), options, terminal.getOut(), terminal.getErr())
                .call();
    }
}
