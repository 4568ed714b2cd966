package dev.belay.cli.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.belay.cli.logging.Logging;
import dev.belay.cli.service.BrokerOptions;
import dev.belay.cli.service.DurationOption;
import dev.belay.cli.service.ServiceProcess;
import dev.belay.runtime.http.Meters;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            "Reads a task's topics and reports problems, and how to correct them: records in wrong"
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

    @Option(
            names = "--watch",
            paramLabel = "TIME",
            converter = DurationOption.class,
            description = {
                "checks again and again, this long after the last check (60s, 15m), until it is stopped;"
                        + " findings are gauges at health.host and health.port:"
                        + " belay_check_findings{task, kind}"
            })
    private @Nullable Duration watch;

    @Option(names = "--json", description = "a list of objects, for machines")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    if (watch != null) {
                        Logging.toTerminal();
                        var meters = Meters.prometheus();
                        var check = new CheckService(clients, meters, task, newest, watch);
                        return ServiceProcess.run(
                                "check", clients.settings(), meters, List.of(check));
                    }
                    TaskCheck check = new TaskCheck(clients, task, newest);
                    List<Finding> findings = check.findings();
                    if (json) {
                        ArrayNode list = JsonNodeFactory.instance.arrayNode();
                        findings.forEach(
                                f ->
                                        list.addObject()
                                                .put("kind", f.kind().toString())
                                                .put("found", f.what())
                                                .put("remedy", f.remedy()));
                        out.println(list);
                    } else {
                        findings.forEach(f -> out.printf("- %s%n  %s%n", f.what(), f.remedy()));
                        check.notes().forEach(note -> out.printf("%s%n", note));
                        check.truncated()
                                .forEach(
                                        topic ->
                                                out.printf(
                                                        "of %s only the newest %,d records of each partition were read%n",
                                                        topic, newest));
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
