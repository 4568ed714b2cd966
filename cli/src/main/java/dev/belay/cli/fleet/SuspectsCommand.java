package dev.belay.cli.fleet;

import dev.belay.cli.noise.StudentStreamReader;
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

/** {@code belay suspects}: labels that are probably wrong. */
@Command(
        name = "suspects",
        mixinStandardHelpOptions = true,
        description =
                "Lists the examples whose labels a student contradicted most confidently before it"
                        + " learned from them, with the share of wrong labels among the first k,"
                        + " where truth is known.")
public final class SuspectsCommand implements Callable<Integer> {
    private static final String TERMINAL = "-";

    @Spec private CommandSpec spec;
    @Mixin private BrokerOptions broker;

    @Parameters(
            paramLabel = "STUDENT",
            description =
                    "EXPERIMENT/MODEL#SEED of the newest run, EXPERIMENT/MODEL#SEED@RUN of another;"
                            + " #SEED may be left out where there is one")
    private String student;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "20",
            description = "how many are printed (default: ${DEFAULT-VALUE}); files have all")
    private int top;

    @Option(
            names = "--csv",
            paramLabel = "FILE|-",
            description =
                    "writes all, with both distributions, as comma-separated values; - is the"
                            + " terminal")
    private @Nullable String csv;

    @Option(
            names = "--jsonl",
            paramLabel = "FILE|-",
            description = "writes all, one JSON object a line; - is the terminal")
    private @Nullable String jsonLines;

    @Override
    public Integer call() throws Exception {
        if (top < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--top': found "
                            + top
                            + ", expected a number of at least 0");
        }
        if (TERMINAL.equals(csv) && TERMINAL.equals(jsonLines)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--csv - and --jsonl - both write to the terminal: give one a file");
        }
        CheckpointReference reference = CheckpointReference.parse(student);
        PrintWriter err = spec.commandLine().getErr();
        return broker.on(
                err,
                clients -> {
                    write(
                            Suspects.of(
                                    new StudentStreamReader(
                                                    () -> clients.consumer(null, "suspects"),
                                                    clients.codec(),
                                                    clients.topics(),
                                                    err::println)
                                            .of(
                                                    Fleet.read(clients).student(reference),
                                                    Long.MIN_VALUE,
                                                    Long.MAX_VALUE)));
                    return 0;
                });
    }

    private void write(Suspects suspects) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (TERMINAL.equals(csv)) {
            suspects.writeCsv(out);
        } else if (TERMINAL.equals(jsonLines)) {
            suspects.writeJsonLines(out);
        } else {
            suspects.print(out, top);
        }
        out.flush();
        if (csv != null && !csv.equals(TERMINAL)) {
            AtomicFile.write(Path.of(csv), suspects::writeCsv);
        }
        if (jsonLines != null && !jsonLines.equals(TERMINAL)) {
            AtomicFile.write(Path.of(jsonLines), suspects::writeJsonLines);
        }
    }
}
