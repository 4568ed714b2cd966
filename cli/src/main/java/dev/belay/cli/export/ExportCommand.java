package dev.belay.cli.export;

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
import picocli.CommandLine.Spec;

/** {@code belay export}: an experiment's truth, labels and predictions, for a recount by others. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description =
                "Writes truth.jsonl, labels.jsonl and predictions.jsonl of an experiment's newest"
                        + " run.")
public final class ExportCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private BrokerOptions broker;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to")
    private Path out;

    @Option(
            names = "--experiment",
            paramLabel = "NAME",
            description = "which, where there are several")
    private @Nullable String experiment;

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        Path folder = AtomicFile.folder("--out", out);
        return broker.on(
                err,
                clients -> {
                    Export export = new Export(clients, err::println);
                    Export.Counts counts = export.write(experiment, folder);
                    PrintWriter terminal = spec.commandLine().getOut();
                    terminal.printf(
                            "%s: %,d truths, %,d labels, %,d predictions in %s%n",
                            counts.experiment(),
                            counts.truth(),
                            counts.labels(),
                            counts.predictions(),
                            folder);
                    return 0;
                });
    }
}
