package dev.belay.cli.bench;

import dev.belay.benchmarks.coverage.CoverageBench;
import dev.belay.benchmarks.coverage.CoverageBench.Sizes;
import dev.belay.benchmarks.harness.Findings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay bench coverage}. */
@Command(
        name = "coverage",
        mixinStandardHelpOptions = true,
        description =
                "How often intervals hold the truth, by simulation: the tables of docs/coverage.md.")
final class BenchCoverageCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--quick", description = "few draws: shows that it works")
    private boolean quick;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Findings found = new CoverageBench(quick ? Sizes.QUICK : Sizes.USUAL, out::println).run();
        out.println();
        out.print(found.table());
        out.println(found.json());
        return 0;
    }
}
