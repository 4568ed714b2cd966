package dev.belay.cli.fleet;

import dev.belay.cli.noise.StudentStreamReader;
import dev.belay.cli.service.BrokerOptions;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
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

    @Mixin private LineFiles files;

    @Override
    public Integer call() throws Exception {
        if (top < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--top': found "
                            + top
                            + ", expected a number of at least 0");
        }
        files.check(spec);
        CheckpointReference reference = CheckpointReference.parse(student);
        PrintWriter err = spec.commandLine().getErr();
        return broker.on(
                err,
                clients -> {
                    Suspects suspects =
                            Suspects.of(
                                    StudentStreamReader.whole(
                                            clients,
                                            "suspects",
                                            Fleet.read(clients).student(reference),
                                            err::println));
                    PrintWriter out = spec.commandLine().getOut();
                    files.write(out, suspects, () -> suspects.print(out, top));
                    return 0;
                });
    }
}
