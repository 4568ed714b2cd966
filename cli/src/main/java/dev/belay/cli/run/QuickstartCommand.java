package dev.belay.cli.run;

import dev.belay.cli.experiment.ExperimentFile;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code belay quickstart}: the built-in experiment, {@code experiments/quickstart.yaml}. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        description =
                "Weak-to-strong generalization on WordNet's glosses, everything in this process,"
                        + " in a few minutes.")
public final class QuickstartCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private RunOptions options;

    @Override
    public Integer call() throws Exception {
        CommandLine terminal = spec.commandLine();
        return new ExperimentRun(
                        ExperimentFile.quickstart(), options, terminal.getOut(), terminal.getErr())
                .call();
    }
}
