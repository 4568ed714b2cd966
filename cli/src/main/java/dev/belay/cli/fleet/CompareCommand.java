package dev.belay.cli.fleet;

import dev.belay.cli.report.results.AtomicFile;
import dev.belay.cli.service.BrokerOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay compare}: any two checkpoints on the holdout that both have predicted. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description =
                "Compares two checkpoints of one task on the holdout: accuracies, their paired"
                        + " difference with a 95 %% interval, McNemar's exact test (a"
                        + " cluster-robust t test where examples have groups), agreement and the"
                        + " examples that exactly one classifies right.")
public final class CompareCommand implements Callable<Integer> {
    private static final String TERMINAL = "-";

    @Spec private CommandSpec spec;
    @Mixin private BrokerOptions broker;

    @Parameters(
            index = "0",
            paramLabel = "A",
            description =
                    CheckpointReference.CHECKPOINT
                            + "; here the last one that has predicted the holdout")
    private String first;

    @Parameters(index = "1", paramLabel = "B", description = "the same")
    private String second;

    @Option(
            names = "--ids",
            paramLabel = "FILE|-",
            description =
                    "writes all discordant examples, one JSON object a line: id, truth, what A and"
                            + " B predict; - is the terminal")
    private @Nullable String ids;

    @Option(
            names = "--json",
            description = "one object with all figures and discordant examples, for machines")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (json && TERMINAL.equals(ids)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--json and --ids - both write to the terminal: give --ids a file");
        }
        CheckpointReference a = CheckpointReference.parse(first);
        CheckpointReference b = CheckpointReference.parse(second);
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    write(
                            new Compare(
                                            Fleet.read(clients),
                                            () ->
                                                    clients.consumer(
                                                            null,
                                                            "compare-"
                                                                    + clients.settings()
                                                                            .instance()),
                                            clients.codec(),
                                            clients.topics(),
                                            line -> spec.commandLine().getErr().println(line))
                                    .of(a, b));
                    return 0;
                });
    }

    private void write(CheckpointComparison compared) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            compared.printJson(out);
        } else {
            compared.print(out, ids == null);
        }
        if (TERMINAL.equals(ids)) {
            compared.writeIds(out);
            out.flush();
        } else if (ids != null) {
            AtomicFile.write(Path.of(ids), compared::writeIds);
        }
    }
}
