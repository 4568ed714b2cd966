package dev.belay.cli.bench;

import dev.belay.benchmarks.attach.AttachBench;
import dev.belay.benchmarks.attach.AttachBench.Sizes;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay bench attach}. */
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        description =
                "An existing JSON topic as a source, beside a loop that consumes, decodes, maps and produces.")
final class BenchAttachCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private BenchPlatform platform;

    @Option(names = "--rounds", description = "of the comparison (5; quick: 1)")
    private @Nullable Integer rounds;

    @Option(names = "--records", description = "of the topic (400000; quick: 5000)")
    private @Nullable Integer records;

    @Override
    public Integer call() throws IOException {
        Sizes usual = platform.quick() ? Sizes.QUICK : Sizes.USUAL;
        Sizes sizes =
                new Sizes(
                        rounds == null ? usual.rounds() : rounds,
                        records == null ? usual.records() : records);
        return platform.run(
                spec.commandLine(),
                (clients, progress) -> new AttachBench(clients, sizes, progress).run());
    }
}
