package dev.belay.cli.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.belay.cli.service.BrokerOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay check TASK}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Reads a task's topics and says what is wrong in them, and how to mend it: records in wrong"
                    + " partitions, unknown models, incomplete sweeps, specs that contradict each other,"
                    + " event times that can't be, records that can't be read.",
            "The exit code is 1 if anything is wrong."
        })
public final class CheckCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private BrokerOptions broker;

    @Parameters(paramLabel = "TASK", description = "the task's name")
    private String task;

    @Option(
            names = "--newest",
            paramLabel = "RECORDS",
            defaultValue = "1000000",
            description =
                    "how many of each partition are read of examples, labels and predictions (default: ${DEFAULT-VALUE})")
    private long newest;

    @Option(names = "--json", description = "a list of objects, for machines")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    TaskCheck check = new TaskCheck(clients, task, newest);
                    List<Finding> findings = check.findings();
                    if (json) {
                        ArrayNode list = JsonNodeFactory.instance.arrayNode();
                        findings.forEach(
                                f -> list.addObject().put("found", f.what()).put("mend", f.mend()));
                        out.println(list);
                    } else {
                        findings.forEach(f -> out.printf("- %s%n  %s%n", f.what(), f.mend()));
                        out.printf(
                                "%,d records read, %s%n",
                                check.read(),
                                findings.isEmpty()
                                        ? "nothing wrong"
                                        : findings.size() + " things wrong");
                    }
                    return findings.isEmpty() ? 0 : 1;
                });
    }
}
